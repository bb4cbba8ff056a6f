"""Pure: which brokers have to be restarted, which next, and is it safe to go on?

The rules are those of the careful ones: unready brokers first, never a second broker down (Strimzi's
KafkaRoller), a stable cluster before the next (Yelp's kafka-utils), nothing while anybody else restarts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ...settings.values.restarts import RestartUnit
from ..api.model import INSTALLED, Broker, Request, Task
from .gates import Verdict
from .seen import Seen

Unit = RestartUnit | Literal["all"]


@dataclass(frozen=True)
class Pace:
    """How long is waited, in seconds."""

    poll: float = 2.0
    look: float = 0.5
    """From one look at Kafka's view to the next, while Ambari has nothing against going on."""
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
    stable: int = 3
    """So many rounds of Kafka's view in a row have to say the same: a few seconds each."""
    view: float = 900.0
    """For Kafka's view to be there at first: a role by which its image is pulled takes up to 600 s.

    https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
    """
    view_unknown: float = 60.0
    """The same where what keeps it away hardly passes: no right to read it, topics that are hidden."""


@dataclass(frozen=True)
class View:
    """Everything that is known at one moment."""

    brokers: Sequence[Broker]
    requests: Sequence[Request]
    schedules: Sequence[str]
    verdict: Verdict
    now: float
    """Seconds since the epoch, by the server's clock."""
    kafka: Seen | None = None
    """Kafka's own view; None: the roll goes without it."""


@dataclass(frozen=True)
class Start:
    """A start or restart of one broker."""

    began: float
    """Seconds since the epoch, by the server's clock."""
    task: Task
    request: Request


def stale_brokers(brokers: Sequence[Broker], requests: Sequence[Request], saved: float) -> list[Broker]:
    """Brokers that do not run with the current configuration, which was saved at `saved` (server's time).

    Ambari's flag alone misses two cases. A save during a restart is forgotten when that restart completes,
    although the broker may have started with the older configuration. And a restart counts as completed when
    the start script is through, although the broker may end a second later. Where it says too much the flag
    is left out before (`staleness`). A broker that is not in service gets everything when it is started.
    """
    return [
        broker
        for broker in brokers
        if broker.in_service
        and (broker.stale or broker.died or _missed_the_save(broker.host, requests, saved))
    ]


def started_after(host: str, requests: Sequence[Request], moment: float) -> bool:
    """Did a start of this host's broker begin after `moment`, and complete?"""
    return any(start.task.status == "COMPLETED" and start.began > moment for start in _starts(host, requests))


def last_start(host: str, requests: Sequence[Request]) -> Start | None:
    """The newest start or restart of this host's broker, however it ended; None: none is known."""
    return max(_starts(host, requests), key=lambda start: start.began, default=None)


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


def known_unit(unit: Unit, brokers: Sequence[Broker]) -> Unit:
    """The unit; a broker in place of a rack where Ambari knows none.

    It puts every host into one default rack until somebody tells it more. `brokers` are all that there are.
    """
    return "broker" if unit == "rack" and len({broker.rack for broker in brokers}) < 2 else unit


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
    down = [broker for broker in view.brokers if broker.down and broker.host not in hosts]
    if down:
        return f"{states(down)}, and no broker is restarted while another one is not running"
    if view.verdict.answer == "wait":
        stopped = [broker for broker in view.brokers if broker.stopped]
        return view.verdict.reason + (f", while {states(stopped)}, stopped on purpose" if stopped else "")
    ended = last_restart(view.requests)
    # The server tells its time in whole seconds: an end may seem to lie ahead.
    rested = max(0.0, view.now - ended) if ended is not None else settle
    return f"the last restart of a broker ended only {rested:.0f} s ago" if rested < settle else None


def why_not_settled(view: View, hosts: Collection[str], running: float, settle: float) -> str | None:
    """Why the roll can't go on after a restart on hosts whose brokers have run for `running` seconds.

    While another broker is down no gate opens: that one comes next, and until it runs no running one does.
    """
    down = [broker for broker in view.brokers if broker.host in hosts and broker.down]
    if down:
        return states(down)
    busy = others_at_work(view)
    if busy:
        return busy
    if view.verdict.answer == "wait" and not any(broker.down for broker in view.brokers):
        return view.verdict.reason
    return f"running, watched for another {settle - running:.0f} s" if running < settle else None


def idle(brokers: Sequence[Broker], maintained: bool) -> list[str]:
    """What to warn of: brokers that are left alone, as nobody wants them to run or has started them yet.

    `maintained`: Kafka is in maintenance mode, be it by somebody else.
    """
    later = "it is left alone, and gets the settings when it is started"
    stopped = [
        f"{states([broker])}, as somebody wants it to be (stopped on purpose, or not started yet): {later}"
        for broker in brokers
        if broker.stopped and broker.state == INSTALLED
    ]
    skipped = (
        ". Kafka is in maintenance mode: starts without operation_level are skipped, and Ambari says nothing"
        if maintained
        else ""
    )
    joining = [
        f"{states([broker])}, it was added and has not been started: {later}{skipped}"
        for broker in brokers
        if broker.joining
    ]
    return stopped + joining


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
    """Did a start that began before the save end after it, with none after that?"""
    start = last_start(host, requests)
    if start is None or start.task.status != "COMPLETED" or start.task.ended is None:
        return False
    return start.began < saved < start.task.ended


def _starts(host: str, requests: Sequence[Request]) -> Iterator[Start]:
    for request in requests:
        for task in request.tasks:
            if task.host == host and task.starts and task.started is not None:
                yield Start(task.started, task, request)
