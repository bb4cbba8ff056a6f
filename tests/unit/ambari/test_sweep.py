"""Whatever happens to a call of a run, the next run ends in the desired state and restarts nobody in vain."""

from collections.abc import Callable

import pytest

from components.ambari.errors import AmbariError
from tests.unit.ambari.bench import BEFORE, Bench, Run, bench
from tests.unit.ambari.invariants import broken_by_deletes, broken_by_runs
from tests.unit.ambari.wireless import Killed, Trouble


def advertise(run: Run) -> object:
    return run.change.advertise()


def take_back(run: Run) -> object:
    return run.change.take_back(BEFORE)


def undisturbed(work: Callable[[Run], object], prepare: Callable[[Bench], object]) -> list[str]:
    """Every call of a whole run, in order."""
    with bench(2) as cluster:
        prepare(cluster)
        run = cluster.run()
        work(run)
    return run.calls


def nothing(_: Bench) -> None:
    """The cluster stays as it is delivered."""


def advertised(cluster: Bench) -> None:
    advertise(cluster.run())


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


def swept(trouble: Trouble, number: int) -> list[str]:
    """What is wrong after a run with trouble and the next one."""
    with bench(2) as cluster:
        before = cluster.ambari().current().version
        first = cluster.run(trouble=trouble, at=number)
        ended = end_of(first, advertise)
        left_behind = cluster.ambari().maintenance() != "OFF" or cluster.ambari().artifacts()
        second = cluster.run()
        second.change.advertise()
        # When Ambari restarts it forgets whether a restart that was under way has ended.
        found = broken_by_runs(cluster, before, most_restarts=2 if "is ABORTED" in ended else 1)
        # A run that may not sign in again can't tidy up.
        if left_behind and ended != "killed" and trouble != "logged-out":
            found.append("the first run left something behind")
        if ended == "well" and second.writes:
            found.append(f"the second run wrote {second.writes}")
    return [f"{trouble} at call {number}, {first.calls[number - 1]}: ended {ended}: {found}"] if found else []


@pytest.mark.parametrize("trouble", ["lost-before", "500", "killed-before"])
def test_after_trouble_with_any_call_the_next_run_ends_well(trouble: Trouble, calls: list[str]):
    assert [found for number in range(1, len(calls) + 1) for found in swept(trouble, number)] == []


@pytest.mark.parametrize("trouble", ["lost-after", "killed-after"])
def test_after_trouble_with_any_write_that_took_effect_the_next_run_ends_well(
    trouble: Trouble, calls: list[str]
):
    assert [found for number in writes(calls) for found in swept(trouble, number)] == []


@pytest.mark.parametrize("trouble", ["503", "html", "logged-out", "restart"])
def test_after_an_answer_that_is_not_ambaris_the_next_run_ends_well(trouble: Trouble, calls: list[str]):
    assert [found for number in first_middle_last(calls) for found in swept(trouble, number)] == []


@pytest.mark.parametrize("trouble", ["lost-before", "lost-after", "500", "killed-before", "killed-after"])
def test_a_delete_in_trouble_is_finished_by_the_next(trouble: Trouble):
    calls = undisturbed(take_back, advertised)
    for number in writes(calls):
        with bench(2) as cluster:
            before = cluster.ambari().current().version
            advertised(cluster)
            ended = end_of(cluster.run(trouble=trouble, at=number), take_back)
            take_back(cluster.run())
            assert broken_by_deletes(cluster, before) == [], f"{calls[number - 1]}: {ended}"
