"""In which rounds brokers restart, so that no partition loses more replicas at once than it can spare. Pure.

To find the fewest rounds is to colour a hypergraph: brokers are its vertices, and a partition is an edge that
takes no colour more often than it can spare replicas. Sharing is not only pairwise: of three brokers any two
may go together, and not all three. Up to EXACT brokers every partition into rounds is weighed, and no plan
has fewer rounds. Beyond, brokers are placed one after the other, first those that the fewest rounds are left
to (DSATUR: Brélaz, New methods to color the vertices of a graph, 1979). A broker then opens a round only when
all others are full or closed to it, so there are at most n / batch + d + 1 rounds of n brokers, where d is
the largest number of others that one broker shares partitions with. Where partitions lie as Kafka lays them
or by lot, and batches have up to ten, tests hold it to twice a computed lower bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from .safety import spared, why_not_restart
from .view import KafkaView

EXACT = 10
"""So many brokers take 3 ** EXACT steps at most."""

Round = tuple[int, ...]
_Broker = TypeVar("_Broker")


def rounds(view: KafkaView, ids: Collection[int], batch: int, canary: bool = True) -> list[Round]:
    """The brokers to restart, at most `batch` at a time, in order: each of `ids` in one of the rounds.

    First those that do not answer, whose restart harms nobody. Then, with `canary`, one broker alone, whose
    return shows whether the others may go. Rounds that may go at this moment come before those that may not
    yet, and the controller is in the last one, so that it moves once.

    The plan is for the time when every broker that answers or is among `ids` is in sync again; others are
    taken to stay away. Whether a round may go now, `why_not_restart` says. It has at most one round more than
    the shortest plan for up to EXACT brokers: the canary's.
    """
    unready = [broker for broker in sorted(ids) if not _answers(view, broker)]
    ready = [broker for broker in sorted(ids) if _answers(view, broker)]
    asked = edges(view, ready, unready)
    found = _fewest(ready, asked, batch) if len(ready) <= EXACT else _few(ready, asked, batch)
    behind = [partition for partition in view.partitions if len(partition.in_sync) < len(partition.replicas)]
    today = replace(view, partitions=tuple(behind))
    ordered = sorted(found, key=lambda one: (view.controller in one, why_not_restart(today, one) is not None))
    if canary and ordered:
        ordered = _one_alone(ordered, view.controller)
    return [*map(tuple, cut(unready, batch)), *ordered]


def cut(brokers: Sequence[_Broker], size: int) -> list[list[_Broker]]:
    """The brokers in their order, `size` at a time."""
    return [list(brokers[start : start + size]) for start in range(0, len(brokers), size)]


@dataclass(frozen=True)
class Edge:
    """Brokers of which at most `most` may be away at once."""

    members: frozenset[int]
    most: int


def edges(view: KafkaView, ready: Collection[int], unready: Collection[int] = ()) -> list[Edge]:
    """What the partitions ask of the brokers to be restarted, each demand once."""
    candidates = set(ready)
    least: dict[frozenset[int], int] = {}
    for partition in view.partitions:
        members = candidates.intersection(partition.replicas)
        staying = sum(_answers(view, replica) or replica in unready for replica in partition.replicas)
        # Where brokers that stay away have taken what could be spared, the others go one at a time.
        most = max(1, staying - spared(partition))
        if len(members) > most:
            key = frozenset(members)
            least[key] = min(most, least.get(key, most))
    return [Edge(members, most) for members, most in least.items()]


def _fewest(ready: Sequence[int], edges: Sequence[Edge], batch: int) -> list[Round]:
    """The fewest rounds, by weighing for every set of brokers each round that its first one could be in."""
    bit = {broker: 1 << place for place, broker in enumerate(ready)}
    limits = [(sum(bit[member] for member in edge.members), edge.most) for edge in edges]
    everybody = (1 << len(ready)) - 1
    fits = [
        chosen.bit_count() <= batch and all((chosen & mask).bit_count() <= most for mask, most in limits)
        for chosen in range(everybody + 1)
    ]
    best = [(0, 0)]
    """For each set: how many rounds it takes, and one of them."""
    for left in range(1, everybody + 1):
        first = left & -left
        rest = left ^ first
        choices = (first | others for others in _subsets(rest) if fits[first | others])
        best.append(min((best[left ^ chosen][0] + 1, chosen) for chosen in choices))
    found: list[Round] = []
    while everybody:
        chosen = best[everybody][1]
        found.append(tuple(broker for broker in ready if bit[broker] & chosen))
        everybody ^= chosen
    return found


def _subsets(mask: int) -> Iterator[int]:
    chosen = mask
    while chosen:
        yield chosen
        chosen = (chosen - 1) & mask
    yield 0


def _few(ready: Sequence[int], edges: Sequence[Edge], batch: int) -> list[Round]:
    """Few rounds: whoever has the fewest of them left is placed next, in the first that takes it."""
    of: dict[int, list[Edge]] = {broker: [] for broker in ready}
    for edge in edges:
        for member in edge.members:
            of[member].append(edge)
    closed = dict.fromkeys(ready, 0)
    """By broker, the numbers of the rounds that partitions close to it, as bits."""
    full = 0
    taken: Counter[tuple[Edge, int]] = Counter()
    found: list[list[int]] = []
    left = set(ready)
    while left:
        broker = max(left, key=lambda one: ((closed[one] & ~full).bit_count(), len(of[one]), -one))
        left.remove(broker)
        number = _first_unset(closed[broker] | full)
        if number == len(found):
            found.append([])
        found[number].append(broker)
        full |= (len(found[number]) >= batch) << number
        for edge in of[broker]:
            taken[edge, number] += 1
            if taken[edge, number] >= edge.most:
                for member in edge.members:
                    closed[member] |= 1 << number
    return [tuple(sorted(members)) for members in found]


def _first_unset(bits: int) -> int:
    return (~bits & (bits + 1)).bit_length() - 1


def _one_alone(ordered: Sequence[Round], controller: int | None) -> list[Round]:
    """The rounds, the first of which has one broker: the controller only if there is no other."""
    alone = next((one for one in ordered if len(one) == 1 and controller not in one), None)
    if alone is not None:
        return [alone, *(one for one in ordered if one != alone)]
    first = next((broker for one in ordered for broker in one if broker != controller), controller)
    rest = (tuple(broker for broker in one if broker != first) for one in ordered)
    return [*([] if first is None else [(first,)]), *(one for one in rest if one)]


def _answers(view: KafkaView, broker: int) -> bool:
    known = view.brokers.get(broker)
    return known is not None and known.answers
