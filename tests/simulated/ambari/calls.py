"""Kinds of calls that a run makes, and what others do between two of them."""

from collections.abc import Callable

LOOK = "GET /clusters/{cluster}/host_components"
SAVE = "PUT /clusters/{cluster}"
RESTART = "POST /clusters/{cluster}/requests"
PROGRESS = "GET /clusters/{cluster}/requests/{request}"
MAINTENANCE = "PUT /clusters/{cluster}/services/{service}"


def without_notes(writes: list[str]) -> list[str]:
    return [write for write in writes if "artifacts" not in write]


def once(call: str, action: Callable[[], object], ordinal: int = 1) -> Callable[[str], None]:
    """Does something just before the first such call arrives, or the so many-th."""
    left: list[Callable[[], object]] = [action, *[lambda: None] * (ordinal - 1)]

    def between(now: str) -> None:
        if now == call and left:
            left.pop()()

    return between


def both(first: Callable[[str], None], second: Callable[[str], None]) -> Callable[[str], None]:
    """Does one thing and then another between two calls."""

    def between(call: str) -> None:
        first(call)
        second(call)

    return between
