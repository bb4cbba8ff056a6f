"""The sweep on the real engine with Kafka's view in the program: whatever is lost, the next run ends well.

The same at every look and without an engine, and a view that is lost for good, is
tests/simulated/ambari/test_sweep_with_view.py.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.sweep import RESTART, SAVE, Case, after_trouble
from tests.e2e.sweep_of_looks import Loss, LostLook, after_lost_looks, looks_of_a_run
from tests.e2e.test_sweep_on_engine import swept

LIVING: tuple[Loss, ...] = ("refused", "failed", "silent", "of before", "torn")
"""What leaves the provider alive."""


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> int:
    return looks_of_a_run(tmp_path_factory.mktemp("undisturbed"))


def test_a_look_that_is_lost_or_answered_wrongly(looks: int, tmp_path: Path) -> None:
    cases = [LostLook(loss, number) for loss in LIVING for number in spread(looks, 6)]
    assert after_lost_looks(tmp_path, cases) == []


def test_a_provider_killed_at_a_look(looks: int, tmp_path: Path) -> None:
    assert swept(after_lost_looks, [[LostLook("killed", one)] for one in spread(looks, 3)], tmp_path) == []


def test_a_provider_killed_at_a_write_of_a_run_that_has_the_view(tmp_path: Path) -> None:
    cases = [[Case("killed after", *kind, 1)] for kind in (SAVE, RESTART)]
    assert swept(partial(after_trouble, seen=True), cases, tmp_path) == []


def spread(looks: int, number: int) -> Sequence[int]:
    """So many of them, from the first to the last."""
    return sorted({1 + (looks - 1) * one // (number - 1) for one in range(number)})
