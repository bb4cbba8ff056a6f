"""Questions asked before a broker is restarted and after: may the roll go on?

A gate can veto (wait), vouch (go), or not know. They are asked where Kafka's own view can't be (`witness`):
it knows more than any of them, and knows it now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..api.errors import NotPermitted, Rejected

Answer = Literal["go", "wait", "unknown"]


@dataclass(frozen=True)
class Verdict:
    answer: Answer
    reason: str


@dataclass(frozen=True)
class Moment:
    """When is asked, in the server's time (seconds since the epoch)."""

    now: float
    last_restart: float | None
    """When the last restart of a broker ended; None: not lately."""


class Gate(Protocol):
    def ask(self, moment: Moment) -> Verdict: ...


class Metrics(Protocol):
    def metrics(self, fields: str) -> Mapping[str, Any]: ...


def combined(verdicts: Sequence[Verdict]) -> Verdict:
    """One veto suffices to wait, one voucher to go."""
    for answer in ("wait", "go"):
        for verdict in verdicts:
            if verdict.answer == answer:
                return verdict
    return Verdict("unknown", "; ".join(verdict.reason for verdict in verdicts) or "no gate is set up")


class UnderReplicatedGate:
    """Under-replicated partitions, as far as Ambari's metrics can be trusted.

    Only the time series, without padding, of the sum over brokers: the point-in-time value is an average
    without a time, and padding invents zeros. A series may be cached, so every point's own time counts.
    The newest point can veto; only when all points since the last restart agree the gate vouches.
    """

    max_age = 240.0
    """Seconds. The collector aggregates every two minutes; up to four pass before a value shows."""

    _METRIC = "metrics/kafka/server/ReplicaManager/UnderReplicatedPartitions._sum"

    def __init__(self, source: Metrics):
        self._source = source

    def ask(self, moment: Moment) -> Verdict:
        oldest = max(moment.now - self.max_age, moment.last_restart or 0.0)
        fields = f"{self._METRIC}[{int(oldest)},{int(moment.now)},15],params/padding/NONE"
        try:
            metrics = self._source.metrics(fields)
        except (Rejected, NotPermitted):
            return Verdict("unknown", "Ambari does not tell this user its metrics")
        points = [point for point in _points(metrics) if point[1] > oldest]
        if not points:
            return Verdict(
                "unknown", "Ambari has no metric of under-replicated partitions since the last restart"
            )
        newest, time = max(points, key=lambda point: point[1])
        if newest > 0:
            return Verdict("wait", f"{newest:.0f} partitions are under-replicated")
        if any(value > 0 for value, _ in points):
            return Verdict(
                "unknown", f"partitions were under-replicated less than {moment.now - oldest:.0f} s ago"
            )
        return Verdict("go", f"no partition was under-replicated {moment.now - time:.0f} s ago")


def _points(metrics: Mapping[str, Any]) -> list[tuple[float, float]]:
    """(value, seconds since the epoch) of the points that hold a value; an integer is invented by Ambari."""
    node: Any = metrics
    for key in ("kafka", "server", "ReplicaManager"):
        node = node.get(key, {}) if isinstance(node, Mapping) else {}
    series = node.get("UnderReplicatedPartitions._sum") if isinstance(node, Mapping) else None
    if not isinstance(series, list):
        return []
    points = [point for point in series if isinstance(point, list) and len(point) == 2]
    return [
        (value, time / 1000 if time > 1e11 else time)
        for value, time in points
        if isinstance(value, float) and isinstance(time, int | float)
    ]
