"""The log of the HTTP requests that a server has handled."""

import itertools
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class LogEntry:
    """One request, and the status of the response."""

    number: int
    """A number that rises by one with each request."""
    method: str
    route: str
    """The route's template below /api/v1, or the path itself where there is no such route."""
    status: int
    """The response's status; 0 when there was no response."""


class RequestLog:
    """The requests in the order in which they were answered. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._entries: list[LogEntry] = []

    def add(self, method: str, route: str, status: int) -> None:
        """Appends a request."""
        with self._lock:
            self._entries.append(LogEntry(next(self._numbers), method, route, status))

    def since(self, mark: int = 0) -> list[LogEntry]:
        """The requests with a number above `mark`."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > mark]

    @property
    def mark(self) -> int:
        """The number of the last request, for a later call of `since`."""
        with self._lock:
            return self._entries[-1].number if self._entries else 0
