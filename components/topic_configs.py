"""What can be configured of a topic: https://kafka.apache.org/32/documentation.html#topicconfigs."""

import difflib
import re

from .mistakes import broken

SOURCE = "https://kafka.apache.org/32/documentation.html#topicconfigs"
KNOWN = (
    "cleanup.policy",
    "compression.type",
    "delete.retention.ms",
    "file.delete.delay.ms",
    "flush.messages",
    "flush.ms",
    "follower.replication.throttled.replicas",
    "index.interval.bytes",
    "leader.replication.throttled.replicas",
    "max.compaction.lag.ms",
    "max.message.bytes",
    "message.downconversion.enable",
    "message.format.version",
    "message.timestamp.difference.max.ms",
    "message.timestamp.type",
    "min.cleanable.dirty.ratio",
    "min.compaction.lag.ms",
    "min.insync.replicas",
    "preallocate",
    "retention.bytes",
    "retention.ms",
    "segment.bytes",
    "segment.index.bytes",
    "segment.jitter.ms",
    "segment.ms",
    "unclean.leader.election.enable",
)
"""To Kafka 3.2."""


def names_known(config: dict[str, str]) -> dict[str, str]:
    """The configuration of a topic, all of it of names that Kafka knows."""
    if unknown := sorted(config.keys() - set(KNOWN)):
        near = [difflib.get_close_matches(name, KNOWN, n=1) for name in unknown]
        right = ", ".join(found[0] for found in near if found)
        rule = f"must have names that Kafka 3.2 knows, unlike {', '.join(unknown)}"
        raise broken(rule, source=SOURCE, right=right or "retention.ms")
    return config


def can_be_written(config: dict[str, str], copies: int | None) -> dict[str, str]:
    """The configuration of a topic with that many `copies`; None where they are wrong themselves.

    Without enough copies a producer that wants all acknowledgements would never get them.
    """
    wanted = config.get("min.insync.replicas", "1")
    if not re.fullmatch("[1-9][0-9]{0,4}", wanted):
        rule = f"must have a whole number from 1 on as min.insync.replicas, not {wanted}"
        raise broken(rule, source=SOURCE, right="2")
    if copies and int(wanted) > copies:
        rule = f"must have a min.insync.replicas of at most replicationFactor, {copies}, not {wanted}"
        raise broken(rule, source=SOURCE, right=str(max(1, copies - 1)))
    return config
