"""What one round of questions brings home from the brokers: facts, without a judgement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Configuration = Mapping[str, str]
"""Effective values by key; what is not set, or not told, is missing."""


class Unknown(Exception):
    """Nothing can be said about Kafka as a whole just now; the text is one sentence that says why."""


@dataclass(frozen=True)
class Replication:
    """One partition: `leader` is -1 when there is none; the others are broker ids."""

    leader: int
    replicas: Sequence[int]
    in_sync: Sequence[int]


@dataclass(frozen=True)
class Observation:
    """The metadata of a whole cluster, and the configurations of brokers and topics."""

    controller: int | None
    hosts: Mapping[int, str]
    """Where metadata says that each broker is: host or address, for the listener that was asked."""
    configurations: Mapping[int, Configuration]
    """Of the brokers that answered by themselves."""
    partitions: Mapping[str, Mapping[int, Replication]]
    """By topic and number; internal topics are among them."""
    topics: Mapping[str, Configuration]
