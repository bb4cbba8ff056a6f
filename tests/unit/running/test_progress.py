"""What `pulumi up` shows while a roll waits."""

import io

import pytest

from components.running.engine import EngineGone
from components.running.progress import Progress
from tests.unit.ambari.clocks import FakeClock


def test_a_wait_is_told_at_once_and_again_every_ten_seconds_with_its_length():
    clock, output = FakeClock(), io.StringIO()
    progress = Progress(clock, output)
    for _ in range(12):
        progress.waiting("broker 1 of 3", "request 7 is IN_PROGRESS")
        clock.sleep(2)
    assert output.getvalue().splitlines() == [
        "broker 1 of 3: waiting: request 7 is IN_PROGRESS",
        "broker 1 of 3: waiting: request 7 is IN_PROGRESS, 10 s",
        "broker 1 of 3: waiting: request 7 is IN_PROGRESS, 20 s",
    ]


def test_a_new_wait_counts_from_its_own_beginning():
    clock, output = FakeClock(), io.StringIO()
    progress = Progress(clock, output)
    progress.waiting("broker 1 of 3", "one")
    clock.sleep(9)
    progress.say("broker 1 of 3: restarting")
    progress.waiting("broker 2 of 3", "another")
    clock.sleep(9)
    progress.waiting("broker 2 of 3", "another")
    assert output.getvalue().splitlines() == [
        "broker 1 of 3: waiting: one",
        "broker 1 of 3: restarting",
        "broker 2 of 3: waiting: another",
    ]


def test_nobody_reading_means_that_the_engine_has_ended():
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    with pytest.raises(EngineGone, match="engine has ended"):
        Progress(FakeClock(), Broken()).say("broker 1 of 3: restarting")
