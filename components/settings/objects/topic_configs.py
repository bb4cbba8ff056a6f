"""Rules for the configuration of a topic: https://kafka.apache.org/32/documentation.html#topicconfigs."""

import difflib
import re

from ..validation.mistakes import broken, check_all

SOURCE = "https://kafka.apache.org/32/documentation.html#topicconfigs"
INT = 2**31 - 1
LONG = 2**63 - 1
TRUE_OR_FALSE = ("true", "false")
WHOLE_NUMBERS = {
    "delete.retention.ms": (0, LONG),
    "file.delete.delay.ms": (0, LONG),
    "flush.messages": (1, LONG),
    "flush.ms": (0, LONG),
    "index.interval.bytes": (0, INT),
    "max.compaction.lag.ms": (1, LONG),
    "max.message.bytes": (0, INT),
    "message.timestamp.difference.max.ms": (0, LONG),
    "min.compaction.lag.ms": (0, LONG),
    "min.insync.replicas": (1, INT),
    "retention.bytes": (-1, LONG),
    "retention.ms": (-1, LONG),
    "segment.bytes": (14, INT),
    "segment.index.bytes": (4, INT),
    "segment.jitter.ms": (0, LONG),
    "segment.ms": (1, LONG),
}
"""Whole-number settings with their least and greatest value."""
CHOICES = {
    "cleanup.policy": ("delete", "compact", "compact,delete", "delete,compact"),
    "compression.type": ("producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"),
    "message.downconversion.enable": TRUE_OR_FALSE,
    "message.timestamp.type": ("CreateTime", "LogAppendTime"),
    "preallocate": TRUE_OR_FALSE,
    "unclean.leader.election.enable": TRUE_OR_FALSE,
}
_THROTTLED = (r"\*|[0-9]+:[0-9]+(,[0-9]+:[0-9]+)*", "PARTITION:BROKER, as often as wanted, or *", "*")
PATTERNS = {
    "follower.replication.throttled.replicas": _THROTTLED,
    "leader.replication.throttled.replicas": _THROTTLED,
    "message.format.version": (r"[0-9]+(\.[0-9]+)+(-IV[0-9]+)?", "a version of Kafka", "3.0"),
    "min.cleanable.dirty.ratio": (r"0?\.[0-9]+|0|1(\.0+)?", "a number from 0 to 1", "0.5"),
}
"""Other settings: a regular expression for the value, the same in words, and an example."""
_EXAMPLES = {"ms": "604800000", "bytes": "1073741824"}
KNOWN = (*WHOLE_NUMBERS, *CHOICES, *PATTERNS)
"""All settings of a topic in Kafka 3.2."""


def known(config: dict[str, str]) -> dict[str, str]:
    """The rule that all names and values of a topic's configuration are valid in Kafka 3.2."""
    return check_all(config, _names_known, _values_fit)


def can_be_written(config: dict[str, str], copies: int | None) -> dict[str, str]:
    """The rule that min.insync.replicas is at most `copies`, the replication factor.

    Otherwise no producer with acks=all could ever write. `copies` is None where it is wrong itself.
    """
    wanted = int(config.get("min.insync.replicas", "1"))
    if copies and wanted > copies:
        rule = f"must have a min.insync.replicas of at most replicationFactor, {copies}, not {wanted}"
        raise broken(rule, source=SOURCE, right=str(max(1, copies - 1)))
    return config


def _names_known(config: dict[str, str]) -> None:
    if unknown := sorted(config.keys() - set(KNOWN)):
        near = [difflib.get_close_matches(name, KNOWN, n=1) for name in unknown]
        right = ", ".join(found[0] for found in near if found)
        rule = f"must have names that Kafka 3.2 knows, unlike {', '.join(unknown)}"
        raise broken(rule, source=SOURCE, right=right or "retention.ms")


def _values_fit(config: dict[str, str]) -> None:
    wrong = {name: wanted for name, value in config.items() if (wanted := _wanted(name, value))}
    if wrong:
        rules = [f"{what} as {name}, not {config[name]}" for name, (what, _) in wrong.items()]
        right = ", ".join(f"{name}: {example}" for name, (_, example) in wrong.items())
        raise broken(f"must have {', and '.join(rules)}", source=SOURCE, right=right)


def _wanted(name: str, value: str) -> tuple[str, str] | None:
    """The rule that a value breaks, and a valid example; None for a valid value or an unknown name."""
    if name in WHOLE_NUMBERS:
        least, most = WHOLE_NUMBERS[name]
        what = f"a whole number from {least} to {most}"
        if not re.fullmatch("-?[0-9]{1,19}", value):
            return what, _EXAMPLES.get(name.rpartition(".")[2], "2")
        number = int(value)
        return None if least <= number <= most else (what, str(min(max(number, least), most)))
    if name in CHOICES:
        near = difflib.get_close_matches(value.lower(), CHOICES[name], n=1) or CHOICES[name]
        return None if value in CHOICES[name] else (" or ".join(CHOICES[name]), near[0])
    if name in PATTERNS:
        pattern, what, example = PATTERNS[name]
        return None if re.fullmatch(pattern, value) else (what, example)
    return None
