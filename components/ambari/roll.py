"""The loop that restarts brokers: asks Ambari, decides by `restart`, waits with a deadline for everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .client import Ambari
from .clock import Clock
from .errors import RollStopped
from .gates import Gate, Moment, Verdict, combined
from .model import Broker, Request
from .progress import Progress
from .restart import (
    Pace,
    Unit,
    batches,
    failed_tasks,
    last_restart,
    missing_hosts,
    not_running,
    stale_brokers,
    under_way,
)

_ATTEMPTS = 2
"""A broker may become stale again when somebody edits the configuration midway; not for ever."""
_STDERR_LINES = 12


@dataclass(frozen=True)
class _Look:
    """Everything that is known at one moment."""

    brokers: Sequence[Broker]
    requests: Sequence[Request]
    schedules: Sequence[str]
    verdict: Verdict
    now: float
    """The server's time."""


class Roll:
    """Restarts every stale broker, unit by unit. `alive` is called at every poll; raising stops the roll."""

    def __init__(
        self,
        ambari: Ambari,
        clock: Clock,
        progress: Progress,
        gates: Sequence[Gate],
        run: str,
        saved: Callable[[], float],
        alive: Callable[[], None] = lambda: None,
        confirm: Callable[[], None] = lambda: None,
        unit: Unit = "broker",
        strict: bool = False,
        pace: Pace | None = None,
    ):
        self._ambari = ambari
        self._clock = clock
        self._progress = progress
        self._gates = gates
        self._run = run
        self._saved = saved
        self._alive = alive
        self._confirm = confirm
        self._unit: Unit = unit
        self._strict = strict
        self._pace = pace or Pace()
        self._restarts = 0
        self._warned = False

    def run(self) -> list[str]:
        """Returns the hosts whose brokers were restarted, in order. Raises RollStopped."""
        done: list[str] = []
        while True:
            look = self._look()
            stale = stale_brokers(look.brokers, look.requests, self._saved())
            if not stale:
                return done
            batch = batches(stale, self._unit)[0]
            again = [broker.short_name for broker in batch if done.count(broker.host) >= _ATTEMPTS]
            if again:
                raise RollStopped(
                    f"{', '.join(again)} needs another restart after {_ATTEMPTS}: somebody keeps changing "
                    "Kafka's configuration. The next run goes on with the brokers that are left."
                )
            # Brokers that are done count as well, so that the number of all stays the same during the roll.
            subject = _subject(batch, len(set(done)) + 1, len(set(done) | {broker.host for broker in stale}))
            self._until_safe(subject, batch)
            self._restart(subject, batch)
            done += [broker.host for broker in batch]

    def until_idle(self) -> None:
        """Waits until nobody restarts brokers: a save during a restart would be missed by that broker."""

        def reason(look: _Look) -> str | None:
            return _others_at_work(look)

        self._until("Kafka", self._pace.others, reason, "Nothing was changed.")

    def _until_safe(self, subject: str, batch: Sequence[Broker]) -> None:
        hosts = [broker.host for broker in batch]
        start = self._clock.now()

        def reason(look: _Look) -> str | None:
            busy = _others_at_work(look)
            if busy:
                return busy
            if all(not broker.started for broker in look.brokers if broker.host in hosts):
                return None
            if self._unit == "all":
                return None
            down = not_running(look.brokers, apart_from=hosts)
            if down:
                return (
                    f"{_names(down)} {_states(down)}; no broker is restarted while another one is not running"
                )
            if look.verdict.answer == "wait":
                return look.verdict.reason
            rest = self._unrested(look, since=start)
            return f"{rest:.0f} s until the last restarted broker has run long enough" if rest > 0 else None

        self._until(subject, max(self._pace.others, self._pace.health), reason, _RESUME)

    def _unrested(self, look: _Look, since: float) -> float:
        """Seconds until the last restart, a former run's or anybody's, is far enough in the past."""
        ended = last_restart(look.requests)
        if ended is None or self._restarts:
            return 0.0
        return min(
            self._settle(look.verdict) - (look.now - ended),
            self._settle(look.verdict) - (self._clock.now() - since),
        )

    def _restart(self, subject: str, batch: Sequence[Broker]) -> None:
        hosts = [broker.host for broker in batch]
        self._restarts += 1
        names = ", ".join(broker.short_name for broker in batch)
        context = f"Restart Kafka on {names}"[:200] + f" - pulumi {self._run}-{self._restarts}"
        self._confirm()
        self._progress.say(f"{subject}: restarting")
        number = self._ambari.restart(hosts, context)
        request = self._until_ended(subject, number)
        missing = missing_hosts(request, hosts)
        if missing:
            raise RollStopped(f"Ambari's request {number} left out {', '.join(missing)}. {_RESUME}")
        if failed_tasks(request):
            raise RollStopped(self._failure(request))
        self._until_settled(subject, number, hosts)

    def _until_ended(self, subject: str, number: int) -> Request:
        deadline = self._clock.now() + self._pace.restart
        while True:
            self._alive()
            request = self._ambari.request(number)
            if request.ended or (request.tasks and all(task.finished for task in request.tasks)):
                return request
            if self._clock.now() >= deadline:
                raise RollStopped(
                    f"{subject}: Ambari's request {number} has not ended after {self._pace.restart:.0f} s. "
                    f"It was left running. {_RESUME}"
                )
            self._progress.waiting(subject, f"Ambari's request {number} is {request.status}")
            self._clock.sleep(self._pace.poll)

    def _until_settled(self, subject: str, number: int, hosts: Sequence[str]) -> None:
        """The broker runs, still runs some time later, and every gate is open."""
        start = self._clock.now()
        running_since = start

        def reason(look: _Look) -> str | None:
            nonlocal running_since
            mine = [broker for broker in look.brokers if broker.host in hosts]
            now = self._clock.now()
            down = [broker for broker in mine if not broker.started]
            if down:
                if now - running_since > self._pace.down:
                    raise RollStopped(
                        f"{_names(down)} {_states(down)} although Ambari's request {number} completed: "
                        f"the broker starts and ends again. Look at Kafka's server.log there. {_RESUME}"
                    )
                return f"{_names(down)} {_states(down)}"
            if any(task is not None for task in [under_way(look.requests)]):
                return _others_at_work(look)
            if look.verdict.answer == "wait":
                return look.verdict.reason
            self._warn(look.verdict)
            rest = self._settle(look.verdict) - (now - running_since)
            return f"running, watched for another {rest:.0f} s" if rest > 0 else None

        self._until(subject, self._pace.health, reason, _RESUME)
        self._progress.say(f"{subject}: runs with the new configuration")

    def _until(self, subject: str, seconds: float, reason: Callable[[_Look], str | None], then: str) -> None:
        deadline = self._clock.now() + seconds
        while True:
            why = reason(self._look())
            if why is None:
                return
            if self._clock.now() >= deadline:
                raise RollStopped(f"{subject}: gave up after {seconds:.0f} s of waiting: {why}. {then}")
            self._progress.waiting(subject, why)
            self._clock.sleep(self._pace.poll)

    def _look(self) -> _Look:
        self._alive()
        brokers = self._ambari.brokers()
        requests = self._ambari.broker_requests()
        schedules = self._ambari.unfinished_schedules()
        now = self._clock.wall() + self._ambari.server_time_offset
        moment = Moment(now, last_restart(requests))
        verdict = combined([gate.ask(moment) for gate in self._gates])
        return _Look(brokers, requests, schedules, verdict, now)

    def _settle(self, verdict: Verdict) -> float:
        return self._pace.settle if verdict.answer == "go" else self._pace.settle_unvouched

    def _warn(self, verdict: Verdict) -> None:
        if verdict.answer != "unknown":
            return
        if self._strict:
            raise RollStopped(
                f"No gate knows whether Kafka is healthy ({verdict.reason}), and strict is set. {_RESUME}"
            )
        if not self._warned:
            self._warned = True
            self._progress.say(
                f"warning: no gate knows whether Kafka is healthy ({verdict.reason}); the roll goes on after "
                f"each broker has been running for {self._pace.settle_unvouched:.0f} s"
            )

    def _failure(self, request: Request) -> str:
        told = []
        for task in failed_tasks(request):
            stderr = self._ambari.stderr(request.id, task.id).strip().splitlines()[-_STDERR_LINES:]
            told.append(
                f"Restarting Kafka on {task.host} is {task.status} (request {request.id}, task {task.id})."
                + ("".join(f"\n    {line}" for line in stderr) if stderr else " It wrote nothing to stderr.")
            )
        return "\n".join([*told, _RESUME])


_RESUME = "Brokers that were not restarted yet stay untouched; the next `pulumi up` goes on with them."


def _others_at_work(look: _Look) -> str | None:
    request = under_way(look.requests)
    if request is not None:
        return f"request {request.id} of {request.user or 'somebody'} ({request.context}) is under way"
    if look.schedules:
        return f"the rolling restart {look.schedules[0]} made in Ambari is under way"
    return None


def _subject(batch: Sequence[Broker], first: int, total: int) -> str:
    last = first + len(batch) - 1
    number = f"broker {first}" if first == last else f"brokers {first} to {last}"
    return f"{number} of {total}, {_names(batch)}"


def _names(brokers: Sequence[Broker]) -> str:
    return ", ".join(f"{broker.short_name} ({broker.ip})" for broker in brokers)


def _states(brokers: Sequence[Broker]) -> str:
    states = sorted({broker.state for broker in brokers})
    return f"{'is' if len(brokers) == 1 else 'are'} {' and '.join(states)}"
