"""Fields and values that the emulator does not model are refused by their paths."""

import pytest

from emulator.kubernetes.provider.inputs import kind_of
from emulator.kubernetes.server.objects import (
    CONFIG_MAP,
    DEPLOYMENT,
    INTERNAL_BALANCER,
)
from emulator.tests.kubernetes_inputs import CONTAINER, POD, SPREAD, changed, complaints, failure_policy
from emulator.tests.kubernetes_world import deployment, job, service


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
    ("policy", "path"),
    [
        (failure_policy(action="FailIndex"), "action"),
        (failure_policy(action="Fail"), "action"),
    ],
)
def test_policies_about_other_things_are_refused(policy, path):
    reasons = complaints(changed(job("x"), "spec.podFailurePolicy", policy))
    assert f"not modelled by the emulator: spec.podFailurePolicy.rules[0].{path}" in "".join(reasons.values())


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
