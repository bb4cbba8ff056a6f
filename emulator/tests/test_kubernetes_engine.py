"""The emulated pulumi-kubernetes with the real engine and the real SDK."""

import json
import signal
from collections.abc import Iterator

import pytest

from emulator.kubernetes.provider.provider import Kubernetes
from emulator.kubernetes.server.applying import apply
from emulator.kubernetes.server.objects import Key, is_true, key_of
from emulator.providers.server import ProviderServer
from emulator.tests.kubernetes_world import IMAGE, Site, site
from emulator.tests.stack import Stack

PREAMBLE = """
import os
import pulumi
import pulumi_kubernetes as k8s

def cluster(name, **settings):
    return k8s.Provider(name, kubeconfig=os.environ["KUBECONFIG_TEXT"], cluster_identifier="one", **settings)

provider = cluster("cluster")
options = pulumi.ResourceOptions(provider=provider)
IMAGE = os.environ["IMAGE"]

def pod(*args, **fields):
    return {"containers": [{"name": "app", "args": list(args), "image": IMAGE, **fields}]}

def deployment(name, template, labels=None, opts=None, **fields):
    labels = labels or {"app": name}
    specification = {
        "selector": {"match_labels": labels},
        "template": {"metadata": {"labels": labels}, "spec": template},
        **fields,
    }
    opts = pulumi.ResourceOptions.merge(options, opts)
    return k8s.apps.v1.Deployment(name, metadata={"name": name}, spec=specification, opts=opts)

def job(name, template, metadata=None, **fields):
    template["restart_policy"] = "Never"
    metadata = {"name": name, **(metadata or {})}
    specification = {"template": {"spec": template}, **fields}
    return k8s.batch.v1.Job(name, metadata=metadata, spec=specification, opts=options)
"""

WHOLE = """
space = k8s.core.v1.Namespace("space", opts=options)
settings = k8s.core.v1.ConfigMap(
    "settings", metadata={"namespace": space.metadata.name}, data={"colour": "green"}, opts=options
)
secret = k8s.core.v1.Secret(
    "secret", metadata={"namespace": space.metadata.name}, string_data={"key": "v3ry hidden"}, opts=options
)
template = pod("serve", readiness_probe={"http_get": {"path": "/", "port": 8080}})
template["containers"][0]["env"] = [
    {"name": "C", "value_from": {"config_map_key_ref": {"name": settings.metadata.name, "key": "colour"}}}
]
web = k8s.apps.v1.Deployment(
    "web",
    metadata={"namespace": space.metadata.name},
    spec={
        "replicas": 2,
        "selector": {"match_labels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": template},
    },
    opts=options,
)
front = k8s.core.v1.Service(
    "front",
    metadata={"namespace": space.metadata.name},
    spec={"type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"port": 8080}]},
    opts=options,
)
work = k8s.batch.v1.Job(
    "work",
    metadata={"namespace": space.metadata.name},
    spec={"template": {"spec": {**pod("succeed"), "restart_policy": "Never"}}},
    opts=options,
)
pulumi.export("address", front.status.load_balancer.ingress[0].ip)
pulumi.export("ready", web.status.ready_replicas)
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("kubernetes")) as one:
        yield one


@pytest.fixture
def engine(cluster, tmp_path) -> Iterator[Stack]:
    server = ProviderServer(Kubernetes(lambda: [cluster.cluster]))
    server.start()
    environment = {"KUBECONFIG_TEXT": cluster.cluster.kubeconfig(), "IMAGE": IMAGE}
    one = Stack(tmp_path, {"kubernetes": server.port}, PREAMBLE, environment)
    yield one
    one.run("destroy", "--yes", "--skip-preview")
    server.stop()


def test_a_whole_life(engine, cluster):
    engine.write(WHOLE)
    assert "+ 8 to create" in engine.run("preview")
    engine.up()
    assert engine.outputs()["ready"] == 2
    assert engine.outputs()["address"].startswith("127.")
    engine.run("preview", "--expect-no-changes")
    engine.run("up", "--yes", "--expect-no-changes")
    engine.run("refresh", "--yes", "--expect-no-changes")
    engine.run("preview", "--expect-no-changes")
    state = engine.run("stack", "export")
    (engine.program / "state.json").write_text(state)
    engine.run("stack", "import", "--file", "state.json")
    engine.run("preview", "--refresh", "--expect-no-changes")
    engine.run("destroy", "--yes")
    assert not cluster.pods()
    left = {key_of(one).name for one in cluster.cluster.objects.list()}
    assert left == {"default", "kube-system", "kube-public", "kube-node-lease"}


def test_names_are_made_up_once(engine):
    engine.up('k8s.core.v1.ConfigMap("settings", data={"a": "1"}, opts=options)')
    first = engine.resources()["settings"]
    assert first["id"].startswith("default/settings-")
    assert first["outputs"]["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    program = """
    k8s.core.v1.ConfigMap("settings", metadata={"labels": {"new": "label"}}, data={"a": "1"}, opts=options)
    """
    engine.up(program)
    assert engine.resources()["settings"]["id"] == first["id"]


def test_content_of_a_config_map_is_replaced(engine):
    engine.up('k8s.core.v1.ConfigMap("settings", data={"a": "1"}, opts=options)')
    former = engine.resources()["settings"]["id"]
    assert "replaced" in engine.up('k8s.core.v1.ConfigMap("settings", data={"a": "2"}, opts=options)')
    assert engine.resources()["settings"]["id"] != former


def test_a_named_job_is_deleted_before_it_is_replaced(engine, cluster):
    engine.up('job("work", pod("succeed"))')
    uid = engine.resources()["work"]["outputs"]["metadata"]["uid"]
    assert "replaced" in engine.up('job("work", pod("succeed", working_dir="/tmp"))')
    job = cluster.cluster.objects.get(Key("Job", "default", "work"))
    assert job["metadata"]["uid"] != uid
    assert job["status"]["succeeded"] == 1


def test_a_deployment_is_rolled_in_place(engine, cluster):
    engine.up('deployment("web", pod("serve"))')
    uid = engine.resources()["web"]["outputs"]["metadata"]["uid"]
    engine.up('deployment("web", pod("serve", working_dir="/tmp"))')
    outputs = engine.resources()["web"]["outputs"]
    assert outputs["metadata"]["uid"] == uid
    assert outputs["metadata"]["generation"] == 2
    assert outputs["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"
    engine.run("refresh", "--yes", "--expect-no-changes")
    (pod,) = [pod for pod in cluster.pods() if "deletionTimestamp" not in pod["metadata"]]
    assert pod["spec"]["containers"][0]["workingDir"] == "/tmp"


def test_another_selector_needs_another_deployment(engine):
    engine.up('deployment("web", pod("serve"), {"app": "one"})')
    assert "replaced" in engine.up('deployment("web", pod("serve"), {"app": "two"})')


def test_a_job_that_fails_says_why_and_is_tried_again_when_replaced(engine):
    explaining = 'pod("fail", "no broker answers", termination_message_policy="FallbackToLogsOnError")'
    text = engine.up(f'job("work", {explaining}, backoff_limit=0)', fails=True)
    assert "[BackoffLimitExceeded] Job has reached the specified backoff limit" in text
    assert "[Error] no broker answers" in text
    assert engine.resources()["work"]["id"] == "default/work"
    assert "no broker answers" in engine.up(fails=True)
    engine.up('job("work", pod("succeed"), backoff_limit=0)')


def test_a_job_that_its_policy_ends_is_waited_for_until_somebody_interrupts(engine, cluster):
    engine.write(
        """
    rule = {"action": "FailJob", "on_exit_codes": {"operator": "In", "values": [3], "container_name": "app"}}
    job("work", pod("fail", "declared otherwise"), pod_failure_policy={"rules": [rule]})
    """
    )
    run = engine.start("up", "--yes", "--skip-preview")
    work = Key("Job", "default", "work")
    cluster.wait(lambda: is_true(cluster.cluster.objects.get(work) or {}, "Failed"))
    failed = cluster.cluster.objects.get(work)["status"]["conditions"][-1]
    assert failed["message"].endswith("failed with exit code 3 matching FailJob rule at index 0")
    # That it goes on for good is JobWait's affair; here it goes on at all.
    assert run.poll() is None
    run.send_signal(signal.SIGINT)
    text, _ = run.communicate()
    assert run.returncode != 0
    assert 'Resource operation was cancelled for "work"' in text
    assert 'Container "app" completed with exit code 3' in text
    assert len([pod for pod in cluster.pods() if pod["metadata"]["name"].startswith("work-")]) == 1


def test_a_failed_job_may_ask_to_be_replaced(engine):
    program = """
    metadata = {"annotations": {"pulumi.com/replaceUnready": "true"}}
    job("work", pod("fail"), metadata, backoff_limit=0)
    """
    engine.up(program, fails=True)
    first = engine.resources()["work"]["outputs"]["metadata"]["uid"]
    engine.up(fails=True)
    assert engine.resources()["work"]["outputs"]["metadata"]["uid"] != first


def test_a_deployment_that_never_gets_ready_times_out_with_the_reason(engine):
    program = """
    opts = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="2s"))
    deployment("web", pod("serve", image="registry.azurecr.io/missing:1"), opts=opts)
    """
    text = engine.up(program, fails=True)
    assert "'web' timed out waiting to be Ready" in text
    assert "[MinimumReplicasUnavailable] Deployment does not have minimum availability." in text
    assert "[ImagePullBackOff]" in text
    assert engine.resources()["web"]["id"] == "default/web"


def test_an_interrupt_ends_the_waiting(engine, cluster):
    engine.write('deployment("web", pod("serve", image="registry.azurecr.io/missing:1"))')
    run = engine.start("up", "--yes", "--skip-preview")
    web = Key("Deployment", "default", "web")
    cluster.wait(lambda: "conditions" in (cluster.cluster.objects.get(web) or {}).get("status", {}))
    run.send_signal(signal.SIGINT)
    text, _ = run.communicate()
    assert run.returncode != 0
    assert 'Resource operation was cancelled for "web"' in text
    assert "[MinimumReplicasUnavailable]" in text
    assert engine.resources()["web"]["id"] == "default/web"


def test_secrets_stay_secret(engine):
    engine.up(
        'k8s.core.v1.Secret("keys", string_data={"key": pulumi.Output.secret("v3ry hidden")}, opts=options)'
    )
    text = json.dumps(engine.resources()["keys"])
    assert "v3ry hidden" not in text
    # The same, in base64, as the API hands it out.
    assert "djNyeSBoaWRkZW4=" not in text
    assert "ciphertext" in text


def test_wrong_and_unmodelled_inputs_stop_the_preview(engine):
    engine.write("""
    deployment("web", {**pod("serve", imagee="x", ports=[{"container_port": "http"}]), "host_network": True})
    """)
    text = engine.run("preview", fails=True)
    assert "imagee" in text
    engine.write('deployment("web", {**pod("serve"), "host_network": True, "node_name": "x"})')
    text = engine.run("preview", fails=True)
    assert "not modelled by the emulator: spec.template.spec.hostNetwork" in text
    assert "not modelled by the emulator: spec.template.spec.nodeName" in text
    engine.write('pulumi.CustomResource("kubernetes:apps/v1:StatefulSet", "set", {}, options)')
    assert "not modelled by the emulator: kubernetes:apps/v1:StatefulSet" in engine.run("preview", fails=True)


def test_an_object_that_is_there_is_only_taken_over_where_the_provider_says_so(engine, cluster):
    namespace = cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "taken"}})
    program = 'k8s.core.v1.Namespace("taken", metadata={"name": "taken"}, opts=options)'
    assert 'namespaces "taken" already exists' in engine.up(program, fails=True)
    engine.up("""
    options = pulumi.ResourceOptions(provider=cluster("adopting", upsert_existing_objects=True))
    k8s.core.v1.Namespace("taken", metadata={"name": "taken", "labels": {"a": "b"}}, opts=options)
    """)
    outputs = engine.resources()["taken"]["outputs"]
    assert outputs["metadata"]["uid"] == namespace["metadata"]["uid"]
    assert outputs["metadata"]["labels"]["a"] == "b"


def test_what_was_deleted_behind_pulumi_s_back_is_found(engine, cluster):
    engine.up('deployment("web", pod("serve"))')
    cluster.cluster.objects.delete(Key("Deployment", "default", "web"))
    cluster.wait(lambda: cluster.cluster.objects.get(Key("Deployment", "default", "web")) is None)
    assert "1 to create" in engine.run("preview", "--refresh").replace("    ", " ")
    engine.run("refresh", "--yes")
    engine.up()
    assert cluster.cluster.objects.get(Key("Deployment", "default", "web")) is not None


def test_a_preview_needs_no_cluster_yet(engine):
    engine.write("""
    text = k8s.core.v1.ConfigMap("source", data={"a": "b"}, opts=options).metadata.uid
    later = pulumi.ResourceOptions(provider=k8s.Provider("later", kubeconfig=text))
    space = k8s.core.v1.Namespace("space", metadata={"name": "x"}, opts=later)
    pulumi.export("phase", space.status.phase)
    """)
    assert "+ 5 to create" in engine.run("preview")


def test_renewed_credentials_of_the_same_cluster_replace_nothing(engine, cluster):
    engine.up('k8s.core.v1.Namespace("space", opts=options)')
    engine.environment["KUBECONFIG_TEXT"] = cluster.cluster.kubeconfig() + "# renewed\n"
    assert "replace" not in engine.run("preview", "--diff")
    engine.up()


def test_what_is_destroyed_may_take_along_objects_that_depend_on_it(engine):
    # The engine asks what would become of the dependents if all that they take from it were unknown.
    engine.up("""
    space = k8s.core.v1.Namespace("space", opts=options)
    metadata = space.metadata.apply(lambda made: {"namespace": made.name})
    k8s.core.v1.ConfigMap("settings", metadata=metadata, data={}, opts=options)
    k8s.core.v1.ConfigMap("other", data={}, opts=options)
    """)
    engine.run("destroy", "--yes", "--target", "**Namespace::space", "--target-dependents")
    kept = engine.resources().keys()
    assert kept & {"space", "settings", "other"} == {"other"}


def test_a_preview_tells_what_a_foreign_manager_makes_impossible(engine, cluster):
    program = """
    metadata = {{"name": "front", "namespace": "default", "annotations": {{"pulumi.com/skipAwait": "true"}}}}
    ports = [{{"port": {port}, "name": "http"}}]
    specification = {{"type": "LoadBalancer", "selector": {{"app": "x"}}, "ports": ports}}
    k8s.core.v1.Service("front", metadata=metadata, spec=specification, opts=options)
    """
    engine.up(program.format(port=8081))
    manager = engine.resources()["front"]["outputs"]["__fieldManager"]
    live = cluster.cluster.objects.get(Key("Service", "default", "front"))
    (entry,) = live["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == (manager, "Apply")
    left = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "front", "namespace": "default"}}
    left["spec"] = {"ports": [{"port": 8081, "name": "http"}]}
    apply(cluster.cluster.objects, left, "of-a-killed-run", version=None)
    engine.run("preview", "--refresh", "--expect-no-changes")
    engine.write(program.format(port=8082))
    assert 'spec.ports[1].name: Duplicate value: "http"' in engine.run("preview", fails=True)
    assert 'spec.ports[1].name: Duplicate value: "http"' in engine.up(fails=True)


def test_a_refresh_warns_of_what_is_not_ready_and_the_next_up_waits_for_it(engine, cluster):
    broken = 'pod("fail", "no broker answers", termination_message_policy="FallbackToLogsOnError")'
    engine.up(f'job("work", {broken}, backoff_limit=0)', fails=True)
    text = engine.run("refresh", "--yes")
    assert "Resource 'work' was created but failed to initialize" in text
    assert "[Error] no broker answers" in text
    assert engine.resources()["work"]["inputs"]["spec"]["backoffLimit"] == 0
    assert "~ 1 to update" in engine.run("preview")
