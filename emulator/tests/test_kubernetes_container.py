"""What a pod is made from: command, environment, user, address, and what its probes say."""

from pathlib import Path

import pytest

from emulator.kubernetes.node.addresses import NoAddressLeft, next_address
from emulator.kubernetes.node.container import (
    ConfigurationError,
    arguments,
    environment_of,
    expand,
    user_of,
)
from emulator.kubernetes.node.image import Image
from emulator.kubernetes.node.probe import ContainerHealth
from emulator.kubernetes.server.defaults import with_defaults
from emulator.kubernetes.server.downward import field_of
from emulator.kubernetes.server.kubeconfig import KubeconfigInvalid, make_kubeconfig, namespace_of, token_of
from emulator.kubernetes.server.objects import Object
from emulator.kubernetes.services.service import Endpoint, endpoints, free_address, loopback_prefix
from emulator.tests.kubernetes_world import service

IMAGE = Image(Path("/x"), entrypoint=["run"], command=["default"], environment={"A": "1"}, user="10001")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["run", "default"]),
        ({"args": ["x"]}, ["run", "x"]),
        ({"command": ["other"]}, ["other"]),
        ({"command": ["other"], "args": ["$(A)", "$$(A)", "$(B)"]}, ["other", "1", "$(A)", "$(B)"]),
        (
            {"securityContext": {"allowPrivilegeEscalation": False}},
            ["setpriv", "--no-new-privs", "--", "run", "default"],
        ),
    ],
)
def test_command_and_args_replace_the_image_s(fields, expected):
    assert arguments(fields, IMAGE, {"A": "1"}, 10001) == expected


def test_only_root_has_capabilities_to_drop():
    dropping = {"securityContext": {"capabilities": {"drop": ["ALL"]}}}
    assert arguments(dropping, IMAGE, {}, 10001) == ["run", "default"]
    assert arguments(dropping, IMAGE, {}, 0)[:3] == ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]


def pod(**fields) -> Object:
    metadata = {"name": "web-1", "namespace": "default", "uid": "u", "labels": {"app": "web"}}
    return {"metadata": metadata, "spec": {"containers": [fields]}, "status": {"podIP": "10.0.0.9"}}


@pytest.mark.parametrize(
    ("settings", "user", "expected"),
    [
        ({}, "10001", 10001),
        ({}, "10001:20", 10001),
        ({}, "", 0),
        ({"runAsUser": 7, "runAsNonRoot": True}, "root", 7),
        ({"runAsNonRoot": True}, "10001", 10001),
    ],
)
def test_the_user_is_the_image_s_unless_the_pod_says_otherwise(settings, user, expected):
    assert user_of(pod(securityContext=settings), Image(Path("/x"), user=user)) == expected


@pytest.mark.parametrize(
    ("settings", "user", "message"),
    [
        ({"runAsNonRoot": True}, "", "container has runAsNonRoot and image will run as root"),
        ({"runAsNonRoot": True, "runAsUser": 0}, "10001", "image will run as root"),
        ({"runAsNonRoot": True}, "app", "image has non-numeric user"),
        ({}, "app", "not modelled by the emulator"),
    ],
)
def test_a_user_that_must_not_be_or_can_t_be_told_is_refused(settings, user, message):
    with pytest.raises(ConfigurationError, match=message):
        user_of(pod(securityContext=settings), Image(Path("/x"), user=user))


def test_a_reference_that_leads_nowhere_names_itself():
    missing = {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "colour"}}}
    settings = {"kind": "ConfigMap", "data": {"other": "x"}}
    with pytest.raises(ConfigurationError, match='configmap "settings" not found'):
        environment_of(pod(env=[missing]), IMAGE, lambda key: None)
    with pytest.raises(ConfigurationError, match="couldn't find key colour in ConfigMap default/settings"):
        environment_of(pod(env=[missing]), IMAGE, lambda key: settings)
    missing["valueFrom"]["configMapKeyRef"]["optional"] = True
    assert environment_of(pod(env=[missing]), IMAGE, lambda key: None)["A"] == "1"


def test_variables_refer_to_each_other():
    assert expand("$(A)$(B)$$(A)$$$(A)", {"A": "1"}) == "1$(B)$(A)$1"


def test_fields_of_the_downward_api():
    assert field_of(pod(), "metadata.labels['app']") == "web"
    assert field_of(pod(), "status.podIPs") == "10.0.0.9"
    assert field_of(pod(), "metadata.annotations['none']") == ""


def test_addresses_go_round_and_spare_azure_s_own():
    assert next_address("10.0.0.0/29", [], None) == "10.0.0.4"
    assert next_address("10.0.0.0/29", ["10.0.0.4"], None) == "10.0.0.5"
    assert next_address("10.0.0.0/29", ["10.0.0.5"], "10.0.0.5") == "10.0.0.6"
    assert next_address("10.0.0.0/29", [], "10.0.0.6") == "10.0.0.4"
    with pytest.raises(NoAddressLeft, match=r"10\.0\.0\.0/29"):
        next_address("10.0.0.0/29", ["10.0.0.4", "10.0.0.5", "10.0.0.6"], None)


def test_a_readiness_probe_needs_its_thresholds():
    health = ContainerHealth.of({"readinessProbe": {"successThreshold": 2, "failureThreshold": 2}})
    assert health.started
    assert not health.ready
    for success, ready in (
        (True, False),
        (True, True),
        (False, True),
        (True, True),
        (False, True),
        (False, False),
    ):
        health = health.record("readinessProbe", success)
        assert health.ready is ready
    assert health.failed_probe is None


def test_a_failing_liveness_probe_ends_the_container_and_waits_for_the_startup_probe():
    health = ContainerHealth.of(
        {"startupProbe": {"failureThreshold": 5}, "livenessProbe": {"failureThreshold": 2}}
    )
    assert [health.runs(name) for name in ("startupProbe", "livenessProbe", "readinessProbe")] == [
        True,
        False,
        False,
    ]
    assert not health.ready
    health = health.record("startupProbe", False).record("startupProbe", True)
    assert [health.runs(name) for name in ("startupProbe", "livenessProbe")] == [False, True]
    assert health.ready
    assert health.record("livenessProbe", False).failed_probe is None
    assert (
        health.record("livenessProbe", False).record("livenessProbe", False).failed_probe == "livenessProbe"
    )
    late = ContainerHealth.of({"startupProbe": {"failureThreshold": 1}}).record("startupProbe", False)
    assert late.failed_probe == "startupProbe"


def test_endpoints_are_ready_pods_that_the_selector_selects():
    def running(name: str, address: str, ready: bool = True, **metadata: object) -> Object:
        item = pod(ports=[{"name": "http", "containerPort": 8080}])
        item["metadata"] |= {"name": name, **metadata}
        condition = {"type": "Ready", "status": str(ready)}
        return {**item, "status": {"podIP": address, "conditions": [condition]}}

    pods = [
        running("b", "10.0.0.2"),
        running("a", "10.0.0.1"),
        running("c", "10.0.0.3", ready=False),
        running("d", "10.0.0.4", deletionTimestamp="x"),
        running("e", "10.0.0.5", labels={"app": "other"}),
    ]
    front = with_defaults(service())
    assert endpoints(front, pods) == {8080: [Endpoint("10.0.0.1", 8080), Endpoint("10.0.0.2", 8080)]}
    front["spec"]["ports"][0]["targetPort"] = "none"
    assert endpoints(front, pods) == {8080: []}


def test_worlds_and_clusters_have_addresses_of_their_own():
    prefixes = {loopback_prefix(home, name) for home in ("/a", "/b") for name in ("x", "y")}
    assert len(prefixes) == 4
    prefix = loopback_prefix("/a", "x")
    first = free_address(prefix, [])
    assert first.startswith("127.")
    assert not first.startswith("127.0.")
    assert free_address(prefix, [first]) != first


def test_a_kubeconfig_leads_to_its_token(tmp_path):
    authority = tmp_path / "authority.pem"
    authority.write_text("certificate")
    text = make_kubeconfig("aks", "https://aks:443", authority, "t0ken")
    assert token_of(text) == token_of(text, "aks") == "t0ken"
    assert namespace_of(text) is None
    file = tmp_path / "config"
    file.write_text(text)
    assert token_of(str(file)) == "t0ken"
    with pytest.raises(KubeconfigInvalid, match="contexts entry named 'other'"):
        token_of(text, "other")
    with pytest.raises(KubeconfigInvalid, match="No such file"):
        token_of("/no/such/file")
