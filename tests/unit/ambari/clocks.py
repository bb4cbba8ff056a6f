"""Clocks for tests."""

import time


class FakeClock:
    """Passes only when somebody sleeps."""

    def __init__(self, wall: float = 1_800_000_000.0):
        self.passed = 0.0
        self._start = wall

    def now(self) -> float:
        return self.passed

    def wall(self) -> float:
        return self._start + self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class FastClock:
    """Real time, made to pass faster for whoever waits by it."""

    speed = 100.0

    def now(self) -> float:
        return time.monotonic() * self.speed

    def wall(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)


class StillClock(FakeClock):
    """Passes only when somebody sleeps, too, but tells the time of day: what is made from it is unique."""

    def wall(self) -> float:
        return time.time()
