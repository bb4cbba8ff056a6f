"""What AMBARI_METRICS tells of a component: figures of its hosts taken together, late and without an age.

Names: common-services/KAFKA/0.9.0/metrics.json of Apache Ambari 2.7.3. Intervals and aggregation: its
ams-site.xml, and PhoenixTransactSQL.java of ambari-metrics-timelineservice.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.ambari.cluster.agent import Agent
from emulator.ambari.errors import AmbariError, NotModelledError
from emulator.ambari.query.query import Query

COMPONENT = "KAFKA_BROKER"
"""The only component whose metrics Ambari has a mapping for."""

SLICE = 30.0
"""Seconds between two figures."""

SLICES_A_WRITE = 4
"""Figures are written, and then seen, so many at a time."""

_NAMES = {
    "kafka/server/ReplicaManager/UnderReplicatedPartitions",
    "kafka/server/ReplicaManager/PartitionCount",
    "kafka/server/ReplicaManager/LeaderCount",
    "kafka/controller/KafkaController/ActiveControllerCount",
    # Kafka has this one at KafkaController: under the name that Ambari knows there are never any figures.
    "kafka/controller/ControllerStats/OfflinePartitionsCount",
}
_MILLISECONDS_FROM = 10**11

Figures = Mapping[str, float]
"""Values by path below "metrics", each also as ._avg, ._sum, ._max and ._min."""


@dataclass(frozen=True)
class Row:
    """The aggregated figures of one slice."""

    second: int
    figures: Figures


class Collector:
    """Collects what the agents of the component's hosts report. Thread-safe."""

    def __init__(self, agents: Sequence[Agent]) -> None:
        self._agents = list(agents)
        self._lock = threading.Lock()
        self._unwritten: list[Row] = []
        self._written: list[Row] = []

    def sample(self) -> None:
        """Takes the figures of one slice. A host that reports nothing simply drops out of the sum."""
        wanted = sorted(name.replace("/", ".") for name in _NAMES)
        with self._lock:
            agents = list(self._agents)
        reports = [agent.metrics(wanted) for agent in agents]
        figures: dict[str, float] = {}
        for name in _NAMES:
            values = [report[key] for report in reports if (key := name.replace("/", ".")) in report]
            if values:
                figures |= _aggregated(name, values)
        if figures:
            with self._lock:
                self._unwritten.append(Row(int(time.time()), figures))

    def add(self, agent: Agent) -> None:
        """Collects what this agent reports, too."""
        with self._lock:
            self._agents.append(agent)

    def write(self) -> None:
        """Makes the slices since the last time visible."""
        with self._lock:
            self._written += self._unwritten
            self._unwritten.clear()

    def tree(self, query: Query) -> dict[str, Any]:
        """The "metrics" category of the component, as this query sees it: last figures, or series of them.

        The last figures are shown whatever their age. Raises AmbariError 400 for a window that is no numbers.
        """
        with self._lock:
            rows = list(self._written)
        shown: dict[str, Any] = dict(rows[-1].figures) if rows else {}
        for field, window in query.windows:
            name = field.removeprefix("metrics/")
            series = _series(rows, name, window, query.padding)
            shown.pop(name, None)
            if series:
                shown[name] = series
        nested: dict[str, Any] = {}
        for name, value in shown.items():
            _put(nested, name.split("/"), value)
        return nested


def _aggregated(name: str, values: Sequence[float]) -> dict[str, float]:
    total = float(sum(values))
    average = total / len(values)
    return {
        name: average,
        f"{name}._avg": average,
        f"{name}._max": float(max(values)),
        f"{name}._min": float(min(values)),
        f"{name}._sum": total,
    }


def _series(rows: Sequence[Row], name: str, window: str, padding: str | None) -> list[list[float]]:
    if padding not in (None, "NONE", "NULLS", "ZEROS"):
        exception = "org.apache.ambari.server.controller.spi.SystemException"
        raise AmbariError(500, f"{exception}: Error loading deferred resources")
    bounds = [_seconds(text) for text in window.split(",")]
    if len(bounds) == 1:
        return []
    by_second = {row.second: row.figures[name] for row in rows if name in row.figures}
    points = [
        [value, second] for second, value in sorted(by_second.items()) if bounds[0] <= second <= bounds[1]
    ]
    if points and padding != "NONE":
        # Ambari fills the window with values that nobody measured.
        raise NotModelledError("temporal metrics with a padding other than NONE")
    return points


def _seconds(text: str) -> float:
    try:
        number = int(text)
    except ValueError:
        raise AmbariError(400, f'For input string: "{text}"') from None
    return number / 1000 if number >= _MILLISECONDS_FROM else number


def _put(target: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {})
    target[path[-1]] = value
