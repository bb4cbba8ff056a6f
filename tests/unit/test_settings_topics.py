"""The rules of topics."""

import json

import pytest

from tests.unit.stack_settings import mistakes, only_mistake


def test_a_wrong_topic_does_not_hide_what_is_wrong_with_the_others() -> None:
    wrong = [{"name": "a b"}, {"name": "a.b"}, {"name": "a_b", "replicationFactor": 4}, "a", {"partitons": 3}]
    assert [(mistake.setting, mistake.rule[:26]) for mistake in mistakes(topics=json.dumps(wrong))] == [
        ("topics[0].name", "must be 1 to 249 letters, "),
        ("topics[3]", "must be an object"),
        ("topics[4].name", "must be set"),
        ("topics[4].partitons", "is unknown"),
        ("topics", "must differ in more than `"),
        ("topics", "must have a replicationFac"),
    ]


@pytest.mark.parametrize(
    ("topic", "place", "rule"),
    [
        ({"name": "a b"}, "topics[0].name", "1 to 249"),
        ({"name": ".."}, "topics[0].name", "`..`"),
        ({"name": "__consumer_offsets"}, "topics[0].name", "Kafka's own"),
        ({"name": "a", "partitions": 0}, "topics[0].partitions", "between 1"),
        ({"name": "a", "partitions": True}, "topics[0].partitions", "whole number"),
        ({"name": "a", "replicationFactor": False}, "topics[0].replicationFactor", "whole number"),
        ({"name": "a", "partitons": 3}, "topics[0].partitons", "unknown"),
        ({"name": "a", "config": {"retention": 3}}, "topics[0].config", "unlike retention"),
        (
            {"name": "a", "config": {"min.insync.replicas": 4}},
            "topics[0].config",
            "replicationFactor, 3, not 4",
        ),
        ({"name": "a", "config": {"min.insync.replicas": 0}}, "topics[0].config", "from 1 to"),
        ({}, "topics[0].name", "must be set"),
        ("a", "topics[0]", "object"),
    ],
)
def test_rule_of_topics(topic: object, place: str, rule: str) -> None:
    mistake = only_mistake(topics=json.dumps([topic]))
    assert mistake.setting == place
    assert rule in mistake.rule
