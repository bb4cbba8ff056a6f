"""What is sent to the API server: defaults, refusals, differences; and what a container is made from."""

import copy
from typing import Any

import pytest

from emulator.kubernetes.provider.differences import difference
from emulator.kubernetes.provider.inputs import completed, failures, kind_of
from emulator.kubernetes.server.defaults import with_defaults
from emulator.kubernetes.server.immutability import immutable_changes
from emulator.kubernetes.server.objects import (
    CONFIG_MAP,
    DEPLOYMENT,
    INTERNAL_BALANCER,
    SECRET,
    Object,
    template_hash,
)
from emulator.providers.provider import UNKNOWN
from emulator.tests.kubernetes_world import deployment, job, service


def container(item: Object) -> Object:
    return item["spec"]["template"]["spec"]["containers"][0]


def complaints(item: Object, version: str = "1.33", former: Object | None = None) -> dict[str, str]:
    return {failure.property: failure.reason for failure in failures(item, version, former)}


def changed(item: Object, path: str, value: object) -> Object:
    """A copy of `item` with another value at a path like "spec.ports.0.name"."""
    result = copy.deepcopy(item)
    target: Any = result
    *steps, last = path.split(".")
    for step in steps:
        target = target[int(step)] if step.isdigit() else target.setdefault(step, {})
    target[last] = value
    return result


POD = "spec.template.spec"
CONTAINER = f"{POD}.containers.0"


def failure_policy(**fields: object) -> Object:
    """Of one rule, with these fields; None takes one away."""
    rule = {
        "action": "FailJob",
        "onExitCodes": {"operator": "In", "values": [3], "containerName": "work"},
        **fields,
    }
    return {"rules": [{name: value for name, value in rule.items() if value is not None}]}


def exit_codes(**fields: object) -> Object:
    """A policy whose rule asks for exit codes in another way."""
    (rule,) = failure_policy()["rules"]
    return failure_policy(onExitCodes={**rule["onExitCodes"], **fields})


def pod_conditions(**pattern: object) -> Object:
    """A policy whose rule asks for a condition of this type and status."""
    return failure_policy(action="Ignore", onExitCodes=None, onPodConditions=[{"status": "True", **pattern}])


def both_policies() -> Object:
    """One about exit codes and conditions in the same rule."""
    return failure_policy(onPodConditions=[{"type": "DisruptionTarget", "status": "True"}])


SPREADS = f"{POD}.topologySpreadConstraints[0]"
SPREAD: Object = {
    "topologyKey": "kubernetes.io/hostname",
    "maxSkew": 1,
    "whenUnsatisfiable": "ScheduleAnyway",
    "labelSelector": {"matchLabels": {"app": "web"}},
}
BUDGET: Object = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web", "namespace": "default"},
    "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}},
}
SOUND = [
    deployment(),
    changed(deployment(), f"{POD}.topologySpreadConstraints", [SPREAD | {"matchLabelKeys": ["version"]}]),
    service(),
    changed(service(), "spec.loadBalancerSourceRanges", ["10.0.0.0/8", "0.0.0.0/0"]),
    job("x"),
    BUDGET,
]


@pytest.mark.parametrize("item", SOUND, ids=lambda item: item["kind"])
def test_sound_objects_are_accepted(item):
    assert complaints(item) == {}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{POD}.initContainers", [{"name": "x", "image": "y"}]),
        (f"{POD}.containers", [{"name": "a", "image": "x"}, {"name": "b", "image": "x"}]),
        (f"{POD}.hostNetwork", True),
        (f"{POD}.nodeName", "x"),
        (f"{POD}.affinity", {"nodeAffinity": {}}),
        (f"{POD}.topologySpreadConstraints", [SPREAD | {"topologyKey": "rack"}]),
        (f"{POD}.topologySpreadConstraints", [SPREAD | {"minDomains": 2}]),
        (f"{POD}.dnsPolicy", "None"),
        (f"{POD}.enableServiceLinks", True),
        (f"{CONTAINER}.stdin", True),
        (f"{CONTAINER}.securityContext", {"privileged": True}),
        (f"{CONTAINER}.securityContext", {"capabilities": {"add": ["NET_ADMIN"]}}),
        (f"{CONTAINER}.ports.0.hostPort", 80),
        (f"{CONTAINER}.ports.0.protocol", "UDP"),
        (f"{CONTAINER}.lifecycle", {"postStart": {"exec": {"command": ["x"]}}}),
        (f"{CONTAINER}.readinessProbe", {"grpc": {"port": 1}}),
        (f"{POD}.volumes", [{"name": "x", "hostPath": {"path": "/"}}]),
        ("spec.paused", True),
        ("metadata.finalizers", ["x"]),
        ("metadata.ownerReferences", []),
    ],
)
def test_what_is_not_modelled_is_refused_by_its_path(path, value):
    reasons = complaints(changed(deployment(), path, value)).values()
    assert any(reason.startswith("not modelled by the emulator: ") for reason in reasons)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("spec.type", "NodePort"),
        ("spec.type", "ExternalName"),
        ("spec.loadBalancerIP", "1.2.3.4"),
        ("spec.loadBalancerSourceRanges", ["2001:db8::/32"]),
        ("spec.externalTrafficPolicy", "Local"),
        ("spec.sessionAffinity", "ClientIP"),
        ("spec.ports.0.nodePort", 30000),
        ("metadata.annotations", {f"{INTERNAL_BALANCER}-subnet": "apps"}),
        ("metadata.annotations", {INTERNAL_BALANCER: "yes"}),
        ("metadata.annotations", {"pulumi.com/waitFor": "x"}),
    ],
)
def test_services_that_a_loopback_address_can_t_stand_for_are_refused(path, value):
    reasons = complaints(changed(service(), path, value)).values()
    assert any(reason.startswith("not modelled by the emulator: ") for reason in reasons)


@pytest.mark.parametrize(
    "policy",
    [
        exit_codes(),
        exit_codes(operator="NotIn", values=[0, 1]),
        failure_policy(action="Ignore"),
        pod_conditions(type="DisruptionTarget"),
        pod_conditions(type="example.com/Broken", status="False"),
        UNKNOWN,
    ],
)
def test_a_job_may_have_a_policy_about_exit_codes_and_conditions(policy):
    assert complaints(changed(job("x"), "spec.podFailurePolicy", policy)) == {}


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        (failure_policy(action="FailIndex"), "action"),
        (failure_policy(action="Fail"), "action"),
    ],
)
def test_policies_about_other_things_are_refused(policy, path):
    reasons = complaints(changed(job("x"), "spec.podFailurePolicy", policy))
    assert f"not modelled by the emulator: spec.podFailurePolicy.rules[0].{path}" in "".join(reasons.values())


@pytest.mark.parametrize("source", ["203.0.113.7/24", " 203.0.113.7/24 "])
def test_bits_beyond_the_prefix_are_refused_since_1_36_unless_they_were_there_before(source: str):
    ranged = changed(service(), "spec.loadBalancerSourceRanges", ["10.0.0.0/8", source])
    assert complaints(ranged, "1.35") == {}
    found = complaints(ranged, "1.36")
    assert found.keys() == {"spec.loadBalancerSourceRanges[1]"}
    assert "must not have bits set beyond the prefix length" in found["spec.loadBalancerSourceRanges[1]"]
    assert complaints(ranged, "1.36", former=ranged) == {}


@pytest.mark.parametrize(
    ("item", "name", "version"),
    [
        (deployment(), "with.dots", "1.33"),
        (deployment(), "d" * 253, "1.33"),
        (job("x"), "with.dots-and-1", "1.33"),
        (job("x"), "j" * 63, "1.33"),
        (service(), "1st", "1.36"),
    ],
)
def test_names_that_kubernetes_takes_are_taken(item: Object, name: str, version: str):
    assert complaints(changed(item, "metadata.name", name), version) == {}


@pytest.mark.parametrize(
    ("item", "name"),
    [(deployment(), "d" * 254), (job("x"), "j" * 64), (service(), "1st"), (service(), "a.b")],
)
def test_names_that_kubernetes_refuses_are_refused(item: Object, name: str):
    assert complaints(changed(item, "metadata.name", name), "1.35").keys() == {"metadata.name"}


def test_a_load_balancer_may_be_internal():
    assert complaints(changed(service(), "metadata.annotations", {INTERNAL_BALANCER: "true"})) == {}


def test_a_service_without_a_type_is_a_cluster_ip():
    item = service()
    del item["spec"]["type"]
    assert complaints(item) == {}
    complete = with_defaults(item)["spec"]
    assert complete["type"] == "ClusterIP"
    assert "externalTrafficPolicy" not in complete


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("loadBalancerSourceRanges", ["203.0.113.0/24"], "may only be used when `type` is 'LoadBalancer'"),
        ("externalTrafficPolicy", "Cluster", "may only be set for externally-accessible services"),
    ],
)
def test_what_is_a_load_balancer_s_is_refused_of_a_cluster_ip(field: str, value: object, rule: str):
    item = changed(changed(service(), "spec.type", "ClusterIP"), f"spec.{field}", value)
    assert rule in complaints(item)[f"spec.{field}"]


@pytest.mark.parametrize(
    ("item", "path", "value", "where"),
    [
        (deployment(), "spec.replica", 1, "spec"),
        (deployment(), "spec.replicas", "two", "spec.replicas"),
        (deployment(), f"{CONTAINER}.imagee", "x", "spec.template.spec.containers[0]"),
        (deployment(), "spec.selector", {"matchLabels": {"app": "other"}}, "spec.template.metadata.labels"),
        (deployment(), f"{POD}.restartPolicy", "Never", "spec.template.spec.restartPolicy"),
        (
            deployment(),
            "spec.strategy",
            {"type": "Recreate", "rollingUpdate": {"maxSurge": 1}},
            "rollingUpdate",
        ),
        (
            deployment(),
            "spec.strategy.rollingUpdate",
            {"maxSurge": 0, "maxUnavailable": "0%"},
            "maxUnavailable",
        ),
        (deployment(), "spec.strategy.rollingUpdate", {"maxSurge": "x"}, "maxSurge"),
        (deployment(), f"{CONTAINER}.image", "", "image"),
        (deployment(), f"{CONTAINER}.ports.0.containerPort", 70000, "containerPort"),
        (deployment(), f"{CONTAINER}.livenessProbe", {"periodSeconds": 1}, "livenessProbe"),
        (
            deployment(),
            f"{CONTAINER}.livenessProbe",
            {"exec": {"command": ["x"]}, "successThreshold": 2},
            "successThreshold",
        ),
        (
            deployment(),
            f"{CONTAINER}.readinessProbe",
            {"exec": {"command": ["x"]}, "tcpSocket": {"port": 1}},
            "readinessProbe.tcpSocket",
        ),
        (
            deployment(),
            f"{CONTAINER}.volumeMounts",
            [{"name": "x", "mountPath": "/x"}],
            "volumeMounts[0].name",
        ),
        (deployment(), "metadata.name", "Upper", "metadata.name"),
        (deployment(), "metadata.labels", {"a b": "c"}, "metadata.labels"),
        (deployment(), "metadata.labels", {"a": "c d"}, "metadata.labels.a"),
        (job("x"), f"{POD}.restartPolicy", "Always", "spec.template.spec.restartPolicy"),
        (job("x"), "spec.backoffLimit", -1, "spec.backoffLimit"),
        (job("x"), "spec.podFailurePolicy", failure_policy(action=None), "podFailurePolicy.rules[0]"),
        (job("x"), "spec.podFailurePolicy", failure_policy(onExitCodes=None), "rules[0]"),
        (job("x"), "spec.podFailurePolicy", both_policies(), "rules[0]"),
        (job("x"), "spec.podFailurePolicy", pod_conditions(type="a b"), "onPodConditions[0].type"),
        (job("x"), "spec.podFailurePolicy", pod_conditions(type="A", status="No"), "[0].status"),
        (job("x"), "spec.podFailurePolicy", exit_codes(containerName="other"), "containerName"),
        (job("x"), "spec.podFailurePolicy", exit_codes(operator="Is"), "operator"),
        (job("x"), "spec.podFailurePolicy", exit_codes(values=[]), "values"),
        (job("x"), "spec.podFailurePolicy", exit_codes(values=[0, 3]), "values"),
        (job("x"), "spec.podFailurePolicy", exit_codes(values=[3, 2]), "values"),
        (
            job("x", restart_policy="OnFailure"),
            "spec.podFailurePolicy",
            exit_codes(),
            "spec.template.spec.restartPolicy",
        ),
        (service(), "spec.ports", [], "spec.ports"),
        (service(), "spec.ports", [{"port": 1}, {"port": 2}], "spec.ports[0].name"),
        (service(), "spec.ports", [{"port": 1, "name": "a"}, {"port": 2, "name": "a"}], "spec.ports[1].name"),
        (service(), "spec.ports", [{"port": 1, "name": "a"}, {"port": 1, "name": "b"}], "spec.ports[1]"),
        (service(), "spec.ports.0.port", 0, "spec.ports[0].port"),
        (service(), "metadata.name", "1st", "metadata.name"),
        (service(), "spec.loadBalancerSourceRanges", ["10.0.0.1"], "spec.loadBalancerSourceRanges[0]"),
        (deployment(), f"{POD}.topologySpreadConstraints", [SPREAD | {"maxSkew": 0}], f"{SPREADS}.maxSkew"),
        (
            deployment(),
            f"{POD}.topologySpreadConstraints",
            [SPREAD | {"whenUnsatisfiable": "Perhaps"}],
            f"{SPREADS}.whenUnsatisfiable",
        ),
        (
            deployment(),
            f"{POD}.topologySpreadConstraints",
            [SPREAD | {"matchLabelKeys": ["app"]}],
            f"{SPREADS}.matchLabelKeys",
        ),
        (deployment(), f"{POD}.hostAliases", [{"ip": "10.0.0.256"}], "hostAliases[0].ip"),
        (deployment(), f"{POD}.hostAliases", [{"ip": "10.0.0.1"}] * 2, "hostAliases[1]"),
        (
            deployment(),
            f"{POD}.hostAliases",
            # HDInsight may name a node so, for a cluster whose name has a hyphen at that place.
            [{"ip": "10.0.0.1", "hostnames": ["wn0-x", "wn0-my-ka-.internal.cloudapp.net"]}],
            "hostAliases[0].hostnames[1]",
        ),
        (
            changed(deployment(), f"{POD}.volumes", [{"name": "tmp", "emptyDir": {}}]),
            f"{CONTAINER}.volumeMounts",
            [{"name": "tmp", "mountPath": "/x", "subPath": "x"}],
            "volumeMounts[0].subPath",
        ),
        (BUDGET, "spec.minAvailable", 1, "spec"),
        (BUDGET, "spec.maxUnavailable", "101%", "spec.maxUnavailable"),
    ],
)
def test_what_the_api_server_refuses_is_refused_at_its_path(item, path, value, where):
    paths = complaints(changed(item, path, value))
    assert any(found.endswith(where) for found in paths), paths


def test_every_mistake_is_named_at_once():
    item = changed(changed(deployment(), f"{POD}.hostNetwork", True), f"{CONTAINER}.image", "")
    assert len(complaints(item)) == 2


@pytest.mark.parametrize(
    "path",
    [
        "metadata",
        "metadata.name",
        "metadata.labels",
        "spec",
        "spec.replicas",
        "spec.selector",
        "spec.template",
        POD,
        f"{POD}.containers",
        f"{CONTAINER}.image",
        f"{CONTAINER}.env",
        f"{CONTAINER}.ports",
        f"{CONTAINER}.readinessProbe",
        "spec.strategy",
    ],
)
def test_values_unknown_yet_are_taken_to_be_right(path):
    assert complaints(changed(deployment(), path, UNKNOWN)) == {}


def test_of_pulumi_s_types_only_the_modelled_ones_are_known():
    assert kind_of("kubernetes:apps/v1:Deployment") == DEPLOYMENT
    assert kind_of("kubernetes:core/v1:ConfigMap") == CONFIG_MAP
    unknown = (
        "apps/v1:StatefulSet",
        "apps/v1beta1:Deployment",
        "core/v1:Pod",
        "apps/v1:ReplicaSet",
        "apps/v1:Job",
    )
    assert [kind_of(f"kubernetes:{name}") for name in unknown] == [None] * 5


@pytest.mark.parametrize("path", ["metadata", "metadata.name", "metadata.annotations"])
def test_an_object_of_a_name_unknown_yet_does_not_stand_in_the_way_of_the_old_one(path):
    old = {**deployment(), "metadata": {"name": "web", "annotations": {"pulumi.com/autonamed": "true"}}}
    found = difference(old, changed(old, path, UNKNOWN))
    assert found.changed != []
    assert found.delete_before_replace is False


def test_names_and_namespaces_are_completed():
    inputs = completed(CONFIG_MAP, "settings", {}, {"data": {"a": None, "b": "1"}}, "space")
    name = inputs["metadata"]["name"]
    assert name.startswith("settings-")
    assert inputs["metadata"]["namespace"] == "space"
    assert inputs["data"] == {"b": "1"}
    assert completed(CONFIG_MAP, "settings", inputs, {}, "space")["metadata"]["name"] == name
    assert completed(CONFIG_MAP, "settings", {}, {}, "space")["metadata"]["name"] != name
    named = {"metadata": {"name": "mine", "namespace": "here"}}
    assert completed(CONFIG_MAP, "settings", inputs, named, "space")["metadata"] == named["metadata"]


def test_a_generated_name_is_that_of_the_plan():
    def named(seed: bytes) -> str:
        return completed(CONFIG_MAP, "settings", {}, {}, "space", seed)["metadata"]["name"]

    assert named(b"one") == named(b"one") != named(b"another")


def test_the_api_server_s_defaults():
    item = with_defaults(deployment())
    assert item["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": "25%", "maxUnavailable": "25%"}
    assert container(item)["imagePullPolicy"] == "IfNotPresent"
    assert container(item)["readinessProbe"]["failureThreshold"] == 3
    assert "strategy" not in deployment()["spec"]
    latest = with_defaults(deployment(image="a.azurecr.io:443/x"))
    assert container(latest)["imagePullPolicy"] == "Always"
    assert with_defaults(service())["spec"]["ports"] == [
        {"port": 8080, "targetPort": "http", "protocol": "TCP"}
    ]
    secret = {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "x"}, "stringData": {"a": "b"}}
    assert with_defaults(secret)["data"] == {"a": "Yg=="}
    assert "stringData" not in with_defaults(secret)


def test_what_pulumi_replaces():
    web, work = deployment(), job("x")
    rolled = difference(web, changed(web, f"{CONTAINER}.image", "other"))
    assert (rolled.replace, rolled.changed) == ([], ["spec.template.spec.containers[0].image"])
    assert difference(work, changed(work, f"{CONTAINER}.image", "other")).replace
    assert not difference(work, changed(work, "spec.ttlSecondsAfterFinished", 5)).replace
    moved = difference(web, changed(web, "metadata.namespace", "elsewhere"))
    assert (moved.replace, moved.delete_before_replace) == (["metadata.namespace"], False)
    selected = difference(web, changed(web, "spec.selector.matchLabels.app", "other"))
    assert selected.delete_before_replace
    assert difference(web, copy.deepcopy(web)).changed == []


def test_content_is_replaced_unless_the_provider_may_change_it():
    settings = {"kind": CONFIG_MAP.name, "metadata": {"name": "x"}, "data": {"a": "1"}}
    other = changed(settings, "data.a", "2")
    assert difference(settings, other).replace == ["data.a"]
    assert difference(settings, other, [CONFIG_MAP.name]).replace == []
    fixed = changed(other, "immutable", True)
    assert difference(settings, fixed, [CONFIG_MAP.name]).replace == ["data.a"]
    keys = {"kind": SECRET.name, "metadata": {"name": "x"}, "type": "Opaque"}
    assert difference(keys, changed(keys, "type", "other"), [SECRET.name]).replace == ["type"]


def test_the_api_server_refuses_to_change_a_job_s_template():
    work = job("x")
    assert immutable_changes(work, changed(work, f"{CONTAINER}.image", "y")) != []
    assert immutable_changes(work, changed(work, "spec.parallelism", 2)) == []
    with_policy = changed(work, "spec.podFailurePolicy", failure_policy())
    assert immutable_changes(work, with_policy) == ["spec.podFailurePolicy"]
    # Pulumi's own table lacks it: it tries an update, which is refused.
    assert difference(work, with_policy).replace == []


def test_equal_templates_have_equal_hashes():
    template = deployment()["spec"]["template"]
    assert template_hash(template) == template_hash(copy.deepcopy(template))
    assert template_hash(template) != template_hash(changed(template, "metadata.labels.app", "other"))


def test_a_network_policy_is_held_against_its_schema() -> None:
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "app", "namespace": "default"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.10.0.9/32"}}], "ports": [{"port": 9092}]}],
        },
    }
    assert complaints(policy) == {}
    assert complaints(changed(policy, "spec.egresses", []))
