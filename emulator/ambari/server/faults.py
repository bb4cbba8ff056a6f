"""Faults that a test asks for: what happens to the N-th request of a kind."""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

When = Literal["before", "after"]
Action = Literal["drop", "reset", "delay", "500", "503", "html", "empty", "restart", "kill-client"]


@dataclass(frozen=True)
class Fault:
    """What happens to one request.

    drop: the connection is closed without an answer. reset: the same with a TCP reset. delay: `seconds` pass.
    500, 503, html, empty: that is the answer (html and empty with status 200). restart: the connection is
    dropped and Ambari is away for `seconds`. kill-client: the process at its other end is killed.
    """

    method: str
    route: str
    """A template as in the request log, such as "/clusters/{cluster}/services/{service}"."""
    ordinal: int
    """The N-th request of that kind from now on, counted from 1."""
    when: When
    """Before the request takes effect (it then has none, except after a delay) or after it took effect."""
    action: Action
    seconds: float = 0

    def __post_init__(self) -> None:
        if self.when not in get_args(When):
            raise ValueError(f"when must be one of {get_args(When)}, not {self.when!r}")
        if self.action not in get_args(Action):
            raise ValueError(f"action must be one of {get_args(Action)}, not {self.action!r}")
        if self.ordinal < 1 or self.seconds < 0:
            raise ValueError("ordinal counts from 1 and seconds can't be negative")


class Faults:
    """The faults still to come. Thread-safe.

    routes: the templates that exist. A fault for another one would never happen.
    """

    def __init__(self, routes: Collection[str]) -> None:
        self._routes = routes
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Asks for a fault; requests are counted from now on. Raises ValueError for an unknown route."""
        if fault.route not in self._routes:
            known = ", ".join(sorted(self._routes))
            raise ValueError(f"unknown route {fault.route!r}; known are {known}")
        with self._lock:
            self._waiting.append((fault, fault.ordinal))

    def clear(self) -> None:
        """Forgets all faults that have not happened yet."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """The faults that have not happened yet."""
        with self._lock:
            return [fault for fault, _ in self._waiting]

    def strike(self, method: str, route: str) -> Fault | None:
        """Counts a request, and returns the fault that hits it, if any. Each fault hits once."""
        with self._lock:
            counted = [
                (fault, left - 1 if (fault.method, fault.route) == (method, route) else left)
                for fault, left in self._waiting
            ]
            hit = next((fault for fault, left in counted if left == 0), None)
            self._waiting = [(fault, left) for fault, left in counted if left > 0]
            return hit
