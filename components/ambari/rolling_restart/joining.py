"""Waits for brokers of new workers, which Azure reports as created before Ambari knows them."""

from __future__ import annotations

from collections.abc import Callable

from ...running.clock import Clock
from ...running.progress import Progress
from ..api.client import Ambari
from ..api.errors import RollStopped
from .restart import Pace


def await_brokers(
    ambari: Ambari, clock: Clock, progress: Progress, alive: Callable[[], None], pace: Pace, count: int
) -> None:
    """Waits until Ambari knows `count` brokers, for as long as brokers may take to become healthy.

    Raises RollStopped.
    """
    deadline = clock.now() + pace.health
    while (known := len(ambari.brokers())) < count:
        alive()
        why = f"Ambari at {ambari.url} knows {known} of {count} brokers"
        if clock.now() >= deadline:
            raise RollStopped(f"Gave up after {pace.health:.0f} s: {why}.")
        progress.waiting("Kafka", why)
        clock.sleep(pace.poll)
