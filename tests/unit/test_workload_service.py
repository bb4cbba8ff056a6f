"""The Service of the application: who reaches it, and at which address."""

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.exposure import INTERNAL_BALANCER
from components.workload import _url
from policy.rules import exposure
from tests.unit.app_in_kubernetes import declare
from tests.unit.app_objects import environment
from tests.unit.recording import Deployment

WAIT_FOR_ADDRESS = "jsonpath={.status.loadBalancer.ingress}"


@pytest.fixture(scope="module")
def app() -> Deployment:
    return declare()


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
    # A Service of type ClusterIP gets no address that could be waited for.
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


def test_for_an_address_is_waited_and_for_pods_by_the_rollout_alone(app: Deployment) -> None:
    annotations = app["kafka-test-app-service"].inputs["metadata"]["annotations"]
    assert annotations["pulumi.com/waitFor"] == WAIT_FOR_ADDRESS
    assert app["rollout"].inputs["deployment"] == "kafka-test-app"


def test_an_address_that_comes_later_is_seen_by_the_refresh_that_is_advised() -> None:
    status = kubernetes.core.v1.outputs.ServiceStatus
    balancer = kubernetes.core.v1.outputs.LoadBalancerStatus
    with pytest.raises(pulumi.RunError, match="run `pulumi up --refresh`"):
        _url(status(load_balancer=balancer()), 80)
    ingress = kubernetes.core.v1.outputs.LoadBalancerIngress(ip="203.0.113.9")
    assert _url(status(load_balancer=balancer(ingress=[ingress])), 80) == "http://203.0.113.9"
