"""How long Ambari is waited for while it is away: it restarts, its gateway answers 502."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import TypeVar

from ...running.clock import Clock
from ...running.progress import Progress
from .errors import AmbariError, AnswerLost, ServerFailed, Unreachable

_Result = TypeVar("_Result")

PATIENCE = 300.0
"""Seconds that Ambari may be away in the middle of a run: a restart of the server was seen to take 21 s."""
SERVER_ERROR_PATIENCE = 30.0
"""Seconds for answers of 500: most are no passing trouble, Ambari gives them to plain mistakes, too."""
RETRY_PAUSE = 2.0


class Patience:
    """Attempts again what failed in a way that passes, and tells of it."""

    def __init__(self, clock: Clock, seconds: float, progress: Progress | None = None):
        """`progress`: where it is told; None: nowhere."""
        self.reached = False
        """Ambari has answered once. Before that there may be no way to it at all, which is told at once."""
        self.away = 0.0
        """Seconds that the longest time lasted in which Ambari gave no answer that could be used."""
        self._clock = clock
        self._seconds = seconds
        self._progress = progress

    def attempt(
        self,
        attempt: Callable[[], _Result],
        passing: tuple[type[AmbariError], ...] = (Unreachable, AnswerLost, ServerFailed),
    ) -> _Result:
        """Attempts again while the failure is one of the `passing` ones, for as long as patience lasts."""
        start, failed = self._clock.now(), False
        while True:
            try:
                result = attempt()
            except passing as failure:
                failed, waited = True, self._clock.now() - start
                limit = min(
                    self._seconds, SERVER_ERROR_PATIENCE if isinstance(failure, ServerFailed) else inf
                )
                if waited >= limit or (isinstance(failure, Unreachable) and not self.reached):
                    raise
                if self._progress:
                    self._progress.waiting("Ambari", str(failure))
            else:
                if failed:
                    self._is_back(self._clock.now() - start)
                return result
            self._clock.sleep(RETRY_PAUSE)

    def _is_back(self, seconds: float) -> None:
        self.away = max(self.away, seconds)
        if self._progress:
            self._progress.say(f"Ambari answers again, after {seconds:.0f} s")
