"""Kafka's view of itself at one moment: its brokers, what they advertise, and who is in sync. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class Malformed(ValueError):
    """What was read is no whole view; nothing may be concluded from it."""


@dataclass(frozen=True)
class BrokerView:
    """One broker that Kafka's metadata lists."""

    id: int
    address: str
    """Its IP address, where it can be told; empty otherwise."""
    advertised: Mapping[str, str] | None
    """Host and port by the listener's name in capitals, by its own answer; None: it did not answer."""

    @property
    def answers(self) -> bool:
        return self.advertised is not None


@dataclass(frozen=True)
class Partition:
    """One partition of a topic, internal topics included."""

    topic: str
    number: int
    leader: int | None
    """The broker's id; None: the partition is offline."""
    replicas: tuple[int, ...]
    in_sync: tuple[int, ...]
    """Of the replicas, those that are in sync and whose broker answers by itself.

    Kafka goes on listing a broker that was killed until its session has ended (18 s)."""
    minimum: int
    """The topic's min.insync.replicas: a producer with acks=all is refused below it."""

    @property
    def name(self) -> str:
        return f"{self.topic}-{self.number}"

    @property
    def needed(self) -> int:
        """How many replicas have to be in sync for clients to read and write. Kafka takes a minimum of 0."""
        return max(self.minimum, 1)


@dataclass(frozen=True)
class KafkaView:
    """Brokers and partitions as Kafka told them at one moment."""

    controller: int | None
    """The controller's broker id; None: there is none."""
    brokers: Mapping[int, BrokerView]
    partitions: tuple[Partition, ...]
