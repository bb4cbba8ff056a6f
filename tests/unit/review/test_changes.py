"""The changes in words: settings old and new, topics, resources."""

from typing import Any

import pytest

from review.settings import words
from review.text import text
from tests.unit.review.previews import HOLDER, JOB, create_topics, printed, reviewed, step, topic


def changes(*steps: dict[str, Any]) -> list[str]:
    """The lines of the section."""
    lines = text(reviewed(printed(*steps))).splitlines()
    start = lines.index("Changes") + 1 if "Changes" in lines else len(lines)
    end = lines.index("", start) if "" in lines[start:] else len(lines)
    return [line.strip() for line in lines[start:end]]


def settings(before: dict[str, str], after: dict[str, str], **more: Any) -> dict[str, Any]:
    """The provider that holds the configuration."""
    held = [
        {"pulumi:tags": "x", "version": "1", **{f"aks-kafka:{name}": value for name, value in one.items()}}
        for one in (before, after)
    ]
    return step("update", HOLDER, "default", *held, **more)


def test_settings_are_told_old_and_new_in_words() -> None:
    assert changes(
        settings({"kafkaWorkers": "3", "location": "a"}, {"kafkaWorkers": "4", "location": "a"})
    ) == ["Kafka workers (kafkaWorkers): 3 → 4"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("aksNodeSize", "AKS node size"),
        ("hdinsightSubnet", "HDInsight subnet"),
        ("sshPublicKey", "SSH public key"),
        ("aksNodeOsUpgradeChannel", "AKS node OS upgrade channel"),
        ("podCidr", "Pod CIDR"),
        ("topic", "Topic"),
        ("@everybody", "Setting"),
    ],
)
def test_names_of_settings_are_read_as_words(name: str, said: str) -> None:
    assert words(name) == said


def test_a_setting_that_was_not_there_has_no_old_value() -> None:
    assert changes(settings({}, {"appHosts": '["a.example"]'})) == [
        'App hosts (appHosts): none → ["a.example"]'
    ]


def test_parts_of_a_setting_are_told_by_their_names() -> None:
    before, after = '{"environment":"dev","team":"a"}', '{"environment":"prod","team":"a"}'
    assert changes(settings({"tags": before}, {"tags": after})) == ["Tags (tags.environment): dev → prod"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[secret]", "[secret]", "another secret"),
        ("", "[secret]", "a secret is set"),
        ("[secret]", "", "the secret is taken away"),
    ],
)
def test_a_secret_is_told_without_its_value(before: str, after: str, said: str) -> None:
    changed = settings(
        {"appAccessToken": before, "ambariPassword": "[secret]"},
        {"appAccessToken": after, "ambariPassword": "[secret]"},
        diffReasons=["aks-kafka:appAccessToken"],
    )
    assert changes(changed) == [f"App access token (appAccessToken): {said}"]


def test_topics_are_told_by_what_differs() -> None:
    before = [topic("a"), topic("b", retention_ms="1"), topic("gone")]
    after = [topic("a", partitions=9), topic("b", retention_ms="2"), topic("new", partitions=2, replicas=1)]
    assert changes(create_topics("replace", before, after)) == [
        "Topic a, partitions: 6 → 9",
        "Topic b, retention.ms: 1 → 2",
        "Topic new: new, 2 partitions, 1 replicas",
        "Topic gone: declared no more; it stays in Kafka with its messages",
        "Replaced: create-topics",
    ]


def test_topics_of_the_setting_are_not_told_twice() -> None:
    assert changes(settings({"topics": "[]"}, {"topics": '[{"name":"a"}]'})) == []


def test_resources_are_told_by_what_happens_to_them() -> None:
    steps = [
        step("create", JOB, "made", None, {}),
        step("update", JOB, "kept", {"a": 1}, {"a": 2}),
        step("delete", JOB, "gone", {}),
        step("delete", JOB, "gone-too", {}),
        step("update", "pulumi:pulumi:Stack", "aks-kafka-local", {"a": 1}, {"a": 2}),
    ]
    assert changes(*steps) == ["Deleted: gone, gone-too", "Created: made", "Updated: kept"]
    assert text(reviewed(printed(*steps))).startswith("Preview of local: 2 deleted, 1 created, 1 updated.\n")


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
