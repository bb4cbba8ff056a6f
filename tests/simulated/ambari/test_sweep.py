"""Whatever happens to a call of a run, the next run ends in the desired state and restarts nobody in vain."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from components.ambari.api.errors import AmbariError
from tests.simulated.ambari.bench import BEFORE, Bench, Run, bench
from tests.simulated.ambari.invariants import broken_by_deletes, broken_by_runs
from tests.simulated.ambari.wireless import Killed, Trouble
from tests.unit.ambari.clocks import StillClock


def advertise(run: Run) -> object:
    return run.change.advertise()


def take_back(run: Run) -> object:
    return run.change.take_back(BEFORE)


@contextmanager
def still_bench() -> Iterator[Bench]:
    """Two brokers, and a clock by which a run makes the same calls every time."""
    with bench(2) as cluster:
        cluster.clock = StillClock()
        yield cluster


def run_with(cluster: Bench, trouble: Trouble | None = None, at: int = 0) -> Run:
    return cluster.run(trouble=trouble, at=at, between=cluster.let_restarts_end)


def undisturbed(work: Callable[[Run], object], prepare: Callable[[Bench], object]) -> list[str]:
    """Every call of a whole run, in order."""
    with still_bench() as cluster:
        prepare(cluster)
        run = run_with(cluster)
        work(run)
    return run.calls


def nothing(_: Bench) -> None:
    """The cluster stays as it is delivered."""


def advertised(cluster: Bench) -> None:
    advertise(run_with(cluster))


@pytest.fixture(scope="module")
def calls() -> list[str]:
    return undisturbed(advertise, nothing)


def writes(calls: list[str]) -> list[int]:
    return [number for number, call in enumerate(calls, start=1) if not call.startswith("GET ")]


def first_middle_last(calls: list[str]) -> list[int]:
    """The numbers of all calls that write, and of three of each kind that asks."""
    chosen = set(writes(calls))
    for kind in set(calls):
        numbers = [number for number, call in enumerate(calls, start=1) if call == kind]
        chosen |= {numbers[0], numbers[len(numbers) // 2], numbers[-1]}
    return sorted(chosen)


def end_of(run: Run, work: Callable[[Run], object]) -> str:
    """How a run that has trouble ends: "well", "killed", or the error."""
    try:
        work(run)
    except Killed:
        return "killed"
    except AmbariError as error:
        return str(error)
    return "well"


def swept(trouble: Trouble, number: int, calls: list[str]) -> list[str]:
    """What is wrong after a run with trouble and the next one."""
    with still_bench() as cluster:
        before = cluster.ambari().current().version
        first = run_with(cluster, trouble, number)
        ended = end_of(first, advertise)
        left_behind = cluster.ambari().maintenance() != "OFF" or cluster.ambari().artifacts()
        second = run_with(cluster)
        second.change.advertise()
        found = broken_by_runs(cluster, before)
        # A run that may not sign in again can't tidy up.
        if left_behind and ended != "killed" and trouble != "logged-out":
            found.append("the first run left something behind")
        if first.calls[:number] != calls[:number]:
            found.append("it was another call")
        if ended == "well" and second.writes:
            found.append(f"the second run wrote {second.writes}")
    return [f"{trouble} at call {number}, {calls[number - 1]}: ended {ended}: {found}"] if found else []


@pytest.mark.parametrize("trouble", ["lost-before", "500", "killed-before"])
def test_after_trouble_with_any_call_the_next_run_ends_well(trouble: Trouble, calls: list[str]):
    assert [found for number in range(1, len(calls) + 1) for found in swept(trouble, number, calls)] == []


@pytest.mark.parametrize("trouble", ["lost-after", "killed-after"])
def test_after_trouble_with_any_write_that_took_effect_the_next_run_ends_well(
    trouble: Trouble, calls: list[str]
):
    assert [found for number in writes(calls) for found in swept(trouble, number, calls)] == []


@pytest.mark.parametrize("trouble", ["503", "html", "logged-out", "restart"])
def test_after_an_answer_that_is_not_ambaris_the_next_run_ends_well(trouble: Trouble, calls: list[str]):
    assert [found for number in first_middle_last(calls) for found in swept(trouble, number, calls)] == []


@pytest.mark.parametrize("trouble", ["lost-before", "lost-after", "500", "killed-before", "killed-after"])
def test_a_delete_in_trouble_is_finished_by_the_next(trouble: Trouble):
    calls = undisturbed(take_back, advertised)
    for number in writes(calls):
        with still_bench() as cluster:
            before = cluster.ambari().current().version
            advertised(cluster)
            run = run_with(cluster, trouble, number)
            ended = end_of(run, take_back)
            assert run.calls[:number] == calls[:number]
            take_back(run_with(cluster))
            assert broken_by_deletes(cluster, before) == [], f"{calls[number - 1]}: {ended}"
