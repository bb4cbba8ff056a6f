"""Fault injection: what happens to the N-th HTTP request of a method and route."""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

When = Literal["before", "after"]
Action = Literal["drop", "reset", "delay", "500", "503", "html", "empty", "restart", "kill-client"]


@dataclass(frozen=True)
class Fault:
    """A fault that happens to one request.

    drop: the connection is closed without a response. reset: the same, with a TCP reset.
    delay: the response is `seconds` late. 500, 503, html, empty: the response is that (html and empty with
    status 200). restart: the connection is closed, and Ambari doesn't listen for `seconds`.
    kill-client: the process at the other end of the connection is killed.
    """

    method: str
    route: str
    """The route's template as in the request log, such as "/clusters/{cluster}/services/{service}"."""
    ordinal: int
    """Which of the next requests of that method and route it happens to, counted from 1."""
    when: When
    """Before or after the request takes effect. Before, it has no effect, except after a delay."""
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
    """The faults that are still to happen. Thread-safe.

    routes: the templates that exist; a fault for any other one would never happen, and is refused.
    """

    def __init__(self, routes: Collection[str]) -> None:
        self._routes = routes
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        """Adds a fault; requests are counted from now on. Raises ValueError for an unknown route."""
        if fault.route not in self._routes:
            known = ", ".join(sorted(self._routes))
            raise ValueError(f"unknown route {fault.route!r}; known are {known}")
        with self._lock:
            self._waiting.append((fault, fault.ordinal))

    def clear(self) -> None:
        """Removes all faults that have not happened yet."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        """The faults that have not happened yet."""
        with self._lock:
            return [fault for fault, _ in self._waiting]

    def match(self, method: str, route: str) -> Fault | None:
        """Counts a request, and returns the fault that is to happen to it, if any. Each happens once."""
        with self._lock:
            counted = [
                (fault, left - 1 if (fault.method, fault.route) == (method, route) else left)
                for fault, left in self._waiting
            ]
            hit = next((fault for fault, left in counted if left == 0), None)
            self._waiting = [(fault, left) for fault, left in counted if left > 0]
            return hit
