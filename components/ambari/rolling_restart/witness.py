"""Kafka as the witness of a roll: once it has been seen, no broker restarts without its word."""

from __future__ import annotations

from collections.abc import Sequence

from ...replication.view import KafkaView
from ...running.clock import Clock
from ..api.errors import RollStopped
from ..api.model import Broker
from .by_kafka import (
    Expected,
    advertising_otherwise,
    any_answers,
    planned,
    silent,
    why_not_back,
    why_not_now,
)
from .gates import Verdict
from .restart import Pace, Unit, names
from .seen import Seen, Steady, Watch


class Witness:
    """What a roll asks of Kafka's view, and what it remembers of the answers.

    `watch` is None where there is no view to look at; then, and after `dismiss`, a look shows nothing, and
    the roll goes by Ambari alone. `expected` says what brokers have to advertise.
    """

    def __init__(self, watch: Watch | None, expected: Expected, clock: Clock, pace: Pace, batch: int) -> None:
        self._watch = watch
        self._clock = clock
        self._pace = pace
        self._batch = batch
        self._canary = True
        self._silent_since: dict[str, float] = {}
        """By host, of brokers that run, since when Kafka has had no answer from them."""
        self.expected = expected

    def dismiss(self) -> None:
        """From here on it is not asked any more."""
        self._watch = None

    def look(self) -> Seen | None:
        """None: the roll goes without Kafka's view."""
        return self._watch.look() if self._watch else None

    def due(self, seen: Seen | None, brokers: Sequence[Broker]) -> list[Broker]:
        """Brokers that run and advertise what they should not, whatever they are configured with."""
        if seen is None or seen.view is None:
            return []
        running = [broker for broker in brokers if broker.started and broker.in_service]
        found = {one.broker.host for one in advertising_otherwise(seen.view, running, self.expected)}
        return [broker for broker in running if broker.host in found]

    def next_round(self, view: KafkaView, stale: Sequence[Broker], unit: Unit) -> list[Broker]:
        """Which of these restart next: asked anew each time, as the controller moves."""
        now, mute = self._clock.now(), silent(view, stale)
        self._silent_since = {one.host: self._silent_since.get(one.host, now) for one in mute}
        return planned(view, stale, unit, self._batch, self._canary)[0]

    def why_not_restart(
        self, seen: Seen | None, batch: Sequence[Broker], unit: Unit, steady: Steady, proven: bool
    ) -> str | None:
        """Why Kafka forbids to restart this round's brokers. All at once it is not asked.

        `proven`: a restart of this run's has just been seen through to its end, so that Kafka is known to be
        steady. One answer that does not come makes nobody unready, who may be in sync and slow.
        """
        if seen is None or seen.view is None or unit == "all":
            return None
        if not any(broker.started for broker in batch) and not any_answers(seen.view, batch):
            return None
        now = self._clock.now()
        for broker in batch:
            if now - self._silent_since.get(broker.host, now - self._pace.down) < self._pace.down:
                return f"{names([broker])} runs, and does not answer Kafka's requests"
        why = why_not_now(seen.view, batch)
        if steady.holds(seen.round, why is None) or (proven and why is None):
            return None
        return why or "Kafka allows it, and is asked once more"

    def back(self, batch: Sequence[Broker]) -> None:
        """These brokers, as they were before their restart, have come back as they should."""
        if any(broker.started for broker in batch):
            self._canary = False

    def returning(self) -> Returning:
        """Watches over one restart that has ended."""
        return Returning(self.expected, self._pace.stable, self._canary)


class Returning:
    """Tells when restarted brokers are back, by Kafka's word, given in several rounds in a row."""

    def __init__(self, expected: Expected, stable: int, canary: bool) -> None:
        self._expected = expected
        self._canary = canary
        self._good = Steady(stable)
        self._wrong = Steady(stable)

    def why_not(self, seen: Seen | None, brokers: Sequence[Broker]) -> str | None:
        """None: they are back. Raises RollStopped when they are, and go on advertising something else."""
        if seen is None:
            return None
        if seen.view is None:
            self._good.holds("", False)
            return verdict_of(seen).reason
        wrong = [*advertising_otherwise(seen.view, brokers, self._expected)]
        if self._wrong.holds(seen.round, bool(wrong)):
            role = ", the first broker to restart," if self._canary else ""
            told = "; ".join(f"{names([one.broker])}{role} came back and advertises {one}" for one in wrong)
            raise RollStopped(
                f"{told}, so says Kafka. The other brokers stay untouched. Something that Ambari does not "
                "show decides what a broker advertises: look at server.properties there. The next "
                "`pulumi up` begins with these brokers."
            )
        why = why_not_back(seen.view, brokers, self._expected)
        if self._good.holds(seen.round, why is None):
            return None
        return why or "back in sync, and Kafka is asked once more"


def verdict_of(seen: Seen) -> Verdict:
    """In the place of what gates say, which know less and know it later."""
    if seen.view is None:
        return Verdict("wait", f"Kafka's view is unknown: {seen.unknown}")
    return Verdict("go", "Kafka itself is asked")
