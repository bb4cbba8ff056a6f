"""A log that strangers can't fill: of what happens again and again, a line now and then says how often."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

SECONDS = 10.0
"""Between two lines of one kind."""


@dataclass
class _Kind:
    written_at: float
    left_out: int = 0


class SparingLog:
    """Writes one line of each kind in `seconds`; the next one tells how many were left out since."""

    def __init__(
        self, logger: logging.Logger, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger = logger
        self._seconds = seconds
        self._clock = clock
        self._kinds: dict[str, _Kind] = {}

    def line(self, kind: str, message: str, failure: BaseException | None = None) -> None:
        """Write the message as one line, with the traceback of `failure` if there is one.

        `kind` is one of a few words, never what a client sent.
        """
        now = self._clock()
        last = self._kinds.get(kind)
        if last and now - last.written_at < self._seconds:
            last.left_out += 1
            return
        more = f" (and {last.left_out} more since the last such line)" if last and last.left_out else ""
        self._kinds[kind] = _Kind(now)
        self._logger.warning("%s: %s%s", kind, " ".join(message.split()), more, exc_info=failure)
