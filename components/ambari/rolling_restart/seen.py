"""What one look at Kafka's own view has shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ...replication.view import KafkaView


@dataclass(frozen=True)
class Seen:
    """Kafka's view as of now, or why it is unknown."""

    view: KafkaView | None
    """None: nothing is known."""
    round: str = ""
    """Tells these questions to Kafka from all others; empty where nobody answered."""
    unknown: str = ""
    """Why nothing is known, in one sentence."""
    passing: bool = False
    """Whether that may end by itself within minutes, as while an image is being pulled."""


class Watch(Protocol):
    """Where Kafka's view is looked at."""

    def look(self) -> Seen:
        """Never raises: what can't be read is unknown."""
        ...


class Steady:
    """Tells when as many rounds in a row as are `wanted` have given the same answer.

    The first round of all does not count: it may be from before whatever just happened. The second may have
    begun before it, and from the third on all of them are of afterwards.
    """

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._count = 0
        self._last = ""

    def holds(self, round_: str, answer: bool) -> bool:
        """`answer` is the one that this round gave. A round that was counted is not counted again."""
        if not answer or not round_:
            self._count = 0
        elif self._last and round_ != self._last:
            self._count += 1
        self._last = round_ or self._last
        return self._count >= self._wanted
