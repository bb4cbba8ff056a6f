"""The pod that says what Kafka says: it knows brokers by name, has no rights, and nobody waits for it."""

from typing import Any

import pytest

from components.kafka_login import KafkaLogin
from components.kafka_view import hosts
from tests.unit.app_in_kubernetes import AKS, IMAGE, SERVERS, declare, declare_view
from tests.unit.recording import Deployment


@pytest.fixture(scope="module")
def view() -> Deployment:
    return declare_view()


def pod(deployment: Deployment) -> dict[str, Any]:
    return deployment["kafka-view"].inputs["spec"]["template"]["spec"]


def test_one_pod_runs_the_image_s_view_in_the_namespace(view: Deployment) -> None:
    found = view["kafka-view"].inputs
    assert (found["metadata"]["name"], found["metadata"]["namespace"]) == ("kafka-view", "kafka-test")
    assert found["spec"]["replicas"] == 1
    [container] = pod(view)["containers"]
    assert (container["image"], container["args"]) == (IMAGE, ["view"])
    assert container["env"] == [{"name": "KAFKA_BOOTSTRAP_SERVERS", "value": SERVERS}]
    assert "ports" not in container


def test_names_of_brokers_resolve_for_this_pod_alone(view: Deployment) -> None:
    template = view["kafka-view"].inputs["spec"]["template"]
    assert template["metadata"]["annotations"] == {
        "aks-kafka/hosts": "127.0.0.1\tlocalhost\n"
        "10.10.0.10\twn1-mykafk.x.internal.cloudapp.net\twn1-mykafk\n"
        "10.10.0.9\twn0-mykafk.x.internal.cloudapp.net\twn0-mykafk\n"
    }
    [_, volume] = template["spec"]["volumes"]
    field = "metadata.annotations['aks-kafka/hosts']"
    assert volume["downwardAPI"] == {"items": [{"path": "hosts", "fieldRef": {"fieldPath": field}}]}
    [container] = template["spec"]["containers"]
    mount = {"name": volume["name"], "mountPath": "/etc/hosts", "subPath": "hosts"}
    assert mount in container["volumeMounts"]
    app = declare()["kafka-test-app"].inputs["spec"]["template"]["spec"]["containers"][0]
    assert [one["mountPath"] for one in app["volumeMounts"]] == ["/tmp"]


def test_a_name_that_kubernetes_takes_for_no_alias_resolves_too_and_none_stands_twice() -> None:
    brokers = [{"ip": "10.0.0.5", "host": "wn1"}, {"ip": "10.0.0.4", "host": "wn0-my-ka-.x.cloudapp.net"}]
    lines = ["127.0.0.1\tlocalhost", "10.0.0.4\twn0-my-ka-.x.cloudapp.net\twn0-my-ka-", "10.0.0.5\twn1", ""]
    assert hosts(brokers) == hosts(brokers[::-1]) == "\n".join(lines)


def test_nobody_waits_for_the_pod_but_for_the_deployment_s_end(view: Deployment) -> None:
    annotations = view["kafka-view"].inputs["metadata"]["annotations"]
    assert annotations["pulumi.com/waitFor"] == "jsonpath={.metadata.uid}"
    assert "rollout" not in view.resources


def test_the_pod_of_before_stays_while_an_image_can_not_be_pulled(view: Deployment) -> None:
    strategy = view["kafka-view"].inputs["spec"]["strategy"]
    assert strategy["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_it_has_no_rights(view: Deployment) -> None:
    specification = pod(view)
    assert specification["automountServiceAccountToken"] is False
    assert specification["securityContext"]["runAsNonRoot"] is True
    [container] = specification["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "memory" in container["resources"]["limits"]


def test_neither_the_page_s_service_nor_its_deployment_takes_it_for_theirs(view: Deployment) -> None:
    labels = view["kafka-view"].inputs["spec"]["template"]["metadata"]["labels"]
    assert labels["app.kubernetes.io/component"] == labels["app.kubernetes.io/name"] == "kafka-view"
    app = declare()
    selector = app["kafka-test-app-service"].inputs["spec"]["selector"]
    assert not selector.items() <= labels.items()
    # The network policy is the same for both.
    policy = app["network-policy"].inputs["spec"]["podSelector"]["matchLabels"]
    assert policy.items() <= labels.items()


def test_it_comes_after_what_it_needs_and_goes_with_the_cluster(view: Deployment) -> None:
    assert {"namespace-guard", "network-policy"} <= view["kafka-view"].depends_on
    assert view["kafka-view"].options.deletedWith == AKS
    assert [*view["kafka-view"].options.hooks.before_create] == ["app-namespace-is-not-taken-over"]


def test_it_logs_in_as_the_application_does() -> None:
    login = KafkaLogin("SASL_SSL", authority="-----BEGIN", mechanism="PLAIN", user="anna", password="s3cret")
    view = declare_view(login=login)
    [container] = pod(view)["containers"]
    plain = {one["name"]: one.get("value") for one in container["env"]}
    assert (plain["KAFKA_PROTOCOL"], plain["KAFKA_SASL_MECHANISM"]) == ("SASL_SSL", "PLAIN")
    referred = {
        one["name"]: one["valueFrom"]["secretKeyRef"]["key"] for one in container["env"] if "valueFrom" in one
    }
    assert referred == {key: key for key in view["kafka-login"].inputs["stringData"]}
    assert "s3cret" not in str(view["kafka-view"].inputs)


def test_what_states_hold_below_the_application_stays_as_it_is() -> None:
    login = KafkaLogin("SASL_PLAINTEXT", mechanism="PLAIN", user="anna", password="s3cret")
    place = declare_view(login=login)
    former = "urn:pulumi:test::aks-kafka::aks-kafka:index:KafkaTestApp::app"
    for name in ("namespace", "namespace-guard", "network-policy", "kafka-login"):
        assert former in [alias.spec.parentUrn for alias in place[name].options.aliases]
