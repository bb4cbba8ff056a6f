"""What Kafka's view says about the brokers that Ambari knows: who is next, may they go, are they back? Pure.

Ambari knows brokers by their host, Kafka by a number; the address that Kafka's view has of each ties them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...replication import safety
from ...replication.plan import cut, rounds
from ...replication.view import BrokerView, KafkaView
from ..api.model import Broker
from ..configuration.listeners import Listeners, address_of
from .restart import Unit, batches, names

Expected = Callable[[Broker], Mapping[str, str]]
"""What a broker has to advertise: host and port, by the listener's name."""


@dataclass(frozen=True)
class Otherwise:
    """A listener by which a broker advertises something else than it should."""

    broker: Broker
    listener: str
    wanted: str
    said: str
    """What Kafka says; empty: nothing."""

    @property
    def where(self) -> str:
        """Broker and listener."""
        return f"{self.broker.short_name} {self.listener}"

    def __str__(self) -> str:
        return f"{self.said or 'nothing'} for {self.listener} instead of {self.wanted}"


def expected(listeners: Listeners | None) -> Expected:
    """Each broker's own address, by every listener that clients use and that nobody set a host for.

    `listeners` are None where they contradict each other: then nothing can be expected.
    """
    of_the_node = [one for one in listeners.for_clients if one.of_the_node] if listeners else []
    return lambda broker: {one.name: address_of(broker.ip, one.port) for one in of_the_node}


def planned(
    view: KafkaView, stale: Sequence[Broker], unit: Unit, batch: int, canary: bool
) -> list[list[Broker]]:
    """The brokers that have to restart, round by round, as it would go if everything came back.

    First those that neither run nor answer, whose restart harms nobody. Then those that run and don't answer,
    one at a time, since they may serve everybody but the view. Who answers runs, whatever Ambari says: a
    silent agent makes no broker one that is down. Then those that Ambari does not see running, for which the
    others would wait, those of which it keeps no flag, and the others: `batch` at a time where they share no
    partition that would have too few replicas in sync, the controller last. With `canary` the first healthy
    one goes alone. Of `rack`s one comes after the other, in several rounds where its brokers may not go
    together.
    """
    if unit == "all":
        return batches(stale, unit)
    answers = _answers(view)
    healthy = [one for one in stale if answers(one)]
    down = [one for one in stale if not one.started and not answers(one)]
    mute = silent(view, stale)
    ids = _ids(view, healthy)
    plan = [*(batches(down, unit) if unit == "rack" else cut(down, batch)), *cut(mute, 1)]
    for group in _groups(healthy, unit, lambda one: ids[one.host] == view.controller):
        by_id = {ids[one.host]: one for one in group}
        most = len(group) if unit == "rack" else batch
        plan += [[by_id[number] for number in one] for one in rounds(view, by_id, most, canary)]
        canary = False
    return plan


def numbered(view: KafkaView, plan: Sequence[Sequence[Broker]]) -> list[list[int]]:
    """The plan in Kafka's numbers; brokers that Kafka does not know are left out."""
    found = [[*_ids(view, one).values()] for one in plan]
    return [one for one in found if one]


def why_not_now(view: KafkaView, brokers: Sequence[Broker]) -> str | None:
    """Why these brokers may not restart at once; None: they may."""
    ids = _ids(view, brokers)
    unknown = [one for one in brokers if one.started and one.host not in ids]
    nameless = [one.id for one in view.brokers.values() if one.answers and not one.address]
    if unknown and nameless:
        return (
            f"which of Kafka's brokers {names(unknown)} is can't be told: "
            f"{safety.brokers(nameless)} may be anywhere"
        )
    blocked = safety.why_not_restart(view, list(ids.values()))
    return f"Kafka says that {blocked}" if blocked else None


def silent(view: KafkaView, brokers: Sequence[Broker]) -> list[Broker]:
    """Those that run, by Ambari, and do not answer by themselves, by Kafka."""
    answers = _answers(view)
    return [one for one in brokers if one.started and not answers(one)]


def any_answers(view: KafkaView, brokers: Sequence[Broker]) -> bool:
    """Does one of them answer by itself, by Kafka, whether it runs by Ambari or not?"""
    return any(map(_answers(view), brokers))


def why_not_back(view: KafkaView, brokers: Sequence[Broker], expected: Expected) -> str | None:
    """Why these brokers are not yet what they have to be after a restart; None: they are."""
    ids = _ids(view, brokers)
    for broker in brokers:
        if broker.host not in ids:
            return f"Kafka lists no broker at {broker.ip}"
        if why := safety.why_not_back(view, ids[broker.host], expected(broker)):
            return f"Kafka says that {why}"
    return None


def advertising_otherwise(
    view: KafkaView, brokers: Sequence[Broker], expected: Expected
) -> Iterator[Otherwise]:
    """Of the brokers that answer, by which listeners they advertise what they should not."""
    ids = _ids(view, brokers)
    for broker in brokers:
        if broker.host in ids:
            found = safety.advertised_otherwise(view, ids[broker.host], expected(broker))
            for listener, (wanted, said) in found.items():
                yield Otherwise(broker, listener, wanted, said)


def proven(view: KafkaView, brokers: Sequence[Broker], expected: Expected) -> bool | None:
    """Do all these brokers advertise what is expected? None where one of them can't be asked."""
    if any(advertising_otherwise(view, brokers, expected)):
        return False
    return None if not brokers or silent(view, brokers) else True


def _groups(
    brokers: Sequence[Broker], unit: Unit, is_controller: Callable[[Broker], bool]
) -> list[list[Broker]]:
    """Which of them are planned together: racks, the controller's last; else by their state and flag."""
    if unit == "rack":
        return sorted(batches(brokers, unit), key=lambda rack: any(map(is_controller, rack)))
    running = [one for one in brokers if one.started]
    unseen = [one for one in brokers if not one.started]
    missed = [one for one in running if not one.stale and not is_controller(one)]
    flagged = [one for one in running if one.stale or is_controller(one)]
    return [group for group in (unseen, missed, flagged) if group]


def _ids(view: KafkaView, brokers: Sequence[Broker]) -> dict[str, int]:
    """Kafka's numbers by host, of those brokers that its view knows the address of."""
    at = _by_address(view)
    return {one.host: at[one.ip].id for one in brokers if one.ip in at}


def _answers(view: KafkaView) -> Callable[[Broker], bool]:
    """Whether a broker answers by itself, by Kafka."""
    heard = {address for address, one in _by_address(view).items() if one.answers}
    return lambda broker: broker.ip in heard


def _by_address(view: KafkaView) -> dict[str, BrokerView]:
    return {one.address: one for one in view.brokers.values() if one.address}
