"""The records that Ambari keeps in its database. Their fields are keys of the documents on disk."""

import time
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from emulator.store import Store

FINISHED = frozenset({"COMPLETED", "FAILED", "ABORTED", "TIMEDOUT"})
"""The task states that are final."""


def now_milliseconds() -> int:
    """The time as Ambari writes it: milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass
class Configuration:
    """One version of one configuration type. Never changes once it is stored."""

    type: str
    tag: str
    version: int
    properties: dict[str, str]
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class ServiceVersion:
    """One version of a service's whole configuration, for the cluster or for a config group."""

    service: str
    version: int
    user: str
    note: str | None
    created: int
    types: dict[str, str]
    """Configuration type -> tag."""
    group: int | None = None
    group_name: str = "Default"
    hosts: list[str] = field(default_factory=list)
    current: bool = True


@dataclass
class ConfigGroup:
    """A group of hosts for which some configuration types are overridden."""

    id: int
    name: str
    service: str
    description: str
    hosts: list[str]
    types: dict[str, str]


@dataclass
class Host:
    """A host of the cluster."""

    name: str
    ip: str
    rack: str = "/default-rack"
    maintenance: str = "OFF"
    heartbeat_lost: bool = False
    last_heartbeat: int = 0


@dataclass
class HostComponent:
    """A component on a host."""

    host: str
    component: str
    service: str
    state: str
    desired_state: str
    stale: bool = False
    maintenance: str = "OFF"


@dataclass
class Task:
    """One command on one host."""

    id: int
    stage: int
    host: str
    service: str
    component: str
    command: str
    status: str = "PENDING"
    start_time: int = -1
    end_time: int = -1
    attempts: int = 0
    exit_code: int = 999
    stdout: str = ""
    stderr: str = ""

    @property
    def finished(self) -> bool:
        return self.status in FINISHED


@dataclass
class Request:
    """A request (background operation): tasks in stages, which run one after another."""

    id: int
    context: str | None
    user: str
    created: int
    tasks: list[Task]
    operation_level: str | None = None
    filters: list[dict[str, Any]] = field(default_factory=list)
    custom: bool = True
    """Whether it was posted as a custom command (RESTART), and not as a change of a desired state."""
    start_time: int = -1
    end_time: int = -1

    @property
    def finished(self) -> bool:
        return self.end_time > 0


@dataclass
class BatchRequest:
    """One request of a request schedule."""

    order: int
    uri: str
    body: str
    """The body in JSON."""
    status: str | None = None
    return_code: int | None = None


@dataclass
class RequestSchedule:
    """Requests to be submitted one after the other, such as a rolling restart from Ambari's web page."""

    id: int
    user: str
    created: int
    updated: int
    description: str | None
    separation: float
    """Seconds between the end of a request and the next one."""
    tolerance: int
    """How many tasks may fail; with more, no further request is submitted."""
    batch: list[BatchRequest]
    status: str = "SCHEDULED"


@dataclass
class Artifact:
    """A named JSON object at the cluster (service "") or at a service."""

    service: str
    name: str
    data: dict[str, Any]


@dataclass
class User:
    """A local user."""

    name: str
    password_hash: str
    created: int
    active: bool = True
    roles: list[str] = field(default_factory=list)
    failures: int = 0


@dataclass
class Counters:
    """The last id of each kind, and the maintenance mode of each service."""

    request: int = 0
    task: int = 0
    group: int = 0
    schedule: int = 0
    maintenance: dict[str, str] = field(default_factory=dict)


Record = TypeVar("Record")


class Table(Generic[Record]):
    """The records of one kind, in memory and in the store. Not thread-safe: the cluster's lock guards it."""

    def __init__(self, store: Store, kind: str, record_type: type[Record]) -> None:
        self._store = store
        self._prefix = f"{kind}/"
        self._adapter: TypeAdapter[Record] = TypeAdapter(record_type)
        self._records = {
            key.removeprefix(self._prefix): self._adapter.validate_python(document)
            for key, document in store.items()
            if key.startswith(self._prefix)
        }

    def save(self, key: str, record: Record) -> None:
        """Stores a new or changed record. On return it is on disk."""
        self._store.put(self._prefix + key, self._adapter.dump_python(record))
        self._records[key] = record

    def get(self, key: str) -> Record | None:
        """The record under `key`, or None."""
        return self._records.get(key)

    def delete(self, key: str) -> None:
        """Deletes a record that exists."""
        del self._records[key]
        self._store.delete(self._prefix + key)

    def all(self) -> list[Record]:
        """All records in the order in which they were first saved."""
        return list(self._records.values())
