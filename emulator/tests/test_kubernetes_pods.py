"""Pods as processes of the world: Deployments, Jobs and Services on a cluster that really runs."""

import json
import socket
import threading
import urllib.request

import pytest

from emulator.kubernetes.server.defaults import with_defaults
from emulator.kubernetes.server.objects import Key, is_true, key_of
from emulator.tests.kubernetes_world import deployment, job, service, site


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with site(tmp_path_factory.mktemp("kubernetes")) as one:
        yield one


@pytest.fixture
def cluster(shared):
    """A cluster without anything in it."""
    yield shared
    kinds = ("Deployment", "Job", "Service", "ConfigMap", "Secret")
    for item in shared.cluster.objects.list(kinds):
        shared.cluster.objects.delete(key_of(item))
    shared.wait(lambda: not shared.cluster.objects.list((*kinds, "Pod")))
    shared.images.refusal = None


def fetch(address: str, path: str = "/", port: int = 8080, **arguments) -> str:
    request = urllib.request.Request(f"http://{address}:{port}{path}", **arguments)
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.read().decode()


def test_a_deployment_serves_through_its_service(cluster):
    web = cluster.create(deployment())
    cluster.create(service())
    cluster.wait_available(web, 2)
    address = cluster.address(service())
    assert socket.inet_aton(address)[0] == 127
    names = {pod["metadata"]["name"] for pod in cluster.pods()}
    assert {fetch(address) for _ in range(40)} == names
    assert {f"aks-test/default/{name}" for name in names} < set(cluster.world.nodes())


def test_pods_have_addresses_of_the_subnet_that_nobody_else_has(cluster):
    cluster.wait_available(cluster.create(deployment(replicas=3)), 3)
    addresses = [pod["status"]["podIP"] for pod in cluster.pods()]
    assert len(set(addresses)) == 3
    assert not {"10.20.0.4", "10.20.0.5", "10.20.0.6"} & set(addresses)
    assert all(address.startswith("10.20.0.") for address in addresses)


def test_pods_are_spread_over_the_nodes(cluster):
    cluster.wait_available(cluster.create(deployment(replicas=2)), 2)
    nodes = {pod["spec"]["nodeName"] for pod in cluster.pods()}
    assert nodes == {"aks-nodepool1-000000", "aks-nodepool1-000001"}


def test_the_environment_is_the_image_s_and_the_specification_s(cluster):
    cluster.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "settings", "namespace": "default"},
            "data": {"colour": "green", "size": "7"},
        }
    )
    cluster.create(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "keys", "namespace": "default"},
            "stringData": {"password": "hidden"},
        }
    )
    variables = [
        {"name": "PLAIN", "value": "a"},
        {"name": "COMPOSED", "value": "$(PLAIN)-$(COLOUR)-$$(PLAIN)-$(NONE)"},
        {"name": "COLOUR", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "colour"}}},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "password"}}},
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "ADDRESS", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
    ]
    imported = [{"prefix": "S_", "configMapRef": {"name": "settings"}}]
    web = cluster.create(deployment(replicas=1, env=variables, envFrom=imported))
    cluster.create(service())
    cluster.wait_available(web, 1)
    environment = json.loads(fetch(cluster.address(service()), "/env"))
    (pod,) = cluster.pods()
    assert environment["PLAIN"] == "a"
    # COLOUR comes after COMPOSED, so that it is not known there yet.
    assert environment["COMPOSED"] == "a-$(COLOUR)-$(PLAIN)-$(NONE)"
    assert (environment["COLOUR"], environment["PASSWORD"], environment["S_size"]) == ("green", "hidden", "7")
    assert environment["POD"] == environment["HOSTNAME"] == pod["metadata"]["name"]
    assert environment["ADDRESS"] == pod["status"]["podIP"]
    assert environment["LABEL"] == "web"
    assert environment["PYTHON_VERSION"]


def test_a_pod_waits_for_the_secret_it_refers_to(cluster):
    variable = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "late", "key": "key"}}}
    web = cluster.create(deployment(replicas=1, env=[variable]))
    cluster.wait(lambda: cluster.states() == ["CreateContainerConfigError"])
    (pod,) = cluster.pods()
    message = pod["status"]["containerStatuses"][0]["state"]["waiting"]["message"]
    assert message == 'secret "late" not found'
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "late", "namespace": "default"}}
    cluster.create({**secret, "stringData": {"key": "k"}})
    cluster.wait_available(web, 1)


def test_an_image_is_pulled_again_until_the_registry_allows_it(cluster):
    cluster.images.refusal = "401 Unauthorized"
    cluster.images.pulls.clear()
    web = cluster.create(deployment(replicas=1, image="registry.azurecr.io/app:denied"))
    cluster.wait(lambda: cluster.states() == ["ImagePullBackOff"] and len(cluster.images.pulls) > 2)
    (pod,) = cluster.pods()
    message = pod["status"]["containerStatuses"][0]["state"]["waiting"]["message"]
    assert message.startswith('Back-off pulling image "registry.azurecr.io/app:denied"')
    assert message.endswith("401 Unauthorized")
    cluster.images.refusal = None
    cluster.wait_available(web, 1)
    assert set(cluster.images.pulls) == {("registry.azurecr.io/app:denied", "kubelet")}


def test_a_node_pulls_an_image_once_unless_it_must_always(cluster):
    cluster.images.pulls.clear()
    for name, policy, pulls in (("once", "IfNotPresent", 2), ("always", "Always", 4)):
        image = f"registry.azurecr.io/app:{name}"
        cluster.wait_available(
            cluster.create(deployment(name, replicas=4, image=image, imagePullPolicy=policy)), 4
        )
        assert [reference for reference, _ in cluster.images.pulls].count(image) == pulls


def test_a_container_runs_as_its_user_and_must_not_be_root(cluster):
    web = cluster.create(deployment(replicas=1, securityContext={"runAsNonRoot": True}))
    cluster.create(service())
    cluster.wait_available(web, 1)
    assert fetch(cluster.address(service()), "/user") == "10001:10001"
    cluster.create(deployment("root", 1, securityContext={"runAsNonRoot": True, "runAsUser": 0}))
    cluster.wait(lambda: "CreateContainerConfigError" in cluster.states())


def test_a_read_only_root_has_its_scratch_volumes_alone(cluster):
    source = """
import pathlib
for folder in ("/tmp", "/data", "/var/tmp", "/srv"):
    try:
        pathlib.Path(folder, "x").write_text("x")
        print(folder, "written", flush=True)
    except OSError as error:
        print(folder, error.strerror, flush=True)
"""
    work = job("run", source)
    pod = work["spec"]["template"]["spec"]
    pod["volumes"] = [{"name": "data", "emptyDir": {}}]
    pod["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    pod["containers"][0]["securityContext"] = {"readOnlyRootFilesystem": True}
    created = cluster.create(work)
    cluster.wait(lambda: is_true(cluster.get(created), "Complete"))
    (done,) = cluster.pods()
    written = [line for line in cluster.read_log(done).splitlines() if line.endswith("written")]
    assert written == ["/data written"]


def test_a_pod_ends_gracefully_and_finishes_its_requests(cluster):
    web = cluster.create(deployment(replicas=1))
    cluster.create(service())
    cluster.wait_available(web, 1)
    address = cluster.address(service())
    (pod,) = cluster.pods()
    with socket.create_connection((address, 8080), timeout=20) as connection:
        connection.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        cluster.wait_log(pod, "slow begins")
        cluster.cluster.objects.delete(key_of(web))
        received = b""
        while part := connection.recv(4096):
            received += part
    assert received.endswith(b"at last")
    cluster.wait(lambda: not cluster.pods())
    assert "asked to end" in cluster.read_log(pod)
    assert f"aks-test/default/{pod['metadata']['name']}" not in cluster.world.nodes()


def test_a_pod_that_does_not_listen_is_killed_at_the_end_of_its_grace_period(cluster):
    work = cluster.create(job("stay"))
    cluster.wait(cluster.pods)
    cluster.wait_log(cluster.pods()[0], "staying")
    cluster.cluster.objects.delete(key_of(work))
    cluster.wait(lambda: not cluster.pods())


def test_a_hook_runs_before_a_pod_is_asked_to_end(cluster):
    source = """
import pathlib, signal

def end(*_):
    print("hook ran:", pathlib.Path("/tmp/hooked").exists(), flush=True)
    raise SystemExit

signal.signal(signal.SIGTERM, end)
print("waiting", flush=True)
while True:
    signal.pause()
"""
    hook = {"preStop": {"exec": {"command": ["touch", "/tmp/hooked"]}}}
    always = {"exec": {"command": ["true"]}}
    item = deployment(replicas=1, args=["run", source], lifecycle=hook, readinessProbe=always)
    cluster.wait_available(web := cluster.create(item), 1)
    (pod,) = cluster.pods()
    cluster.wait_log(pod, "waiting")
    cluster.cluster.objects.delete(key_of(web))
    cluster.wait(lambda: not cluster.pods())
    assert "hook ran: True" in cluster.read_log(pod)


def test_an_unready_pod_gets_no_traffic_and_keeps_running(cluster):
    probe = {"httpGet": {"path": "/file-ready", "port": "http"}, "periodSeconds": 1}
    web = cluster.create(deployment(replicas=1, readinessProbe=probe))
    front = cluster.create(service())
    cluster.wait(lambda: cluster.states() == ["running"] and cluster.get(front)["status"]["loadBalancer"])
    address = cluster.get(front)["status"]["loadBalancer"]["ingress"][0]["ip"]
    with pytest.raises(OSError, match="reset"):
        fetch(address)
    (pod,) = cluster.pods()
    assert cluster.execute(pod, "touch", "/tmp/file-ready") == 0
    cluster.wait_available(web, 1)
    assert fetch(cluster.address(service())) == pod["metadata"]["name"]
    assert cluster.execute(pod, "rm", "/tmp/file-ready") == 0
    cluster.wait(lambda: not cluster.cluster.front_end(front).reaches_pods)
    assert restarts(cluster) == [0]


def test_a_container_that_is_not_alive_is_restarted(cluster):
    probe = {
        "exec": {"command": ["test", "!", "-e", "/tmp/file-dead"]},
        "periodSeconds": 1,
        "failureThreshold": 1,
    }
    web = cluster.create(deployment(replicas=1, livenessProbe=probe))
    cluster.wait_available(web, 1)
    (pod,) = cluster.pods()
    assert cluster.execute(pod, "touch", "/tmp/file-dead") == 0
    cluster.wait(lambda: restarts(cluster) == [1])
    (pod,) = cluster.pods()
    assert pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"] == 0
    assert cluster.execute(pod, "rm", "/tmp/file-dead") == 0
    cluster.wait_available(web, 1)


def test_the_startup_probe_comes_before_the_others(cluster):
    started = {"exec": {"command": ["test", "-e", "/tmp/file-started"]}, "periodSeconds": 1}
    probes = {
        "startupProbe": {**started, "failureThreshold": 60},
        "livenessProbe": {**started, "failureThreshold": 1},
    }
    web = cluster.create(deployment("web", 1, **probes))
    cluster.wait(lambda: cluster.states() == ["running"])
    (pod,) = cluster.pods()
    assert pod["status"]["containerStatuses"][0]["started"] is False
    assert cluster.execute(pod, "touch", "/tmp/file-started") == 0
    cluster.wait_available(web, 1)
    assert restarts(cluster) == [0]


def test_a_container_that_ends_is_restarted_with_growing_delays(cluster):
    web = cluster.create(deployment(replicas=1, args=["fail", "out of luck"]))
    cluster.wait(lambda: any(count >= 3 for count in restarts(cluster)))
    (pod,) = cluster.pods()
    (status,) = pod["status"]["containerStatuses"]
    assert status["lastState"]["terminated"]["exitCode"] == 3
    assert not is_true(cluster.get(web), "Available")
    cluster.wait(lambda: cluster.states() == ["CrashLoopBackOff"])


def test_a_program_that_is_not_there_is_reported(cluster):
    cluster.create(deployment(replicas=1, command=["/no/such/program"]))
    cluster.wait(lambda: restarts(cluster) not in ([], [0]))
    (status,) = cluster.pods()[0]["status"]["containerStatuses"]
    assert status["lastState"]["terminated"]["reason"] == "StartError"
    assert "/no/such/program" in status["lastState"]["terminated"]["message"]


def test_a_rolling_update_never_leaves_the_service_without_pods(cluster):
    # Without the pause a request that is on its way meets a program that has just stopped listening.
    hook = {"preStop": {"sleep": {"seconds": 1}}}
    web = deployment(replicas=2, env=[{"name": "VERSION", "value": "1"}], lifecycle=hook)
    web["spec"]["strategy"] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    cluster.wait_available(cluster.create(web), 2)
    cluster.create(service())
    address = cluster.address(service())
    before = {pod["metadata"]["name"] for pod in cluster.pods()}
    web["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] = "2"
    cluster.cluster.objects.apply(with_defaults(web))
    seen = set()
    while not seen or before & {pod["metadata"]["name"] for pod in cluster.pods()}:
        seen.add(json.loads(fetch(address, "/env"))["VERSION"])
    cluster.wait_available(web, 2)
    assert "2" in seen | {json.loads(fetch(address, "/env"))["VERSION"]}
    assert cluster.get(web)["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"
    cluster.wait(lambda: len(cluster.pods()) == 2)


def test_a_job_runs_until_it_has_succeeded(cluster):
    work = cluster.create(job("succeed", completions=2))
    cluster.wait(lambda: is_true(cluster.get(work), "Complete"))
    assert cluster.get(work)["status"]["succeeded"] == 2
    assert [pod["status"]["phase"] for pod in cluster.pods()] == ["Succeeded", "Succeeded"]
    assert cluster.world.nodes() == ["aks-test/aks-nodepool1-000000", "aks-test/aks-nodepool1-000001"]
    log = cluster.cluster.logs()[f"default/{cluster.pods()[0]['metadata']['name']}"]
    assert log.read_text() == "done\n"


def test_a_job_gives_up_at_its_backoff_limit(cluster):
    work = cluster.create(job("fail", backoffLimit=2))
    cluster.wait(lambda: is_true(cluster.get(work), "Failed"))
    status = cluster.get(work)["status"]
    assert status["failed"] == 3
    assert status["conditions"][-1]["reason"] == "BackoffLimitExceeded"


def test_a_job_may_restart_its_container_in_place(cluster):
    work = cluster.create(job("fail", restart_policy="OnFailure", backoffLimit=2))
    cluster.wait(lambda: is_true(cluster.get(work), "Failed"))
    cluster.wait(lambda: not cluster.pods())


def test_a_job_has_its_deadline(cluster):
    work = cluster.create(job("stay", activeDeadlineSeconds=1))
    cluster.wait(lambda: is_true(cluster.get(work), "Failed"))
    assert cluster.get(work)["status"]["conditions"][-1]["reason"] == "DeadlineExceeded"
    cluster.wait(lambda: not cluster.pods())


def test_the_end_of_a_log_explains_a_failure_where_the_pod_asks_for_that(cluster):
    work = job("fail", "the reason", backoffLimit=0)
    work["spec"]["template"]["spec"]["containers"][0]["terminationMessagePolicy"] = "FallbackToLogsOnError"
    created = cluster.create(work)
    cluster.wait(lambda: is_true(cluster.get(created), "Failed"))
    (status,) = cluster.pods()[0]["status"]["containerStatuses"]
    assert status["state"]["terminated"]["message"] == "the reason"


def test_pods_need_the_service_account_that_they_name(cluster):
    web = deployment(replicas=1)
    web["spec"]["template"]["spec"]["serviceAccountName"] = "special"
    created = cluster.create(web)
    cluster.wait(lambda: cluster.cluster.objects.list(["ReplicaSet"]))
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    cluster.create({**account, "metadata": {"name": "other", "namespace": "default"}})
    assert cluster.pods() == []
    cluster.create({**account, "metadata": {"name": "special", "namespace": "default"}})
    cluster.wait_available(created, 1)


def test_deleting_a_namespace_deletes_what_is_in_it(cluster):
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "space"}}
    cluster.create(space)
    web = deployment(replicas=1)
    web["metadata"]["namespace"] = "space"
    cluster.wait_available(cluster.create(web), 1)
    cluster.cluster.objects.delete(key_of(space))
    cluster.wait(lambda: cluster.cluster.objects.get(Key("Namespace", "", "space")) is None)
    assert not cluster.cluster.objects.list(("Deployment", "ReplicaSet", "Pod"))


def restarts(cluster) -> list[int]:
    statuses = [one for pod in cluster.pods() for one in pod["status"].get("containerStatuses", [])]
    return [status["restartCount"] for status in statuses]


def test_a_pod_whose_end_fails_ends_all_the_same(tmp_path, monkeypatch):
    def fail(_):
        raise OSError("the node is still in use")

    def live_and_end():
        with site(tmp_path) as one:
            one.wait_available(one.create(deployment()), 2)
            monkeypatch.setattr(one.world, "remove_node", fail)

    life = threading.Thread(target=live_and_end, daemon=True)
    life.start()
    life.join(60)
    assert not life.is_alive()
