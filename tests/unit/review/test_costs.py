"""What is paid for, what can't be taken back or not be done, and how long it takes."""

from pathlib import Path
from typing import Any

import pytest

from review.brokers import CREATION_MINUTES, RESTART_MINUTES
from review.costs import RESIZE_MINUTES
from review.losses import AKS_MINUTES
from tests.unit.review.previews import KAFKA, TAGS, create_topics, dangers, step, topic

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Pulumi's placeholder for a text."""
CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("told", "document"),
    [
        (f"{CREATION_MINUTES} minutes", "azure.md"),
        (f"| AKS, meanwhile | {AKS_MINUTES} minutes", "azure.md"),
        (
            f"**Expect** {RESIZE_MINUTES} minutes, and from then on the price of one more worker",
            "operations.md",
        ),
        (f"**Expect** one restart, of the broker that is down: {RESTART_MINUTES} minutes", "operations.md"),
    ],
)
def test_everything_takes_as_long_as_the_documents_say(told: str, document: str) -> None:
    assert told in (CHECKOUT / "docs" / document).read_text()


def workers(before: int, after: int, op: str = "update") -> dict[str, Any]:
    inputs = [{"environment": {"WORKERS": str(count)}} for count in (before, after)]
    return step(op, "command:local:Command", "kafka-workers", *inputs)


def test_what_a_worker_more_costs_and_means_is_told() -> None:
    role = {
        "name": "workernode",
        "hardwareProfile": {"vmSize": "Standard_E4_V3"},
        "dataDisksGroups": [{"disksPerNode": 2}],
    }
    roles = {"properties": {"computeProfile": {"roles": [{"name": "headnode"}, role]}}, **TAGS}
    cluster = step("refresh", KAFKA, "kafka-cluster", roles, roles)
    [paid, meant] = dangers(cluster, workers(3, 4))
    assert paid == (
        "1 worker is added, for which HDInsight takes 10 to 20 minutes, and which it never removes again. "
        "From then on you pay for it, Standard_E4_V3 with 2 managed disks."
    )
    assert "no other broker restarts for it. It holds no partition" in meant
    [paid, meant] = dangers(workers(3, 6))
    assert paid.startswith("3 workers are added")
    assert paid.endswith("you pay for them.")
    assert "no other broker restarts for them. They hold no partition" in meant


def test_workers_of_a_cluster_that_is_made_anew_are_not_added_to_one() -> None:
    assert dangers(workers(3, 4, "replace")) == []
    assert dangers(step("create", "command:local:Command", "kafka-workers", None, {"environment": {}})) == []


def test_another_way_to_ask_for_as_many_workers_adds_none() -> None:
    renamed = workers(3, 3)
    renamed["newState"]["inputs"]["environment"]["CLUSTER"] = "another"
    assert dangers(renamed) == []


def test_topics_that_are_not_known_yet_are_no_danger() -> None:
    job = create_topics("replace", [topic("a")], [topic("a")])
    [container] = job["newState"]["inputs"]["spec"]["template"]["spec"]["containers"]
    for unknown in (UNKNOWN, [{"name": "KAFKA_TOPICS", "value": UNKNOWN}], [{"name": "KAFKA_TOPICS"}]):
        container["env"] = unknown
        assert dangers(job) == []


def test_partitions_that_grow_can_t_be_taken_back() -> None:
    [said] = dangers(create_topics("replace", [topic("a"), topic("b")], [topic("a", 8), topic("b")]))
    assert said.startswith("Topic a gets more partitions, which Kafka never removes again.")


@pytest.mark.parametrize(
    "changed", [topic("a", 5), topic("a", replicas=2), topic("a", retention_ms="1")], ids=str
)
def test_what_is_never_done_to_a_topic_is_told_before_it_fails(changed: dict[str, Any]) -> None:
    [said] = dangers(create_topics("replace", [topic("a")], [changed]))
    assert said.startswith("Topic a exists, and only its number of partitions can grow from here")


def test_a_topic_that_is_declared_no_more_is_no_danger() -> None:
    assert dangers(create_topics("replace", [topic("a"), topic("b")], [topic("a")])) == []
