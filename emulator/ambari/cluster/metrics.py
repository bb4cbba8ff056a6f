"""AMBARI_METRICS: a component's metrics, aggregated over its hosts, delayed and without a timestamp.

Sources: for names, common-services/KAFKA/0.9.0/metrics.json of Apache Ambari 2.7.3; for intervals and
aggregation, its ams-site.xml, and PhoenixTransactSQL.java of ambari-metrics-timelineservice.
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
"""The component with metrics: Ambari has a mapping for no other one here."""

SLICE = 30.0
"""Seconds between two samples."""

SLICES_PER_WRITE = 4
"""How many samples are written at a time, and become visible together."""

_NAMES = {
    "kafka/server/ReplicaManager/UnderReplicatedPartitions",
    "kafka/server/ReplicaManager/PartitionCount",
    "kafka/server/ReplicaManager/LeaderCount",
    "kafka/controller/KafkaController/ActiveControllerCount",
    # Kafka has this metric at KafkaController, so under Ambari's name for it there are never any values.
    "kafka/controller/ControllerStats/OfflinePartitionsCount",
}
_MIN_MILLISECONDS = 10**11

MetricValues = Mapping[str, float]
"""Values by path below "metrics", each of them also with the suffixes ._avg, ._sum, ._max and ._min."""


@dataclass(frozen=True)
class Row:
    """The aggregated values of one slice."""

    second: int
    """Since the epoch."""
    values: MetricValues


class Collector:
    """Collects and aggregates the metrics that the agents of the component's hosts report. Thread-safe."""

    def __init__(self, agents: Sequence[Agent]) -> None:
        self._agents = list(agents)
        self._lock = threading.Lock()
        self._unwritten: list[Row] = []
        self._written: list[Row] = []

    def sample(self) -> None:
        """Takes the sample of one slice. A host that reports nothing is left out of sum and average."""
        wanted = sorted(name.replace("/", ".") for name in _NAMES)
        with self._lock:
            agents = list(self._agents)
        reports = [agent.metrics(wanted) for agent in agents]
        aggregated: dict[str, float] = {}
        for name in _NAMES:
            values = [report[key] for report in reports if (key := name.replace("/", ".")) in report]
            if values:
                aggregated |= _aggregated(name, values)
        if aggregated:
            with self._lock:
                self._unwritten.append(Row(int(time.time()), aggregated))

    def add(self, agent: Agent) -> None:
        """Adds the agent of a further host."""
        with self._lock:
            self._agents.append(agent)

    def write(self) -> None:
        """Makes the samples since the last write visible."""
        with self._lock:
            self._written += self._unwritten
            self._unwritten.clear()

    def metrics_category(self, query: Query) -> dict[str, Any]:
        """The "metrics" category of the component: the last values, or series where the query has windows.

        The last values are shown whatever their age. Raises AmbariError 400 for a window that is no numbers.
        """
        with self._lock:
            rows = list(self._written)
        shown: dict[str, Any] = dict(rows[-1].values) if rows else {}
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
    by_second = {row.second: row.values[name] for row in rows if name in row.values}
    points = [
        [value, second] for second, value in sorted(by_second.items()) if bounds[0] <= second <= bounds[1]
    ]
    if points and padding != "NONE":
        # With other paddings, Ambari fills gaps in the window with values that were never measured.
        raise NotModelledError("temporal metrics with a padding other than NONE")
    return points


def _seconds(text: str) -> float:
    try:
        number = int(text)
    except ValueError:
        raise AmbariError(400, f'For input string: "{text}"') from None
    return number / 1000 if number >= _MIN_MILLISECONDS else number


def _put(target: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {})
    target[path[-1]] = value
