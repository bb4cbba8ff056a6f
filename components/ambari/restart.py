"""Pure: which brokers have to be restarted, which next, and is it safe to go on?

The rules are those of the careful ones: unready brokers first, never a second broker down (Strimzi's
KafkaRoller), a stable cluster before the next (Yelp's kafka-utils), nothing while anybody else restarts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from ..settings.restarts import RestartUnit
from .gates import Verdict
from .model import Broker, Request, Task

Unit = RestartUnit | Literal["all"]


@dataclass(frozen=True)
class Pace:
    """How long is waited, in seconds."""

    poll: float = 2.0
    settle: float = 30.0
    """A broker must have run this long when a gate vouches: more than the 20 s between Ambari's checks."""
    settle_unvouched: float = 60.0
    """The same when no gate knows."""
    strict: float = 300.0
    """When no gate knows and one is required: metrics lag by up to four minutes."""
    restart: float = 1800.0
    """For one request: 1200 s for Kafka's start script and Ambari's 600 s (metainfo.xml, ActionScheduler)."""
    others: float = 1800.0
    """For other people's restarts to end."""
    health: float = 900.0
    """For all brokers to run and every gate to open."""
    down: float = 30.0
    """A broker may be seen not running for this long after a restart: Ambari's check may date from before."""


@dataclass(frozen=True)
class View:
    """Everything that is known at one moment."""

    brokers: Sequence[Broker]
    requests: Sequence[Request]
    schedules: Sequence[str]
    verdict: Verdict
    now: float
    """Seconds since the epoch, by the server's clock."""


def stale_brokers(brokers: Sequence[Broker], requests: Sequence[Request], saved: float) -> list[Broker]:
    """Brokers that do not run with the current configuration, which was saved at `saved` (server's time).

    Ambari's flag alone misses two cases. A save during a restart is forgotten when that restart completes,
    although the broker may have started with the older configuration. And a restart counts as completed when
    the start script is through, although the broker may end a second later.
    """
    return [
        broker
        for broker in brokers
        if broker.stale or broker.died or _missed_the_save(broker.host, requests, saved)
    ]


def batches(stale: Sequence[Broker], unit: Unit) -> list[list[Broker]]:
    """Which brokers are restarted together, in order: first those that do not run, which harms nobody.

    Then those that missed a save. Ambari keeps no flag for them, and the request that shows it is out of
    sight after a hundred more.
    """
    ready_last = sorted(stale, key=lambda broker: (broker.started, broker.stale))
    if unit == "all":
        return [ready_last] if ready_last else []
    if unit == "broker":
        return [[broker] for broker in ready_last]
    # Not racks as a whole while brokers of several are down: each would wait for the other.
    racks: dict[tuple[bool, str], list[Broker]] = {}
    for broker in ready_last:
        racks.setdefault((broker.started, broker.rack), []).append(broker)
    return list(racks.values())


def racks_known(brokers: Sequence[Broker]) -> bool:
    """Ambari puts every host into one default rack until somebody tells it more."""
    return len({broker.rack for broker in brokers}) > 1


def others_at_work(view: View) -> str | None:
    """Who is restarting brokers, be it by a request or by a rolling restart made in Ambari."""
    for request in view.requests:
        if request.tasks and not request.ended and not all(task.finished for task in request.tasks):
            who = request.user or "somebody"
            return f"request {request.id} of {who} ({request.context}) is under way"
    if view.schedules:
        # Ambari leaves one that failed as it is: its page lists it until somebody aborts it.
        return f"the rolling restart {view.schedules[0]} made in Ambari is under way (or failed, not aborted)"
    return None


def why_not_restart(view: View, batch: Sequence[Broker], unit: Unit, settle: float) -> str | None:
    """Why these brokers can't be restarted now; None: they can.

    Brokers that do not run may be restarted whatever else is wrong. `settle` is how many seconds must have
    passed since the last restart, whoever made it.
    """
    busy = others_at_work(view)
    if busy:
        return busy
    if unit == "all" or not any(broker.started for broker in batch):
        return None
    hosts = {broker.host for broker in batch}
    down = [broker for broker in view.brokers if not broker.started and broker.host not in hosts]
    if down:
        return f"{states(down)}, and no broker is restarted while another one is not running"
    if view.verdict.answer == "wait":
        return view.verdict.reason
    ended = last_restart(view.requests)
    # The server tells its time in whole seconds: an end may seem to lie ahead.
    rested = max(0.0, view.now - ended) if ended is not None else settle
    return f"the last restart of a broker ended only {rested:.0f} s ago" if rested < settle else None


def why_not_settled(view: View, hosts: Collection[str], running: float, settle: float) -> str | None:
    """Why the roll can't go on after a restart on hosts whose brokers have run for `running` seconds.

    While another broker is down no gate opens: that one comes next, and until it runs no running one does.
    """
    down = [broker for broker in view.brokers if broker.host in hosts and not broker.started]
    if down:
        return states(down)
    busy = others_at_work(view)
    if busy:
        return busy
    if view.verdict.answer == "wait" and all(broker.started for broker in view.brokers):
        return view.verdict.reason
    return f"running, watched for another {settle - running:.0f} s" if running < settle else None


def last_restart(requests: Sequence[Request]) -> float | None:
    """When the last task on a broker ended, in the server's time."""
    ends = [task.ended for request in requests for task in request.tasks if task.ended is not None]
    return max(ends, default=None)


def failed_tasks(request: Request) -> list[Task]:
    return [task for task in request.tasks if task.finished and task.status != "COMPLETED"]


def missing_hosts(request: Request, hosts: Collection[str]) -> list[str]:
    """Hosts that were asked for and got no task: maintenance modes make Ambari drop some silently."""
    return sorted(set(hosts) - {task.host for task in request.tasks})


def names(brokers: Sequence[Broker]) -> str:
    return ", ".join(f"{broker.short_name} ({broker.ip})" for broker in brokers)


def states(brokers: Sequence[Broker]) -> str:
    return ", ".join(
        f"{broker.short_name} ({broker.ip}) is {broker.state}"
        + (f", its host {broker.host_state}" if broker.host_state not in ("", "HEALTHY") else "")
        for broker in brokers
    )


def _missed_the_save(host: str, requests: Sequence[Request], saved: float) -> bool:
    """Did a restart that began before the save end after it, with none after that?"""
    started = [
        (task.started, task)
        for request in requests
        for task in request.tasks
        if task.host == host and task.started is not None
    ]
    if not started:
        return False
    began, newest = max(started, key=lambda item: item[0])
    return (
        began < saved and newest.status == "COMPLETED" and newest.ended is not None and newest.ended > saved
    )
