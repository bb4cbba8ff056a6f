"""The sweep on the real engine: whatever happens to a call of a run, the next run ends well.

By default every call has every trouble that leaves the provider alive, and the provider is killed at every
write and at one call of each kind that asks: between two writes it makes no difference at which question
a run dies, and each kill takes two runs of the engine. All of them:
`python -m pytest tests/e2e/test_sweep_on_engine.py --every-kill`. The same sweep without an engine, complete,
is tests/simulated/ambari/test_sweep.py.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from tests.e2e.sweep import (
    NEEDED,
    Case,
    Kind,
    Trouble,
    after_trouble,
    after_trouble_with_delete,
    calls_of_a_run,
)

TOGETHER = 28
"""Cases of one program, where the provider lives on."""
AT_A_TIME = 3
"""Engines: much of the time of each is waiting."""

Trial = TypeVar("Trial")
"""What happens to one resource."""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Kind, int]:
    return calls_of_a_run(tmp_path_factory.mktemp("undisturbed"))


@pytest.fixture(scope="module")
def writes(calls: Mapping[Kind, int]) -> Mapping[Kind, int]:
    return {kind: number for kind, number in calls.items() if kind[0] != "GET"}


def test_a_complete_run_writes_no_more_than_needed(writes: Mapping[Kind, int]):
    assert {kind: number for kind, number in writes.items() if "artifacts" not in kind[1]} == NEEDED


@pytest.mark.parametrize("trouble", ["lost before", "lost after", "500"])
def test_trouble_with_any_call(trouble: Trouble, calls: Mapping[Kind, int], tmp_path: Path):
    cases = list(every(trouble, calls))
    number = -(-len(cases) // TOGETHER)
    assert swept(after_trouble, [cases[start::number] for start in range(number)], tmp_path) == []


@pytest.mark.parametrize("trouble", ["killed before", "killed after"])
def test_a_provider_killed_at_a_call(
    trouble: Trouble,
    calls: Mapping[Kind, int],
    writes: Mapping[Kind, int],
    tmp_path: Path,
    request: pytest.FixtureRequest,
):
    if request.config.getoption("--every-kill"):
        cases = every(trouble, calls)
    elif trouble == "killed before":
        cases = some(trouble, calls)
    else:
        cases = every(trouble, writes)
    assert swept(after_trouble, [[case] for case in cases], tmp_path) == []


@pytest.mark.parametrize("trouble", ["lost before", "lost after", "500"])
def test_trouble_with_any_write_of_a_delete(trouble: Trouble, writes: Mapping[Kind, int], tmp_path: Path):
    assert after_trouble_with_delete(tmp_path, list(every(trouble, writes))) == []


def test_a_provider_killed_at_a_write_of_a_delete(
    writes: Mapping[Kind, int], tmp_path: Path, request: pytest.FixtureRequest
):
    kinds = writes if request.config.getoption("--every-kill") else dict.fromkeys(NEEDED, 1)
    cases = every("killed after", kinds)
    assert swept(after_trouble_with_delete, [[case] for case in cases], tmp_path) == []


def every(trouble: Trouble, calls: Mapping[Kind, int]) -> Iterator[Case]:
    for (method, route), number in calls.items():
        for ordinal in range(1, number + 1):
            yield Case(trouble, method, route, ordinal)


def some(trouble: Trouble, calls: Mapping[Kind, int]) -> Iterator[Case]:
    """At every write, and in the middle of each kind that asks."""
    for case in every(trouble, calls):
        if case.method != "GET" or case.ordinal == (calls[case.method, case.route] + 1) // 2:
            yield case


def swept(
    sweep: Callable[[Path, Sequence[Trial]], list[str]], programs: Iterable[Sequence[Trial]], folder: Path
) -> list[str]:
    """What is wrong after all of these, each case in a program with those it stands with."""
    folders = (folder / str(number) for number in count())
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return [found for result in pool.map(sweep, folders, programs) for found in result]
