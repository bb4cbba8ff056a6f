"""The rules by which the API server refuses objects."""

import pytest

from emulator.kubernetes.server.objects import (
    INTERNAL_BALANCER,
    Object,
)
from emulator.providers.provider import UNKNOWN
from emulator.tests.kubernetes_inputs import (
    BUDGET,
    CONTAINER,
    POD,
    SPREAD,
    SPREADS,
    both_policies,
    changed,
    complaints,
    exit_codes,
    failure_policy,
    pod_conditions,
)
from emulator.tests.kubernetes_world import deployment, job, service

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
            # HDInsight gives a node such a name if the sixth character of the cluster's name is a hyphen.
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
