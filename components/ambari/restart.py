"""Pure: which brokers have to be restarted, which next, and is it safe to go on?

The rules are those of the careful ones: unready brokers first, never a second broker down (Strimzi's
KafkaRoller), a stable cluster before the next (Yelp's kafka-utils), nothing while anybody else restarts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from .model import Broker, Request, Task

Unit = Literal["broker", "rack", "all"]


@dataclass(frozen=True)
class Pace:
    """How long is waited, in seconds."""

    poll: float = 2.0
    settle: float = 30.0
    """A broker must have run this long when a gate vouches: more than the 20 s between Ambari's checks."""
    settle_unvouched: float = 60.0
    """The same when no gate knows."""
    restart: float = 1800.0
    """For one request: 1200 s for Kafka's start script and Ambari's 600 s (metainfo.xml, ActionScheduler)."""
    others: float = 1800.0
    """For other people's restarts to end."""
    health: float = 900.0
    """For all other brokers to run and every gate to open."""
    down: float = 60.0
    """After its restart a broker may be seen not running for this long before that is a failure."""


def stale_brokers(brokers: Sequence[Broker], requests: Sequence[Request], saved: float) -> list[Broker]:
    """Brokers that do not run with the current configuration, which was saved at `saved` (server's time).

    Ambari's flag alone misses one case: a save during a restart is forgotten when that restart completes,
    although the broker may have started with the older configuration.
    """
    missed = {broker.host for broker in brokers if _started_before(broker.host, requests, saved)}
    return [broker for broker in brokers if broker.stale or broker.host in missed]


def batches(stale: Sequence[Broker], unit: Unit) -> list[list[Broker]]:
    """Which brokers are restarted together, in order: first those that do not run, which harms nobody."""
    ready_last = sorted(stale, key=lambda broker: broker.started)
    if unit == "all":
        return [ready_last] if ready_last else []
    if unit == "broker":
        return [[broker] for broker in ready_last]
    racks: dict[str, list[Broker]] = {}
    for broker in ready_last:
        racks.setdefault(broker.rack, []).append(broker)
    return list(racks.values())


def under_way(requests: Sequence[Request]) -> Request | None:
    """A request, anybody's, that still has something to do on a broker."""
    for request in requests:
        if request.tasks and not request.ended and not all(task.finished for task in request.tasks):
            return request
    return None


def not_running(brokers: Sequence[Broker], apart_from: Collection[str]) -> list[Broker]:
    return [broker for broker in brokers if not broker.started and broker.host not in apart_from]


def last_restart(requests: Sequence[Request]) -> float | None:
    """When the last task on a broker ended, in the server's time."""
    ends = [task.ended for request in requests for task in request.tasks if task.ended is not None]
    return max(ends, default=None)


def failed_tasks(request: Request) -> list[Task]:
    return [task for task in request.tasks if task.finished and task.status != "COMPLETED"]


def missing_hosts(request: Request, hosts: Collection[str]) -> list[str]:
    """Hosts that were asked for and got no task: maintenance modes make Ambari drop some silently."""
    return sorted(set(hosts) - {task.host for task in request.tasks})


def _started_before(host: str, requests: Sequence[Request], saved: float) -> bool:
    """Did a restart that began before the save end after it, with none after that?"""
    tasks = [task for request in requests for task in request.tasks if task.host == host and task.started]
    if not tasks:
        return False
    newest = max(tasks, key=lambda task: task.started or 0.0)
    return (
        (newest.started or 0.0) < saved and newest.status == "COMPLETED" and (newest.ended or saved) > saved
    )
