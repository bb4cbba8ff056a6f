"""The objects of the application in Kubernetes: pods without rights, in a namespace of their own."""

import pulumi
import pytest

from components import ownership
from components.kafka_login import KafkaLogin
from components.ownership import Ownership
from components.settings.objects.app_limits import AppLimits
from tests.unit.app_in_kubernetes import AKS, SERVERS, declare
from tests.unit.app_objects import container, environment
from tests.unit.recording import Deployment


@pytest.fixture(scope="module")
def app() -> Deployment:
    return declare()


def test_everything_lies_in_the_namespace_and_the_cluster(app: Deployment) -> None:
    assert app["namespace"].inputs["metadata"]["name"] == "kafka-test"
    assert app["namespace"].parent == "app-namespace"
    for name in ("create-topics", "check", "kafka-test-app", "kafka-test-app-service"):
        assert app[name].inputs["metadata"]["namespace"] == "kafka-test"
        assert "::cluster::" in app[name].provider
        assert app[name].parent == "app"


def test_nothing_starts_before_what_the_caller_names(app: Deployment) -> None:
    # Pulumi registers a child after its component, and a component after its dependencies.
    assert "ready" in app["app"].depends_on


def test_pods_serve_the_topic(app: Deployment) -> None:
    assert container(app, "kafka-test-app")["args"] == ["serve"]
    assert environment(app, "kafka-test-app") == {
        "KAFKA_BOOTSTRAP_SERVERS": SERVERS,
        "KAFKA_TOPIC": "messages",
        "PORT": "8080",
        "HEALTH_PORT": "8081",
        **AppLimits().environment,
    }


def test_pods_wait_for_kafka_at_their_start_and_stay_open_without_it_later(app: Deployment) -> None:
    server = container(app, "kafka-test-app")
    asked = {probe: server[probe]["httpGet"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert asked == {
        "startupProbe": {"path": "/readyz", "port": 8081},
        "readinessProbe": {"path": "/healthz", "port": 8081},
        "livenessProbe": {"path": "/healthz", "port": 8081},
    }


def test_probes_have_a_port_of_their_own_that_nobody_else_is_led_to(app: Deployment) -> None:
    ports = {port["name"]: port["containerPort"] for port in container(app, "kafka-test-app")["ports"]}
    assert ports == {"http": 8080, "health": 8081}
    assert [port["targetPort"] for port in app["kafka-test-app-service"].inputs["spec"]["ports"]] == [8080]


def test_names_by_which_browsers_may_send_are_told_to_the_image(app: Deployment) -> None:
    named = declare(hosts=("messages.example.org", "kafka.example.org"))
    told = environment(named, "kafka-test-app")["APP_HOSTS"]
    assert told == "messages.example.org,kafka.example.org"
    assert "APP_HOSTS" not in environment(app, "kafka-test-app")


def test_a_rollout_never_takes_a_pod_away_before_its_successor_is_ready(app: Deployment) -> None:
    spec = app["kafka-test-app"].inputs["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
    }


def test_a_pod_ends_when_connections_have_stopped_coming_and_then_has_time_to_send(app: Deployment) -> None:
    pod = app["kafka-test-app"].inputs["spec"]["template"]["spec"]
    late = container(app, "kafka-test-app")["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert late >= 5
    # The app gives up a message after 10 seconds, and leaves its consumer group afterwards.
    assert pod["terminationGracePeriodSeconds"] >= late + 10 + 5


@pytest.mark.parametrize("name", ["create-topics", "check", "kafka-test-app"])
def test_a_failure_is_reported_in_the_words_of_the_image(app: Deployment, name: str) -> None:
    assert container(app, name)["terminationMessagePolicy"] == "FallbackToLogsOnError"


@pytest.mark.parametrize("name", ["create-topics", "check", "kafka-test-app"])
def test_pods_run_on_nodes_that_the_image_is_made_for(app: Deployment, name: str) -> None:
    pod = app[name].inputs["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}


@pytest.mark.parametrize("name", ["create-topics", "check", "kafka-test-app"])
def test_pods_have_no_rights(app: Deployment, name: str) -> None:
    pod = app[name].inputs["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    only = container(app, name)
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert only["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in only["resources"]["limits"]
    assert [mount["mountPath"] for mount in only["volumeMounts"]] == ["/tmp"]
    assert pod["volumes"] == [{"name": only["volumeMounts"][0]["name"], "emptyDir": {}}]


SASL = KafkaLogin("SASL_SSL", authority="-----BEGIN", mechanism="PLAIN", user="anna", password="s3cret")


@pytest.mark.parametrize("name", ["create-topics", "check", "kafka-test-app"])
def test_every_pod_logs_in_to_kafka_by_a_secret(name: str) -> None:
    app = declare(login=SASL)
    plain = environment(app, name)
    assert (plain["KAFKA_PROTOCOL"], plain["KAFKA_SASL_MECHANISM"]) == ("SASL_SSL", "PLAIN")
    assert not {"s3cret", "anna", "-----BEGIN"} & set(plain.values())
    secret = app["kafka-login"]
    assert secret.inputs["stringData"] == {
        "KAFKA_CA": "-----BEGIN",
        "KAFKA_USER": "anna",
        "KAFKA_PASSWORD": "s3cret",
    }
    referred = {
        variable["name"]: variable["valueFrom"]["secretKeyRef"]["key"]
        for variable in container(app, name)["env"]
        if variable["name"].startswith("KAFKA_") and "valueFrom" in variable
    }
    assert referred == {key: key for key in secret.inputs["stringData"]}


def test_tls_alone_takes_no_user_and_public_authorities_no_secret() -> None:
    app = declare(login=KafkaLogin("SSL"))
    assert environment(app, "check")["KAFKA_PROTOCOL"] == "SSL"
    assert "KAFKA_SASL_MECHANISM" not in environment(app, "check")
    assert "kafka-login" not in app.resources


def test_without_protection_pods_are_told_nothing_of_it(app: Deployment) -> None:
    assert "KAFKA_PROTOCOL" not in environment(app, "kafka-test-app")
    assert "kafka-login" not in app.resources


def test_limits_are_told_to_the_image_and_set_the_memory_that_they_need(app: Deployment) -> None:
    more = declare(limits=AppLimits.model_validate({"historyBytes": 128 << 20, "maxBrowsers": 7}))
    assert environment(more, "kafka-test-app")["MAX_BROWSERS"] == "7"
    assert environment(more, "kafka-test-app")["HISTORY_BYTES"] == str(128 << 20)
    assert container(app, "kafka-test-app")["resources"]["limits"]["memory"] == "256Mi"
    assert container(more, "kafka-test-app")["resources"]["limits"]["memory"] == "448Mi"


def test_more_browsers_get_more_memory() -> None:
    # Each may hold 200 KiB, by the buffers of the app and of the kernel.
    assert AppLimits.model_validate({"maxBrowsers": 250 + 1024}).memory == "456Mi"
    assert AppLimits.model_validate({"maxBrowsers": 1}).memory == AppLimits().memory


def test_pods_are_spread_over_zones_and_nodes_and_their_nodes_are_emptied_one_by_one(app: Deployment) -> None:
    pods = app["kafka-test-app"].inputs["spec"]["template"]
    constraints = pods["spec"]["topologySpreadConstraints"]
    assert [one["topologyKey"] for one in constraints] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]
    chosen = {"app.kubernetes.io/name": "kafka-test-app"}
    assert chosen.items() <= pods["metadata"]["labels"].items()
    assert all(one["labelSelector"]["matchLabels"] == chosen for one in constraints)
    assert all(one["whenUnsatisfiable"] == "ScheduleAnyway" for one in constraints)
    budget = app["disruption-budget"].inputs["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"] == chosen
    assert "disruption-budget" not in declare(replicas=1).resources


def test_the_access_token_reaches_pods_out_of_a_secret_of_its_own(app: Deployment) -> None:
    guarded = declare(token="0123456789abcdef")
    secret = guarded["access-token"]
    assert secret.inputs["stringData"] == {"token": "0123456789abcdef"}
    assert "stringData" in {path.split(".")[0] for path in secret.secrets}
    assert not {path.split(".")[0] for path in secret.secrets} & {"metadata"}
    (variable,) = [
        one for one in container(guarded, "kafka-test-app")["env"] if one["name"] == "ACCESS_TOKEN"
    ]
    assert variable["valueFrom"]["secretKeyRef"] == {
        "name": secret.inputs["metadata"]["name"],
        "key": "token",
    }
    assert "value" not in variable
    assert "access-token" not in app.resources


@pytest.mark.parametrize("name", ["create-topics-result", "check-result", "rollout"])
def test_waits_are_ours_and_outlast_the_spread_of_a_role(app: Deployment, name: str) -> None:
    limits = app[name].inputs["limits"]
    assert limits["role"] >= 600
    assert min(limits["job"], limits["rollout"]) > limits["role"]
    assert limits["lasting"] < 60
    assert "kubeconfig" in app[name].secrets


@pytest.mark.parametrize("name", ["create-topics", "check", "kafka-test-app"])
def test_an_object_is_in_the_state_as_soon_as_it_is_made_and_its_end_is_waited_for(
    app: Deployment, name: str
) -> None:
    annotations = app[name].inputs["metadata"]["annotations"]
    assert annotations["pulumi.com/waitFor"] == "jsonpath={.metadata.uid}"
    # With it Pulumi's provider would not wait for the end of a Job that another of the same name replaces.
    assert "pulumi.com/skipAwait" not in annotations


OBJECTS = [
    "namespace",
    "network-policy",
    "create-topics",
    "check",
    "access-token",
    "kafka-test-app",
    "disruption-budget",
    "kafka-test-app-service",
]


def test_every_object_bears_the_stack_s_mark_and_its_one_field_manager() -> None:
    app = declare(token="0123456789abcdef")
    made = [one.name for one in app.resources.values() if one.type.startswith("kubernetes:")]
    assert sorted(made) == sorted(OBJECTS)
    mark = Ownership(f"{pulumi.get_organization()}/aks-kafka/test", "kubeconfig").mark
    for name in OBJECTS:
        metadata = app[name].inputs["metadata"]
        assert metadata["labels"]["aks-kafka/stack"] == mark
        assert metadata["annotations"]["pulumi.com/patchFieldManager"] == f"aks-kafka-{mark}"
        assert [*app[name].options.hooks.before_create] == ["app-namespace-is-not-taken-over"]


def test_a_mark_selects_no_pods_of_the_deployment(app: Deployment) -> None:
    # A Deployment's selector is immutable: with the mark in it, existing Deployments would be replaced.
    selector = app["kafka-test-app"].inputs["spec"]["selector"]["matchLabels"]
    assert selector == {"app.kubernetes.io/name": "kafka-test-app"}


def test_a_guard_stands_between_the_namespace_and_everything_in_it(app: Deployment) -> None:
    assert app["namespace-guard"].type == "pulumi-python:dynamic/kubernetes:NamespaceGuard"
    assert "namespace" in app["namespace-guard"].depends_on
    assert app["namespace-guard"].inputs["namespace"] == "kafka-test"
    for name in ("network-policy", "create-topics", "check", "kafka-test-app", "kafka-test-app-service"):
        assert "namespace-guard" in app[name].depends_on


def test_everything_in_the_cluster_goes_with_it(app: Deployment) -> None:
    inside = [one for one in app.resources.values() if one.type.startswith("kubernetes:")]
    assert len(inside) > 5
    assert {one.options.deletedWith for one in [*inside, app["namespace-guard"]]} == {AKS}


def test_pods_may_talk_to_visitors_and_brokers_only(app: Deployment) -> None:
    spec = app["network-policy"].inputs["spec"]
    mark = app["network-policy"].inputs["metadata"]["labels"]["aks-kafka/stack"]
    assert spec == {
        "podSelector": {"matchLabels": {"aks-kafka/stack": mark}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [{"ports": [{"port": 8080, "protocol": "TCP"}, {"port": 8081, "protocol": "TCP"}]}],
        "egress": [
            {
                "to": [{"ipBlock": {"cidr": "10.10.0.10/32"}}, {"ipBlock": {"cidr": "10.10.0.9/32"}}],
                "ports": [{"port": 9092, "protocol": "TCP"}],
            }
        ],
    }
    for name in ("create-topics", "check", "kafka-test-app"):
        assert app[name].inputs["spec"]["template"]["metadata"]["labels"]["aks-kafka/stack"] == mark
        assert "network-policy" in app[name].depends_on
    assert "network-policy" not in declare(network_policy=False).resources


def test_a_namespace_of_somebody_else_s_is_used_and_never_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ownership, "_read", lambda kubeconfig, path: {"metadata": {"uid": path}})
    theirs = declare(name="team-a", exists=True)
    assert "namespace" not in theirs.resources
    assert "namespace-guard" not in theirs.resources
    assert theirs["kafka-test-app"].inputs["metadata"]["namespace"] == "team-a"
