"""Which restarts Kafka's partitions allow, and whether a broker is back after one. Pure.

A partition keeps `spared` replicas in sync while brokers restart: as many as its clients need, or one less
than it has where it needs them all. So one that can never be safe (its replicas are no more than
min.insync.replicas) still waits until all others are in sync, and blocks nothing after that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .view import KafkaView, Partition

_NAMED = 5
"""How many partitions a sentence names before it counts the others."""


@dataclass(frozen=True)
class Blocked:
    """Why brokers may not restart: partitions that would have too few replicas in sync without them."""

    ids: tuple[int, ...]
    partitions: tuple[Partition, ...]

    def __str__(self) -> str:
        told = [
            f"{partition.name} would have {len(_left(partition, self.ids))} of its {len(partition.replicas)} "
            f"replicas in sync and needs {spared(partition)} (in sync now: {numbers(partition.in_sync)}; "
            f"min.insync.replicas: {partition.minimum})"
            for partition in self.partitions
        ]
        return f"without {brokers(self.ids)} {listed(told)}"


def spared(partition: Partition) -> int:
    """How many replicas have to stay in sync while brokers restart."""
    return min(partition.needed, len(partition.replicas) - 1)


def why_not_restart(view: KafkaView, ids: Collection[int]) -> Blocked | None:
    """The partitions that forbid these brokers to be away at once, as of this moment; None: they may restart.

    A broker outside a partition's in-sync set takes nothing from it, so what is unready may always restart.
    """
    blocked = tuple(
        partition
        for partition in view.partitions
        if len(left := _left(partition, ids)) < len(partition.in_sync) and len(left) < spared(partition)
    )
    return Blocked(tuple(sorted(ids)), blocked) if blocked else None


def never_safe(view: KafkaView, ids: Collection[int]) -> tuple[Partition, ...]:
    """Partitions on these brokers of which clients notice every restart, however well the cluster is.

    Those of one replica are offline meanwhile. The others refuse producers with acks=all, as they have no
    more replicas than min.insync.replicas.
    """
    return tuple(
        partition
        for partition in view.partitions
        if len(partition.replicas) <= partition.needed and not set(ids).isdisjoint(partition.replicas)
    )


def why_not_back(view: KafkaView, broker: int, expected: Mapping[str, str]) -> str | None:
    """Why a broker is not yet what it has to be after a restart; None: it is back.

    It is when it answers, is in the in-sync set of every partition that it has a replica of, and advertises
    what is `expected`: host and port by the listener's name. A partition that is offline, as each replica in
    sync is at a broker that is down, does not count: this one can't catch up before one of those is back.
    """
    if broker not in view.brokers:
        return f"Kafka lists no broker {broker}"
    if not view.brokers[broker].answers:
        return f"broker {broker} does not answer Kafka's requests"
    if otherwise := advertised_otherwise(view, broker, expected):
        told = [
            f"{said or 'nothing'} for {name} instead of {wanted}"
            for name, (wanted, said) in otherwise.items()
        ]
        return f"broker {broker} advertises {listed(told)}"
    behind = [
        partition.name
        for partition in view.partitions
        if broker in partition.replicas and broker not in partition.in_sync
        if partition.in_sync or partition.leader is not None
    ]
    return f"broker {broker} is not in sync in {listed(behind)}" if behind else None


def advertised_otherwise(
    view: KafkaView, broker: int, expected: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """By listener, what a broker should advertise and what it does instead (empty: nothing).

    Listeners that are not in `expected` may advertise anything. Empty for a broker that does not answer, of
    which nobody can tell.
    """
    known = view.brokers.get(broker)
    if known is None or known.advertised is None:
        return {}
    said = known.advertised
    return {
        name: (wanted, said.get(name, "")) for name, wanted in expected.items() if said.get(name) != wanted
    }


def brokers(ids: Sequence[int]) -> str:
    """`broker 1001`, or `brokers 1001, 1002`."""
    return f"broker{'s' if len(ids) > 1 else ''} {numbers(ids)}"


def numbers(ids: Iterable[int]) -> str:
    return ", ".join(map(str, ids))


def listed(items: Sequence[str]) -> str:
    """The first few of the items, and how many more there are."""
    more = len(items) - _NAMED
    return ", ".join(items[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _left(partition: Partition, ids: Collection[int]) -> list[int]:
    """Who is in sync while these brokers are away."""
    return [replica for replica in partition.in_sync if replica not in ids]
