"""Whatever happens to a look at Kafka's view or to a call of a run that has it, the next run ends well."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

import pytest

from components.ambari.api.errors import RollStopped
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from components.ambari.rolling_restart.seen import Seen, Watch
from tests.simulated.ambari.bench import Run
from tests.simulated.ambari.calls import RESTART, both, once
from tests.simulated.ambari.invariants import broken_by_runs
from tests.simulated.ambari.kafka import LOG, Place, kafka_bench
from tests.simulated.ambari.test_sweep import end_of, first_middle_last
from tests.simulated.ambari.wireless import Killed, Trouble
from tests.unit.ambari.clocks import StillClock

BY_KAFKA = RollOptions(pace=Pace(poll=1, others=30, health=30, settle=1e6, settle_unvouched=1e6, view=30))
"""A roll that had to go on without Kafka's word would never end by this pace."""
Loss = Literal["killed", "once", "for good", "wrong"]
UNKNOWN = Seen(None, "", "the pod has said nothing for 20 s", passing=True)


@dataclass
class TroubledWatch:
    """Something happens to look number `at` (from 1) and, if it is for good, to all that follow."""

    watch: Watch
    freeze: Callable[[], None]
    """From then on the log is that of the beginning."""
    loss: Loss | None = None
    at: int = 0
    looks: int = 0

    def look(self) -> Seen:
        self.looks += 1
        if self.looks == self.at and self.loss == "wrong":
            self.freeze()
        seen = self.watch.look()
        if self.looks == self.at and self.loss == "killed":
            raise Killed
        if self.looks == self.at and self.loss == "once":
            return UNKNOWN
        if self.looks >= self.at and self.loss == "for good":
            return UNKNOWN
        return seen


@contextmanager
def still_place() -> Iterator[Place]:
    """Two brokers with a topic, and a clock by which a run makes the same calls and looks every time."""
    with kafka_bench(2, topics={"orders": [[0, 1], [1, 0]]}) as place:
        place.cluster.clock = StillClock()
        place.kafka.controller = 0
        yield place


def run_with(
    place: Place, loss: Loss | None = None, at: int = 0, trouble: Trouble | None = None, call: int = 0
) -> tuple[Run, TroubledWatch]:
    watching = place.cluster.watch
    inner = watching()
    assert inner is not None
    first = place.kafka.log({"sinceSeconds": "90"})
    place.api.answers[LOG] = place.kafka.log
    troubled = TroubledWatch(inner, lambda: place.api.answers.update({LOG: first}), loss, at)
    place.cluster.watch = lambda: troubled
    run = place.cluster.run(BY_KAFKA, trouble, call, place.cluster.let_restarts_end)
    place.cluster.watch = watching
    return run, troubled


def advertise(run: Run) -> object:
    return run.change.advertise()


@dataclass(frozen=True)
class Undisturbed:
    calls: list[str]
    looks: int


@pytest.fixture(scope="module")
def undisturbed() -> Undisturbed:
    with still_place() as place:
        run, watch = run_with(place)
        advertise(run)
        assert list(place.cluster.restarts().values()) == [1, 1]
    return Undisturbed(run.calls, watch.looks)


def after_two(place: Place, disturb: Callable[[], tuple[Run, TroubledWatch]]) -> tuple[str, list[str]]:
    """How the disturbed run ended, and what is wrong after the one that follows."""
    before = place.cluster.ambari().current().version
    first, _ = disturb()
    ended = end_of(first, advertise)
    second, _ = run_with(place)
    advertise(second)
    found = broken_by_runs(place.cluster, before)
    if ended == "well" and second.writes:
        found.append(f"the second run wrote {second.writes}")
    return ended, found


@pytest.mark.parametrize("loss", ["killed", "once"])
def test_after_trouble_with_any_look_the_next_run_ends_well(loss: Loss, undisturbed: Undisturbed):
    assert undisturbed.looks > 10
    for number in range(1, undisturbed.looks + 1):
        with still_place() as place:
            ended, found = after_two(place, partial(run_with, place, loss, number))
        assert found == [], f"{loss} at look {number}: {ended}"
        assert ended == ("killed" if loss == "killed" else "well"), f"look {number}"


@pytest.mark.parametrize("loss", ["for good", "wrong"])
def test_a_view_that_is_lost_for_good_restarts_nobody_more(loss: Loss, undisturbed: Undisturbed):
    """From the first look on that a restart has been decided by."""
    with still_place() as place:
        run, watch = run_with(place)
        decided: list[int] = []
        note = both(once(RESTART, lambda: decided.append(watch.looks)), place.cluster.let_restarts_end)
        second = once(RESTART, lambda: decided.append(watch.looks), ordinal=2)
        run.wireless.between = both(note, second)
        advertise(run)
    for number in range(decided[0] + 1, decided[1] + 1):
        with still_place() as place:
            before = place.cluster.ambari().current().version
            first, _ = run_with(place, loss, number)
            with pytest.raises(RollStopped):
                advertise(first)
            assert sum(place.cluster.restarts().values()) == 1, f"{loss} at look {number}"
            advertise(run_with(place)[0])
            assert broken_by_runs(place.cluster, before) == [], f"{loss} at look {number}"


@pytest.mark.parametrize("trouble", ["killed-before"])
def test_after_trouble_with_calls_of_a_run_that_has_the_view_the_next_ends_well(
    trouble: Trouble, undisturbed: Undisturbed
):
    for number in first_middle_last(undisturbed.calls):
        with still_place() as place:
            ended, found = after_two(place, partial(run_with, place, trouble=trouble, call=number))
        assert found == [], f"{trouble} at call {number}, {undisturbed.calls[number - 1]}: {ended}"
