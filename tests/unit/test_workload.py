"""The test application as Kubernetes runs it: topics first, then pods with no rights, behind one address."""

import json
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components import ownership
from components.exposure import INTERNAL_BALANCER
from components.kafka_login import KafkaLogin
from components.ownership import Ownership
from components.settings.objects.app_limits import AppLimits
from components.workload import _url
from policy.rules import exposure
from tests.unit.app_in_kubernetes import AKS, IMAGE, SERVERS, TOPICS, declare
from tests.unit.recording import Deployment

WAIT_FOR_ADDRESS = "jsonpath={.status.loadBalancer.ingress}"


@pytest.fixture(scope="module")
def app() -> Deployment:
    return declare()


def container(deployment: Deployment, name: str) -> dict[str, Any]:
    [only] = deployment[name].inputs["spec"]["template"]["spec"]["containers"]
    return only


def environment(deployment: Deployment, name: str) -> dict[str, str]:
    """The variables whose value stands in the pod's specification."""
    variables = container(deployment, name)["env"]
    return {variable["name"]: variable["value"] for variable in variables if "value" in variable}


def job_name(deployment: Deployment, name: str = "create-topics") -> str:
    return deployment[name].inputs["metadata"]["name"]


def test_everything_lies_in_the_namespace_and_the_cluster(app: Deployment) -> None:
    assert app["namespace"].inputs["metadata"]["name"] == "kafka-test"
    assert app["namespace"].parent == "app-namespace"
    for name in ("create-topics", "check", "kafka-test-app", "kafka-test-app-service"):
        assert app[name].inputs["metadata"]["namespace"] == "kafka-test"
        assert "::cluster::" in app[name].provider
        assert app[name].parent == "app"


def test_topics_are_made_by_the_image(app: Deployment) -> None:
    assert container(app, "create-topics")["args"] == ["create-topics"]
    assert container(app, "create-topics")["image"] == IMAGE
    variables = environment(app, "create-topics")
    assert variables["KAFKA_BOOTSTRAP_SERVERS"] == SERVERS
    assert json.loads(variables["KAFKA_TOPICS"]) == TOPICS
    spec = app["create-topics"].inputs["spec"]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    # A Job that Kubernetes tidies away would be missing at the next refresh.
    assert "ttlSecondsAfterFinished" not in spec


@pytest.mark.parametrize("name", ["create-topics", "check"])
def test_a_job_has_one_try_and_only_a_pod_whose_node_goes_is_made_anew(app: Deployment, name: str) -> None:
    spec = app[name].inputs["spec"]
    assert spec["backoffLimit"] == 0
    assert spec["podFailurePolicy"] == {
        "rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}]
    }


@pytest.mark.parametrize("name", ["create-topics", "check"])
def test_a_job_of_one_name_is_always_the_same_job(app: Deployment, name: str) -> None:
    elsewhere = declare(bootstrap_servers="10.10.0.8:9092")
    assert elsewhere[name].inputs["spec"] != app[name].inputs["spec"]
    assert job_name(elsewhere, name) != job_name(app, name)
    assert job_name(declare(), name) == job_name(app, name)


def test_topics_are_made_again_exactly_when_they_or_the_image_change(app: Deployment) -> None:
    more = [*TOPICS, {"name": "other", "partitions": 1, "replicationFactor": 3, "config": {}}]
    names = [
        job_name(app),
        job_name(declare(topics=more)),
        job_name(declare(image="contosokafka.azurecr.io/kafka-test-app:fedcba9876543210")),
    ]
    assert len(set(names)) == 3
    assert job_name(declare(replicas=5, port=8080, topic="other")) == names[0]


def test_pods_start_when_topics_exist_and_the_way_to_kafka_was_found_to_work(app: Deployment) -> None:
    assert app["create-topics-result"].inputs["job"] == job_name(app, "create-topics")
    assert "create-topics-result" in app["check"].depends_on
    assert app["check-result"].inputs["job"] == job_name(app, "check")
    assert "check-result" in app["kafka-test-app"].depends_on


def test_the_way_to_kafka_is_checked_by_the_image(app: Deployment) -> None:
    assert container(app, "check")["args"] == [
        "check",
        "--patience",
        "30",
        "--result",
        container(app, "check").get("terminationMessagePath", "/dev/termination-log"),
    ]
    assert environment(app, "check") == {
        "KAFKA_BOOTSTRAP_SERVERS": SERVERS,
        "KAFKA_TOPIC": "messages",
    }


def test_the_way_to_kafka_is_checked_again_exactly_when_brokers_topics_or_the_image_change(
    app: Deployment,
) -> None:
    more = [*TOPICS, {"name": "other", "partitions": 1, "replicationFactor": 3, "config": {}}]
    changes: list[dict[str, Any]] = [
        {},
        {"bootstrap_servers": "10.10.0.9:9092"},
        {"topics": more},
        {"topic": "other"},
        {"image": "contosokafka.azurecr.io/kafka-test-app:fedcba9876543210"},
    ]
    names = [job_name(declare(**change), "check") for change in changes]
    assert len(set(names)) == len(changes)
    assert job_name(declare(replicas=5, port=8080), "check") == names[0]


@pytest.mark.parametrize("name", ["create-topics", "check"])
def test_a_job_that_failed_is_tried_again_by_the_next_up(app: Deployment, name: str) -> None:
    assert app[name].inputs["metadata"]["annotations"]["pulumi.com/replaceUnready"] == "true"


def test_the_measured_round_trip_is_read_from_the_check_s_pod(app: Deployment) -> None:
    read = app["check-result"]
    assert read.inputs["job"] == job_name(app, "check")
    assert read.inputs["namespace"] == "kafka-test"
    assert "kubeconfig" in read.secrets
    assert app.outputs["roundTrip"] is None


def test_nothing_starts_before_what_the_caller_names(app: Deployment) -> None:
    # Pulumi registers no child before its component, and no component before what that depends on.
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
    # The app gives a message up after 10 seconds, and then still leaves its consumer group.
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


def test_only_those_who_are_named_may_open_the_page(app: Deployment) -> None:
    service = app["kafka-test-app-service"].inputs
    assert service["spec"]["loadBalancerSourceRanges"] == ["203.0.113.7/32"]
    assert "aks-kafka/open-to-the-world" not in service["metadata"]["annotations"]
    assert "OPEN_TO_THE_WORLD" not in environment(app, "kafka-test-app")


def test_a_page_for_everybody_says_so_in_the_cluster_on_the_page_and_at_preview(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, resource: warnings.append(message))
    world = declare(source_ranges=["0.0.0.0/0"], open_to_the_world=True)
    service = world["kafka-test-app-service"].inputs
    assert service["spec"]["loadBalancerSourceRanges"] == ["0.0.0.0/0"]
    assert service["metadata"]["annotations"]["aks-kafka/open-to-the-world"] == "appSourceRanges"
    assert environment(world, "kafka-test-app")["OPEN_TO_THE_WORLD"] == "true"
    (warning,) = warnings
    assert "appSourceRanges" in warning


def test_an_internal_load_balancer_is_a_service_of_its_own_within_the_network() -> None:
    app = declare(exposure="internal", source_ranges=["10.0.0.0/8"])
    assert "kafka-test-app-service" not in app.resources
    service = app["kafka-test-app-internal-service"].inputs
    assert service["metadata"]["name"] == "kafka-test-app-internal"
    assert service["metadata"]["annotations"][INTERNAL_BALANCER] == "true"
    assert service["spec"]["type"] == "LoadBalancer"
    assert service["spec"]["loadBalancerSourceRanges"] == ["10.0.0.0/8"]
    assert service["metadata"]["annotations"]["pulumi.com/waitFor"] == WAIT_FOR_ADDRESS
    assert app.outputs["url"] == "http://203.0.113.80"


def test_without_exposure_there_is_no_load_balancer_and_a_preview_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda message, resource: said.append(message))
    app = declare(exposure="none", port=81)
    service = app["kafka-test-app-service"].inputs
    assert service["spec"] == {
        "type": "ClusterIP",
        "selector": {"app.kubernetes.io/name": "kafka-test-app"},
        "ports": [{"name": "http", "port": 81, "protocol": "TCP", "targetPort": 8080}],
    }
    # Nothing gives it an address that could be waited for.
    assert service["metadata"]["annotations"]["pulumi.com/waitFor"] == "jsonpath={.metadata.uid}"
    assert app.outputs["url"] == ""
    (text,) = said
    assert text.endswith("kubectl --namespace kafka-test port-forward service/kafka-test-app 8080:81")


def test_losing_and_getting_the_load_balancer_keeps_the_service(app: Deployment) -> None:
    kept = declare(exposure="none")
    for name in ("namespace", "name"):
        assert (
            kept["kafka-test-app-service"].inputs["metadata"][name]
            == (app["kafka-test-app-service"].inputs["metadata"][name])
        )


def test_the_policies_know_an_internal_load_balancer_by_its_annotation() -> None:
    assert exposure.INTERNAL_BALANCER == INTERNAL_BALANCER


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


def test_service_finds_the_pods_of_the_deployment_only(app: Deployment) -> None:
    service = app["kafka-test-app-service"].inputs["spec"]
    assert service["type"] == "LoadBalancer"
    assert service["ports"] == [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 8080}]
    pods = app["kafka-test-app"].inputs["spec"]
    assert service["selector"] == pods["selector"]["matchLabels"]
    assert service["selector"].items() <= pods["template"]["metadata"]["labels"].items()
    for job in ("create-topics", "check"):
        labels = app[job].inputs["spec"]["template"]["metadata"]["labels"]
        assert not service["selector"].items() <= labels.items()


@pytest.mark.parametrize(("port", "url"), [(80, "http://203.0.113.80"), (8080, "http://203.0.113.80:8080")])
def test_url_is_the_load_balancer_s(port: int, url: str) -> None:
    assert declare(port=port).outputs["url"] == url


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
    # With it Pulumi's provider would not wait for the end of a Job of which another takes the name.
    assert "pulumi.com/skipAwait" not in annotations


def test_for_an_address_is_waited_and_for_pods_by_the_rollout_alone(app: Deployment) -> None:
    annotations = app["kafka-test-app-service"].inputs["metadata"]["annotations"]
    assert annotations["pulumi.com/waitFor"] == WAIT_FOR_ADDRESS
    assert app["rollout"].inputs["deployment"] == "kafka-test-app"


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
    # A Deployment's selector can't change: one with the mark in it would replace those of before.
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


def test_an_address_that_comes_later_is_seen_by_the_refresh_that_is_advised() -> None:
    status = kubernetes.core.v1.outputs.ServiceStatus
    balancer = kubernetes.core.v1.outputs.LoadBalancerStatus
    with pytest.raises(pulumi.RunError, match="run `pulumi up --refresh`"):
        _url(status(load_balancer=balancer()), 80)
    ingress = kubernetes.core.v1.outputs.LoadBalancerIngress(ip="203.0.113.9")
    assert _url(status(load_balancer=balancer(ingress=[ingress])), 80) == "http://203.0.113.9"
