"""The names that the provider and the defaults that the API server fill in."""

import copy

from emulator.kubernetes.provider.inputs import completed
from emulator.kubernetes.server.defaults import with_defaults
from emulator.kubernetes.server.objects import (
    CONFIG_MAP,
    template_hash,
)
from emulator.tests.kubernetes_inputs import (
    changed,
    complaints,
    container,
)
from emulator.tests.kubernetes_world import deployment, service


def test_a_service_without_a_type_is_a_cluster_ip():
    item = service()
    del item["spec"]["type"]
    assert complaints(item) == {}
    complete = with_defaults(item)["spec"]
    assert complete["type"] == "ClusterIP"
    assert "externalTrafficPolicy" not in complete


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


def test_equal_templates_have_equal_hashes():
    template = deployment()["spec"]["template"]
    assert template_hash(template) == template_hash(copy.deepcopy(template))
    assert template_hash(template) != template_hash(changed(template, "metadata.labels.app", "other"))
