"""What Kafka takes as the configuration of a topic."""

import pytest
from pydantic_core import PydanticCustomError

from components.settings.objects import topic_configs

DEFAULTS = {
    "cleanup.policy": "delete",
    "compression.type": "producer",
    "delete.retention.ms": "86400000",
    "file.delete.delay.ms": "60000",
    "flush.messages": "9223372036854775807",
    "flush.ms": "9223372036854775807",
    "follower.replication.throttled.replicas": "*",
    "index.interval.bytes": "4096",
    "leader.replication.throttled.replicas": "0:1,1:2",
    "max.compaction.lag.ms": "9223372036854775807",
    "max.message.bytes": "1048588",
    "message.downconversion.enable": "true",
    "message.format.version": "3.0-IV1",
    "message.timestamp.difference.max.ms": "9223372036854775807",
    "message.timestamp.type": "CreateTime",
    "min.cleanable.dirty.ratio": "0.5",
    "min.compaction.lag.ms": "0",
    "min.insync.replicas": "1",
    "preallocate": "false",
    "retention.bytes": "-1",
    "retention.ms": "604800000",
    "segment.bytes": "1073741824",
    "segment.index.bytes": "10485760",
    "segment.jitter.ms": "0",
    "segment.ms": "604800000",
    "unclean.leader.election.enable": "false",
}
"""Kafka's own, from its documentation; where that is empty, another value."""


def test_there_is_a_rule_for_every_name() -> None:
    assert sorted(topic_configs.KNOWN) == sorted(DEFAULTS)


def test_defaults_are_taken() -> None:
    assert topic_configs.known(DEFAULTS) == DEFAULTS


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, str(least - 1)) for name, (least, _) in topic_configs.WHOLE_NUMBERS.items()),
        *((name, str(most + 1)) for name, (_, most) in topic_configs.WHOLE_NUMBERS.items()),
        *((name, "") for name in topic_configs.KNOWN),
        ("retention.ms", "7d"),
        ("retention.ms", "٣"),
        ("cleanup.policy", "burn"),
        ("preallocate", "yes"),
        ("min.cleanable.dirty.ratio", "1.5"),
        ("message.format.version", "latest"),
        ("leader.replication.throttled.replicas", "all"),
    ],
)
def test_others_are_not(name: str, value: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        topic_configs.known({name: value})
    assert f"as {name}, not {value}" in str(refused.value.context)
