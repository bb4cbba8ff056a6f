"""What an operator wants to know before brokers restart, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .safety import listed, never_safe
from .view import KafkaView, Partition

_LINES = 20
"""How many lines are told before the others are counted."""


@dataclass(frozen=True)
class Outlook:
    """Of a restart that is due."""

    unavailable: list[str]
    """Topics whose clients will notice, and how."""
    under_replicated: list[str]
    """Topics with replicas that are out of sync at this moment."""
    order: list[str]
    """Who restarts, one round a line."""


def outlook(view: KafkaView, rounds: Sequence[Sequence[int]]) -> Outlook:
    """What the restart of these brokers, in these rounds, means at this moment."""
    at_risk = never_safe(view, {broker for one in rounds for broker in one})
    behind = [partition for partition in view.partitions if len(partition.in_sync) < len(partition.replicas)]
    return Outlook(
        _bounded(line for topic, found in _by_topic(at_risk) for line in _unavailable(topic, found)),
        _bounded(line for topic, found in _by_topic(behind) for line in _under_replicated(topic, found)),
        [", ".join(name(view, broker) for broker in one) for one in rounds],
    )


def name(view: KafkaView, broker: int) -> str:
    """A broker's id, its address where that is known, and whether it is the controller."""
    known = view.brokers.get(broker)
    notes = [known.address] if known and known.address else []
    notes += ["controller"] if broker == view.controller else []
    return f"{broker} ({', '.join(notes)})" if notes else str(broker)


def _unavailable(topic: str, partitions: Sequence[Partition]) -> Iterator[str]:
    alone = [partition for partition in partitions if len(partition.replicas) == 1]
    if alone:
        yield (
            f"{topic}, {_which(alone)}: neither read nor written while the broker restarts that has "
            "the only replica"
        )
    if tight := [partition for partition in partitions if partition not in alone]:
        yield (
            f"{topic}, {_which(tight)}: not written with acks=all while one of the brokers restarts, having "
            f"no more replicas than min.insync.replicas ({tight[0].minimum})"
        )


def _under_replicated(topic: str, partitions: Sequence[Partition]) -> Iterator[str]:
    away = {broker for partition in partitions for broker in {*partition.replicas} - {*partition.in_sync}}
    yield f"{topic}, {_which(partitions)}: not in sync on {listed([str(broker) for broker in sorted(away)])}"


def _which(partitions: Sequence[Partition]) -> str:
    return f"partition{'s' if len(partitions) > 1 else ''} {listed([str(one.number) for one in partitions])}"


def _by_topic(partitions: Iterable[Partition]) -> list[tuple[str, list[Partition]]]:
    topics: dict[str, list[Partition]] = {}
    for partition in partitions:
        topics.setdefault(partition.topic, []).append(partition)
    return sorted(topics.items())


def _bounded(lines: Iterable[str]) -> list[str]:
    told = list(lines)
    more = len(told) - _LINES
    return told[:_LINES] + ([f"and {more} more"] if more > 0 else [])
