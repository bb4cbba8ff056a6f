"""Lines that `pulumi up` shows while the work goes on."""

from __future__ import annotations

import sys
from typing import TextIO

from .clock import Clock
from .engine import EngineGone

REPEAT = 10.0
"""Seconds after which the same wait is reported again, with how long it has lasted."""


class Progress:
    """Prints each new step at once and a wait that lasts again every ten seconds."""

    def __init__(self, clock: Clock, stream: TextIO | None = None):
        self._clock = clock
        self._stream = stream
        self._waiting_for = ""
        self._since = 0.0
        self._printed = 0.0
        self._warned: set[str] = set()

    def say(self, line: str) -> None:
        """Raises EngineGone when nobody reads any more."""
        self._waiting_for = ""
        self._print(line)

    def warn(self, line: str) -> None:
        """Says a warning once, however often it is found."""
        if line not in self._warned:
            self._warned.add(line)
            self.say(f"warning: {line}")

    def waiting(self, subject: str, reason: str) -> None:
        now = self._clock.now()
        if subject != self._waiting_for:
            self._waiting_for, self._since, self._printed = subject, now, now
            self._print(f"{subject}: waiting: {reason}")
        elif now - self._printed >= REPEAT:
            self._printed = now
            self._print(f"{subject}: waiting: {reason}, {now - self._since:.0f} s")

    def _print(self, line: str) -> None:
        try:
            print(line, file=self._stream or sys.stderr, flush=True)
        except (OSError, ValueError):
            raise EngineGone(
                "Nobody reads this provider's output any more: the Pulumi engine has ended."
            ) from None
