"""What Ambari says about one Kafka service, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

MaintenanceState = Literal["ON", "OFF"]

STARTED = "STARTED"
INSTALLED = "INSTALLED"
"""Ambari's word for a broker that does not run."""
NOT_INSTALLED = frozenset({"INIT", "INSTALLING", "INSTALL_FAILED"})
"""States of a broker that was added and has never been started."""
FINISHED = frozenset({"COMPLETED", "FAILED", "ABORTED", "TIMEDOUT", "SKIPPED_FAILED"})
"""Statuses that a task does not leave again (Ambari's HostRoleStatus)."""


@dataclass(frozen=True)
class Configuration:
    """One config type at one version: `kafka-env`, `kafka-broker`, ..."""

    tag: str
    properties: Mapping[str, str]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """`properties_attributes` (final, password, ...), to be carried over when the type is saved."""


@dataclass(frozen=True)
class ServiceVersion:
    """One version of the service's whole configuration, in its default group."""

    number: int
    note: str
    created: float
    """Seconds since the epoch, by the server's clock."""
    types: Mapping[str, Configuration]


@dataclass(frozen=True)
class GroupOverride:
    """What a config group sets differently for its hosts."""

    group: str
    hosts: Sequence[str]
    properties: Mapping[str, Mapping[str, str]]
    created: float = 0.0
    """Seconds since the epoch, by the server's clock."""


@dataclass(frozen=True)
class CurrentConfiguration:
    version: ServiceVersion
    overrides: Sequence[GroupOverride]

    @property
    def changed(self) -> float:
        """When the newest of it was saved, config groups included."""
        return max([self.version.created, *(override.created for override in self.overrides)])


@dataclass(frozen=True)
class Broker:
    host: str
    ip: str
    rack: str
    state: str
    stale: bool
    host_state: str = "HEALTHY"
    desired_state: str = STARTED

    @property
    def started(self) -> bool:
        return self.state == STARTED

    @property
    def died(self) -> bool:
        """Not running although nobody stopped it. Of a silent host (UNKNOWN) nobody can tell."""
        return self.state == INSTALLED and self.desired_state == STARTED

    @property
    def stopped(self) -> bool:
        """Not running because somebody stopped it, or has not started it for the first time yet."""
        return not self.started and not self.joining and self.desired_state == INSTALLED

    @property
    def joining(self) -> bool:
        """Added, and not even installed yet: it holds no data, and no client knows it."""
        return self.state in NOT_INSTALLED

    @property
    def in_service(self) -> bool:
        """Running, or meant to run."""
        return not self.stopped and not self.joining

    @property
    def down(self) -> bool:
        """Not running although it is meant to, as far as anybody can tell."""
        return self.in_service and not self.started

    @property
    def short_name(self) -> str:
        return self.host.split(".")[0]


@dataclass(frozen=True)
class Task:
    """What one request does on one broker's host."""

    host: str
    status: str
    started: float | None = None
    ended: float | None = None
    """Seconds since the epoch by the server's clock; None: not yet."""
    id: int = 0
    command: str = "RESTART"
    """Ambari's word: START, STOP, INSTALL, RESTART..."""

    @property
    def finished(self) -> bool:
        return self.status in FINISHED

    @property
    def starts(self) -> bool:
        """Does the broker run with what is configured at its beginning, once it has completed?"""
        return self.command in ("START", "RESTART")


@dataclass(frozen=True)
class Request:
    """A request to Ambari that has tasks for brokers."""

    id: int
    status: str
    context: str
    user: str
    ended: bool
    """By `end_time`: a request may say FAILED while some of its tasks still run."""
    tasks: Sequence[Task]
