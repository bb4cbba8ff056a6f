"""The Jobs that create topics and check the way to Kafka, before pods start."""

import json
from typing import Any

import pytest

from tests.unit.app_in_kubernetes import IMAGE, SERVERS, TOPICS, declare
from tests.unit.app_objects import container, environment, job_name
from tests.unit.recording import Deployment


@pytest.fixture(scope="module")
def app() -> Deployment:
    return declare()


def test_topics_are_made_by_the_image(app: Deployment) -> None:
    assert container(app, "create-topics")["args"] == ["create-topics"]
    assert container(app, "create-topics")["image"] == IMAGE
    variables = environment(app, "create-topics")
    assert variables["KAFKA_BOOTSTRAP_SERVERS"] == SERVERS
    assert json.loads(variables["KAFKA_TOPICS"]) == TOPICS
    spec = app["create-topics"].inputs["spec"]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    # A Job that Kubernetes deletes after its end would be missing at the next refresh.
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
