"""The loop that restarts brokers: asks Ambari, decides by `restart`, waits with a deadline for everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from ...replication.view import KafkaView
from ...running.clock import Clock
from ...running.progress import Progress
from ..api.client import Ambari
from ..api.errors import (
    AnswerLost,
    NotFound,
    NotPermitted,
    Rejected,
    RollStopped,
    ServerFailed,
    UnexpectedAnswer,
    Unreachable,
)
from ..api.model import Broker, CurrentConfiguration, Request
from .gates import Gate, Moment, combined
from .restart import (
    Pace,
    Unit,
    View,
    batches,
    failed_tasks,
    known_unit,
    last_restart,
    missing_hosts,
    names,
    others_at_work,
    states,
    why_not_restart,
    why_not_settled,
)
from .seen import Seen, Steady
from .staleness import out_of_date, placement
from .stopped import RESUME, ended_again, failed_restarts
from .witness import Witness, verdict_of

_ATTEMPTS = 2
"""A broker may become stale again when somebody edits the configuration midway; not for ever."""
_REMOVED = "removed from the cluster meanwhile"
_TROUBLES = (Unreachable, AnswerLost, ServerFailed, Rejected, NotPermitted, UnexpectedAnswer)
"""What Ambari may answer, or not, to a restart of certain brokers, without these being named."""


@dataclass(frozen=True)
class RollOptions:
    unit: Unit = "broker"
    strict: bool = False
    """Wait until a gate knows, and stop when none does."""
    pace: Pace = field(default_factory=Pace)
    batch: int = 1
    """How many brokers restart at a time at most, where the unit is a broker and Kafka's view allows it."""


class Roll:
    """Restarts every stale broker, unit by unit (a broker, a rack, or all at once).

    1. Look: Ambari's brokers, its newest requests and schedules, and Kafka's view or else what the gates say.
       A broker is stale if it does not run with the current configuration (`staleness`), has died, or
       advertises what it should not. If none is, the roll is done. One that somebody stopped, or has not
       started yet, is left alone and waited for by nobody.
    2. Choose a unit: first brokers that do not run, whose restart harms nobody; then those that missed a
       save during a restart, for which Ambari keeps no flag; last those that Ambari calls stale. With Kafka's
       view who answers counts as running, the first healthy broker goes alone, and the controller last.
    3. Wait until it is safe: nobody else restarts brokers; no other broker is down; Kafka allows it. Without
       its view: no gate vetoes; the last restart was `settle` seconds ago (longer when no gate vouches). A
       unit of which no broker runs waits for the first of these only. With `strict`, a gate has to know.
    4. Stop if one broker of the unit has been restarted twice already: it keeps ending, or somebody keeps
       changing the configuration.
    5. Confirm that this run still holds the note and that the configuration is still the wanted one. Then
       send one request that restarts the unit. If its answer is lost, look for the request by its context,
       and send it again only if there is no trace of it.
    6. Wait until the request has ended. Stop if a broker was left out or its task failed, unless its host
       has left the cluster meanwhile.
    7. Wait until the unit's brokers run, and Kafka says that they are in sync and advertise what they should.
       Without its view: until they have run for `settle` seconds and no gate vetoes. Stop if one is down
       again: its start script does not wait for that.
    8. Go back to 1.

    Each wait has a deadline (`Pace`); at its end the roll stops, and brokers that were not restarted yet stay
    untouched. All of this is derived from what Ambari says, so that the next run goes on where this one ends.

    `run` makes the contexts of requests unique. `alive` is called at every poll and `confirm`, which answers
    what is configured now, before every restart; what they raise ends the roll. `notice` gets the brokers as
    each look finds them.
    """

    def __init__(
        self,
        ambari: Ambari,
        clock: Clock,
        progress: Progress,
        gates: Sequence[Gate],
        run: str,
        options: RollOptions,
        alive: Callable[[], None],
        confirm: Callable[[], CurrentConfiguration],
        witness: Witness,
        notice: Callable[[Sequence[Broker]], None] = lambda _: None,
    ):
        self._ambari = ambari
        self._clock = clock
        self._progress = progress
        self._gates = gates
        self._run = run
        self._strict = options.strict
        self._pace = options.pace
        self._unit: Unit = options.unit
        self._alive = alive
        self._confirm = confirm
        self._witness = witness
        self._notice = notice
        self._requests_made = 0
        self._done: list[str] = []
        self._brokers: list[Broker] = []
        self._warned = False

    def run(self) -> list[str]:
        """Returns the hosts whose brokers were restarted, in order. Raises RollStopped."""
        if self._unit == "rack":
            self._unit = known_unit(self._unit, self._ambari.brokers())
            if self._unit != "rack":
                self._progress.say("Ambari knows no racks: restarting brokers as if restartUnit were broker")
        while found := self._next():
            subject, batch = found
            try:
                self._restart(subject, batch)
            except _TROUBLES as trouble:
                raise RollStopped(f"{subject}: {trouble}\n{RESUME}") from trouble
            self._done += [broker.host for broker in batch]
        return self._done

    def until_idle(self) -> None:
        """Waits until nobody restarts brokers: a save during a restart would be missed by that broker."""
        waiting = _Waiting(self._clock, self._pace.others)
        while why := others_at_work(self._look()):
            if waiting.over():
                raise RollStopped(f"Gave up after {self._pace.others:.0f} s: {why}. Nothing was changed.")
            self._wait("Kafka", why)

    def until_kafka_is_seen(self) -> KafkaView | None:
        """Waits for Kafka's view for as long as its pod may take to begin; None: the roll goes without it.

        Raises RollStopped, with `strict`, where it does not come.
        """
        waiting = _Waiting(self._clock, self._pace.view)
        lasting = _Waiting(self._clock, self._pace.view_unknown)
        while seen := self._look_at_kafka():
            if seen.view is not None:
                return seen.view
            if seen.passing:
                lasting = _Waiting(self._clock, self._pace.view_unknown)
            if waiting.over() or lasting.over():
                without = f"Kafka's view is unknown after {waiting.seconds():.0f} s: {seen.unknown}"
                if self._strict:
                    raise RollStopped(f"{without}, and strict is set. Nothing was changed.")
                self._progress.say(f"warning: {without}. Brokers restart by what Ambari knows")
                self._witness.dismiss()
                return None
            self._wait("Kafka's view", seen.unknown)
        return None

    def _next(self) -> tuple[str, list[Broker]] | None:
        """What to call the brokers to restart now, and these, once it is safe; None when none is stale."""
        waiting = _Waiting(self._clock, max(self._pace.others, self._pace.health))
        steady = Steady(self._pace.stable)
        current = self._ambari.current()
        while True:
            view = self._look()
            stale = self._stale(view, current)
            if not stale:
                return None
            batch = self._choose(view, stale)
            subject = self._subject(batch, stale)
            settle = 0.0 if self._done or waiting.seconds() >= self._settle(view) else self._settle(view)
            why = (
                why_not_restart(view, batch, self._unit, settle)
                or self._too_little_known(view, batch, waiting)
                or self._perhaps_starting(batch, waiting)
            )
            ask = partial(
                self._witness.why_not_restart,
                batch=batch,
                unit=self._unit,
                steady=steady,
                proven=bool(self._done),
            )
            by_kafka = None if why else ask(view.kafka)
            if not why and not by_kafka:
                self._refuse_to_go_round(batch)
                return subject, batch
            self._wait_in_time(subject, waiting, why or by_kafka or "", None if why else ask)

    def _look_at_kafka(self) -> Seen | None:
        self._alive()
        return self._witness.look()

    def _stale(self, view: View, current: CurrentConfiguration) -> list[Broker]:
        stale = out_of_date(self._ambari, view.brokers, view.requests, current)
        due = {broker.host for broker in [*stale, *self._witness.due(view.kafka, view.brokers)]}
        return [broker for broker in view.brokers if broker.host in due]

    def _choose(self, view: View, stale: Sequence[Broker]) -> list[Broker]:
        if view.kafka is None or view.kafka.view is None:
            return batches(stale, self._unit)[0]
        return self._witness.next_round(view.kafka.view, stale, self._unit)

    def _restart(self, subject: str, batch: Sequence[Broker]) -> None:
        hosts = [broker.host for broker in batch]
        self._progress.say(f"{subject}: restarting")
        try:
            number = self._ask_for_restart(batch)
        except (NotFound, Rejected, ServerFailed):
            # The last one is what Ambari answers about a host that it does not know.
            if self._present(hosts):
                raise
            return self._progress.say(f"{subject}: {_REMOVED}")
        request = self._until_ended(subject, number, hosts)
        if missing_hosts(request, hosts) or failed_tasks(request):
            hosts = self._present(hosts)
            self._refuse(request, hosts)
        if not hosts:
            return self._progress.say(f"{subject}: {_REMOVED}")
        settled = self._until_settled(subject, request, hosts)
        self._witness.back(batch)
        theirs = [broker for broker in settled.brokers if broker.host in hosts]
        if stopped := [broker for broker in theirs if broker.stopped]:
            return self._progress.say(f"{subject}: {names(stopped)} was stopped on purpose meanwhile")
        if any(broker.stale for broker in theirs):
            stale = out_of_date(self._ambari, settled.brokers, settled.requests, self._ambari.current())
            if any(broker.host in hosts for broker in stale):
                return self._progress.say(
                    f"{subject}: runs, but the configuration was changed again meanwhile"
                )
        return self._progress.say(f"{subject}: runs with the new configuration")

    def _refuse(self, request: Request, hosts: Sequence[str]) -> None:
        """Raises RollStopped when a broker on one of these hosts was left out or failed."""
        missing = missing_hosts(request, hosts)
        if missing:
            raise RollStopped(f"Ambari's request {request.id} left out {', '.join(missing)}. {RESUME}")
        failed = [task for task in failed_tasks(request) if task.host in hosts]
        if failed:
            raise RollStopped(failed_restarts(self._ambari, request, failed))

    def _present(self, hosts: Sequence[str]) -> list[str]:
        """Those of the hosts that still have a broker: a worker may be removed at any time."""
        known = {broker.host for broker in self._ambari.brokers()}
        return [host for host in hosts if host in known]

    def _ask_for_restart(self, batch: Sequence[Broker]) -> int:
        """Returns the request's id. Sent a second time only when no trace of the first is found."""
        current = self._confirm()
        hosts = [broker.host for broker in batch]
        try:
            return self._ambari.restart(hosts, self._context(batch, current))
        except AnswerLost:
            current = self._confirm()
            return self._ambari.restart(hosts, self._context(batch, current))

    def _context(self, batch: Sequence[Broker], current: CurrentConfiguration) -> str:
        # Ambari answers 500 to more than 255 characters.
        self._requests_made += 1
        hosts = ", ".join(broker.short_name for broker in batch)[:150]
        mark = placement(batch, self._brokers, current.overrides)
        return f"Restart Kafka on {hosts} for pulumi {self._run}-{self._requests_made}{mark}"

    def _until_ended(self, subject: str, number: int, hosts: Sequence[str]) -> Request:
        waiting = _Waiting(self._clock, self._pace.restart)
        while True:
            self._alive()
            request = self._ambari.request(number)
            if request.ended or (request.tasks and all(task.finished for task in request.tasks)):
                return request
            # Tasks vanish with their host, and Ambari does not end a request that has none left.
            if not request.tasks and not self._present(hosts):
                return request
            if waiting.over():
                raise RollStopped(
                    f"{subject}: Ambari's request {number} has not ended after {waiting.seconds():.0f} s. "
                    f"It was left running. {RESUME}"
                )
            self._wait(subject, f"Ambari's request {number} is {request.status}")

    def _until_settled(self, subject: str, request: Request, hosts: Sequence[str]) -> View:
        """The brokers run, still run some time later, and every gate is open."""
        waiting, running = _Waiting(self._clock, self._pace.health), _Waiting(self._clock, 0)
        returning = self._witness.returning()
        while True:
            view = self._look()
            down = [broker for broker in view.brokers if broker.host in hosts and broker.down]
            if down and waiting.seconds() > self._pace.down:
                raise RollStopped(ended_again(self._ambari, request, down))
            if down:
                running = _Waiting(self._clock, 0)
            why = why_not_settled(view, hosts, running.seconds(), self._settle(view))
            started = [broker for broker in view.brokers if broker.host in hosts and broker.started]
            ask = partial(returning.why_not, brokers=started)
            by_kafka = ask(view.kafka)
            why = why or self._too_little_known(view, [], waiting)
            if not why and not by_kafka:
                return view
            self._wait_in_time(subject, waiting, why or by_kafka or "", None if why else ask)

    def _look(self) -> View:
        self._alive()
        # Brokers last: a restart that ends between two questions must not leave one that looks stale.
        requests, schedules = self._ambari.broker_requests(), self._ambari.unfinished_schedules()
        brokers = self._brokers = self._ambari.brokers()
        self._notice(brokers)
        now = self._clock.wall() + self._ambari.server_time_offset
        # Last of all, for the same reason. What Kafka says is of now; metrics are of minutes ago.
        kafka = self._witness.look()
        if kafka is not None:
            return View(brokers, requests, schedules, verdict_of(kafka), now, kafka)
        moment = Moment(now, last_restart(requests))
        return View(brokers, requests, schedules, combined([gate.ask(moment) for gate in self._gates]), now)

    def _settle(self, view: View) -> float:
        if view.kafka is not None:
            return 0.0
        return self._pace.settle if view.verdict.answer == "go" else self._pace.settle_unvouched

    def _too_little_known(self, view: View, batch: Sequence[Broker], waiting: _Waiting) -> str | None:
        """With `strict` a reason to wait, and in the end to stop; else no more than a warning."""
        if view.verdict.answer != "unknown" or self._unit == "all":
            return None
        if batch and not any(broker.started for broker in batch):
            return None
        unknown = f"no gate knows whether Kafka is healthy ({view.verdict.reason})"
        if self._strict and waiting.seconds() > self._pace.strict:
            raise RollStopped(f"{unknown}, and strict is set. {RESUME}")
        if self._strict:
            return unknown
        if not self._warned:
            self._warned = True
            self._progress.say(
                f"warning: {unknown}; the roll goes on after each broker has been running for "
                f"{self._pace.settle_unvouched:g} s"
            )
        return None

    def _perhaps_starting(self, batch: Sequence[Broker], waiting: _Waiting) -> str | None:
        """A broker that only is not running may be just about to be seen running: by a restart of others."""
        down = [broker for broker in batch if broker.died and not broker.stale]
        return states(down) if down and waiting.seconds() < self._pace.down else None

    def _refuse_to_go_round(self, batch: Sequence[Broker]) -> None:
        again = [broker for broker in batch if self._done.count(broker.host) >= _ATTEMPTS]
        if again:
            raise RollStopped(
                f"{names(again)} needs another restart after {_ATTEMPTS}: it keeps ending, or somebody keeps "
                f"changing Kafka's configuration. {RESUME}"
            )

    def _subject(self, batch: Sequence[Broker], stale: Sequence[Broker]) -> str:
        # Out of all that this run has done and has to do; one that is done and has to be done again is left.
        total = len({*self._done, *(broker.host for broker in stale)})
        first = total - len(stale) + 1
        last = first + len(batch) - 1
        number = f"broker {first}" if first == last else f"brokers {first} to {last}"
        again = ", again" if any(broker.host in self._done for broker in batch) else ""
        return f"{number} of {total}, {names(batch)}{again}"

    def _wait_in_time(
        self, subject: str, waiting: _Waiting, why: str, ask: Callable[[Seen | None], str | None] | None
    ) -> None:
        """Waits until the next poll. Raises RollStopped when that has lasted for as long as it may."""
        if waiting.over():
            raise RollStopped(f"{subject}: gave up after {waiting.seconds():.0f} s: {why}. {RESUME}")
        self._wait(subject, why, ask)

    def _wait(self, subject: str, why: str, ask: Callable[[Seen | None], str | None] | None = None) -> None:
        """Until the next poll. With `ask` only Kafka is waited for, and the poll comes once that ends."""
        self._progress.waiting(subject, why)
        if ask is None:
            return self._clock.sleep(self._pace.poll)
        until = self._clock.now() + self._pace.poll
        while self._clock.now() + self._pace.look < until:
            self._clock.sleep(self._pace.look)
            if ask(self._look_at_kafka()) is None:
                return None
        return self._clock.sleep(max(0.0, until - self._clock.now()))


class _Waiting:
    """How long something has lasted, against how long it may."""

    def __init__(self, clock: Clock, limit: float):
        self._clock = clock
        self._since = clock.now()
        self._limit = limit

    def seconds(self) -> float:
        return self._clock.now() - self._since

    def over(self) -> bool:
        return self.seconds() >= self._limit
