"""The changes in words: settings old and new, topics, resources."""

from typing import Any

import pytest

from review.settings import words
from review.text import text
from tests.unit.review.previews import ADVERTISING, JOB, create_topics, printed, reviewed, step, topic

AKS = "azure-native:containerservice:ManagedCluster"
COMMAND = "command:local:Command"


def changes(*steps: dict[str, Any]) -> list[str]:
    """The lines of the section."""
    lines = text(reviewed(printed(*steps))).splitlines()
    start = lines.index("Changes") + 1 if "Changes" in lines else len(lines)
    end = lines.index("", start) if "" in lines[start:] else len(lines)
    return [line.strip() for line in lines[start:end]]


def test_settings_are_told_old_and_new_in_words() -> None:
    workers = step(
        "update",
        COMMAND,
        "kafka-workers",
        {"environment": {"WORKERS": "3"}},
        {"environment": {"WORKERS": "4"}},
    )
    assert changes(workers) == ["Kafka workers (kafkaWorkers): 3 → 4", "Updated: kafka-workers"]


def test_a_setting_of_several_resources_is_told_once_for_each_value() -> None:
    before = {
        "agentPoolProfiles": [{"name": "a", "count": 2}, {"name": "b", "count": 2}, {"name": "c", "count": 1}]
    }
    after = {
        "agentPoolProfiles": [{"name": "a", "count": 3}, {"name": "b", "count": 3}, {"name": "c", "count": 3}]
    }
    told = changes(step("update", AKS, "aks-cluster", before, after))
    assert told[:-1] == ["AKS node count (aksNodeCount): 2 → 3", "AKS node count (aksNodeCount): 1 → 3"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("aksNodeSize", "AKS node size"),
        ("hdinsightSubnet", "HDInsight subnet"),
        ("aksNodeOsUpgradeChannel", "AKS node OS upgrade channel"),
        ("podCidr", "Pod CIDR"),
        ("topic", "Topic"),
    ],
)
def test_names_of_settings_are_read_as_words(name: str, said: str) -> None:
    assert words(name) == said


def test_of_a_new_resource_no_setting_is_told() -> None:
    assert changes(step("create", AKS, "aks-cluster", None, {"kubernetesVersion": "1.33"})) == [
        "Created: aks-cluster"
    ]


@pytest.mark.parametrize(
    ("op", "before", "after", "touched", "said"),
    [
        ("update", {"stringData": "[secret]"}, {"stringData": "[secret]"}, "stringData", "another secret"),
        (
            "replace",
            {"stringData": "[secret]"},
            {"stringData": "[secret]"},
            "stringData.token",
            "another secret",
        ),
        ("create", None, {"stringData": "[secret]"}, "stringData", "a secret is set"),
        ("delete", {"stringData": "[secret]"}, None, "stringData", "the secret is taken away"),
    ],
)
def test_a_secret_is_told_without_its_value(
    op: str, before: Any, after: Any, touched: str, said: str
) -> None:
    changed = step(op, "kubernetes:core/v1:Secret", "access-token", before, after, diffReasons=[touched])
    assert changes(changed)[0] == f"App access token (appAccessToken): {said}"


def test_topics_are_told_by_what_differs() -> None:
    before = [topic("a"), topic("b", retention_ms="1"), topic("gone")]
    after = [topic("a", partitions=9), topic("b", retention_ms="2"), topic("new", partitions=2, replicas=1)]
    assert changes(create_topics("replace", before, after)) == [
        "Topic a, partitions: 6 → 9",
        "Topic b, retention.ms: 1 → 2",
        "Topic new: new, 2 partitions, 1 replica",
        "Topic gone: no longer declared; it stays in Kafka with its messages",
        "Run again: create-topics",
    ]


def test_resources_are_told_by_what_happens_to_them() -> None:
    component = step("update", "aks-kafka:index:KafkaCluster", "kafka", {"a": 1}, {"a": 2})
    component["newState"]["custom"] = False
    steps = [
        step("create", JOB, "made", None, {}),
        step("update", JOB, "kept", {"a": 1}, {"a": 2}),
        step("delete", JOB, "gone", {}),
        step("delete", JOB, "gone-too", {}),
        step("update", "pulumi:pulumi:Stack", "aks-kafka-local", {"a": 1}, {"a": 2}),
        component,
    ]
    assert changes(*steps) == ["Deleted: gone, gone-too", "Created: made", "Updated: kept"]
    assert text(reviewed(printed(*steps))).startswith("Preview of local: 2 deleted, 1 created, 1 updated.\n")


def test_what_only_looks_on_and_what_pods_notice_are_told_apart() -> None:
    deployment = "kubernetes:apps/v1:Deployment"

    def pods(image: str, replicas: int = 2) -> dict[str, Any]:
        return {"spec": {"replicas": replicas, "template": {"spec": {"image": image}}}}

    assert changes(
        step("update", deployment, "page", pods("a"), pods("b")),
        step("update", deployment, "scaled", pods("a"), pods("a", replicas=3)),
        step("replace", JOB, "check", {"a": 1}, {"a": 2}),
        step("update", "pulumi-python:dynamic/kubernetes:JobMessage", "result", {"a": 1}, {"a": 2}),
        step("update", "pulumi-python:dynamic/kubernetes:Rollout", "rollout", {"a": 1}, {"a": 2}),
    ) == [
        "Updated: scaled",
        "Updated, with new pods: page",
        "Run again: check",
        "Waited for: result, rollout",
    ]


def test_more_names_than_are_read_are_counted() -> None:
    [created] = changes(*(step("create", JOB, f"job-{number}", None, {}) for number in range(53)))
    assert created.endswith("job-48, job-49 and 3 more")


def test_of_a_secret_of_several_parts_only_those_are_told_that_differ() -> None:
    hidden = {"stringData": "[secret]"}
    detailed = {"stringData.KAFKA_PASSWORD": {"kind": "update-replace"}}
    login = step("replace", "kubernetes:core/v1:Secret", "kafka-login", hidden, hidden, detailedDiff=detailed)
    assert changes(login) == ["Kafka password (kafkaPassword): another secret", "Replaced: kafka-login"]


def test_a_resource_that_is_protected_from_now_on_is_a_change() -> None:
    kafka = step("same", "azure-native:hdinsight:Cluster", "kafka-cluster", {"a": 1}, {"a": 1})
    kafka["newState"]["protect"] = True
    assert reviewed(printed(kafka)).changing
    assert changes(kafka) == ["Protect (protect): false → true", "Updated: kafka-cluster"]


def test_why_brokers_restart_is_told_by_what_was_found() -> None:
    inputs = {"restart": "rolling", "settleSeconds": 60}
    stale = {
        **inputs,
        "listeners": "A",
        "staleBrokers": ["wn0-local.internal"],
        "plan": ["wn0-local.internal"],
    }
    drifted = {**stale, "listeners": "B"}
    wanted = {**inputs, "listeners": "A", "staleBrokers": [], "plan": []}
    restarted = "Updated: ip-advertising"
    assert changes(step("update", ADVERTISING, "ip-advertising", stale, wanted)) == [
        "Do not run with the configuration in Ambari: wn0-local",
        restarted,
    ]
    assert changes(step("update", ADVERTISING, "ip-advertising", drifted, wanted)) == [
        "Kafka's listeners, in Ambari: B → A",
        restarted,
    ]


def test_no_change_is_one_line() -> None:
    assert (
        text(reviewed(printed(step("same", JOB, "check", {}, {})))) == "Preview of local: Nothing changes.\n"
    )


def test_every_difference_is_shown_with_long_texts_by_line() -> None:
    shown = text(
        reviewed(
            printed(
                step(
                    "update",
                    JOB,
                    "check",
                    {"a": {"b": 1.0}, "script": "one\ntwo\nthree", "gone": "x"},
                    {
                        "a": {"b": 2.0},
                        "script": "one\n2\nthree",
                        "id": "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
                    },
                )
            )
        )
    )
    assert shown.partition("Every difference\n")[2].splitlines() == [
        "  @ check (kubernetes:batch/v1:Job) is updated",
        "  - a.b: 1",
        "  + a.b: 2",
        "  - gone: x",
        "  + id: known later",
        "  ! script:",
        "      one",
        "  -   two",
        "  +   2",
        "      three",
    ]
