"""Clusters whose partitions lie in different ways over the brokers, and a lower bound for their rounds."""

import random
from collections.abc import Collection, Sequence

from hypothesis import strategies as st

from components.replication.plan import Edge, edges
from components.replication.view import BrokerView, KafkaView, Partition


def view(
    *partitions: Partition, brokers: Collection[int], away: Collection[int] = (), controller: int = 1
) -> KafkaView:
    """Of these brokers those that are `away` do not answer."""
    known = {
        broker: BrokerView(broker, f"10.0.0.{broker % 250}", None if broker in away else {})
        for broker in brokers
    }
    return KafkaView(controller, known, partitions)


def partition(
    replicas: Sequence[int], minimum: int, away: Collection[int] = (), number: int = 0
) -> Partition:
    in_sync = tuple(replica for replica in replicas if replica not in away)
    return Partition("orders", number, in_sync[0] if in_sync else None, tuple(replicas), in_sync, minimum)


@st.composite
def views(draw: st.DrawFn, largest: int = 8) -> KafkaView:
    """Up to so many brokers, some of which do not answer, with partitions that lie anyhow."""
    brokers = range(1, draw(st.integers(1, largest)) + 1)
    away = draw(st.sets(st.sampled_from(brokers), max_size=2))
    replicas = st.lists(st.sampled_from(brokers), min_size=1, max_size=4, unique=True)
    lying = draw(st.lists(st.tuples(replicas, st.integers(0, 4)), max_size=12))
    partitions = [partition(where, minimum, away, number) for number, (where, minimum) in enumerate(lying)]
    return view(*partitions, brokers=brokers, away=away, controller=draw(st.sampled_from(brokers)))


def spread(brokers: int, partitions: int, replicas: int, minimum: int, seed: int) -> KafkaView:
    """Partitions on brokers that were drawn by lot."""
    lot = random.Random(seed)
    ids = range(1, brokers + 1)
    return view(
        *(partition(lot.sample(ids, replicas), minimum, number=number) for number in range(partitions)),
        brokers=ids,
    )


def by_turns(brokers: int, partitions: int, replicas: int, minimum: int, seed: int) -> KafkaView:
    """Topics of 30 partitions each, as Kafka itself lays them out without racks.

    The first replicas go round the brokers, and the others follow them at a distance that grows at each turn
    (AdminUtils.assignReplicasToBrokersRackUnaware).
    """
    lot = random.Random(seed)
    found: list[Partition] = []
    start = shift = 0
    for number in range(partitions):
        if number % 30 == 0:
            start, shift = lot.randrange(brokers), lot.randrange(brokers)
        first = number % 30 + start
        distance = shift + first // brokers
        others = [1 + (distance + place) % (brokers - 1) for place in range(replicas - 1)]
        where = [1 + (first + step) % brokers for step in (0, *others)]
        found.append(partition(where, minimum, number=number))
    return view(*found, brokers=range(1, brokers + 1))


def lower_bound(view: KafkaView, batch: int) -> int:
    """So many rounds every plan for all brokers has.

    As many as it takes when each is as large as one can be (of more than 20 brokers: as `batch` is); as many
    as one partition asks for; and one for each of a group of brokers of which no two may go together.
    """
    ids = sorted(view.brokers)
    asked = edges(view, ids)
    apart: dict[int, set[int]] = {broker: set() for broker in ids}
    for edge in asked:
        for member in edge.members if edge.most == 1 else ():
            apart[member] |= edge.members - {member}
    largest = _largest(ids, asked, batch) if len(ids) <= 20 else batch
    return max(
        -(-len(ids) // largest),
        *(-(-len(edge.members) // edge.most) for edge in asked),
        *(_group(broker, apart) for broker in ids[:30]),
    )


def _largest(ids: Sequence[int], asked: Sequence[Edge], batch: int) -> int:
    """How many brokers the largest round has, at most `batch`."""
    best = 0

    def grow(chosen: frozenset[int], left: Sequence[int]) -> None:
        nonlocal best
        best = max(best, len(chosen))
        for place, broker in enumerate(left):
            if best >= batch or len(chosen) + len(left) - place <= best:
                return
            more = chosen | {broker}
            if all(len(edge.members & more) <= edge.most for edge in of[broker]):
                grow(more, left[place + 1 :])

    of = {broker: [edge for edge in asked if broker in edge.members] for broker in ids}
    grow(frozenset(), ids)
    return best


def _group(broker: int, apart: dict[int, set[int]]) -> int:
    """How many brokers are in a group, found greedily, of which each is apart from all others."""
    size, left = 1, apart[broker]
    while left:
        chosen = max(left, key=lambda one: (len(apart[one] & left), one))
        size, left = size + 1, left & apart[chosen]
    return size
