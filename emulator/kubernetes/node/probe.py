"""The health of a container: its probes' results, counted against their thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emulator.kubernetes.server.objects import PROBES, ProbeName


@dataclass(frozen=True)
class ProbeHistory:
    """The latest results of one probe, counted against its thresholds."""

    success_threshold: int
    failure_threshold: int
    passing: bool
    """Whether the probe counts as passing at present."""
    streak: int = 0
    """How many results in a row have been the same as the last."""
    last: bool | None = None

    @classmethod
    def of(cls, name: ProbeName, specification: Mapping[str, Any]) -> "ProbeHistory":
        """The history before the first result: a liveness probe passes, the others don't."""
        return cls(
            success_threshold=specification.get("successThreshold", 1),
            failure_threshold=specification.get("failureThreshold", 3),
            passing=name == "livenessProbe",
        )

    def record(self, success: bool) -> "ProbeHistory":
        """The history with one more result."""
        streak = self.streak + 1 if success == self.last else 1
        threshold = self.success_threshold if success else self.failure_threshold
        passing = success if streak >= threshold else self.passing
        return replace(self, streak=streak, last=success, passing=passing)

    @property
    def failed(self) -> bool:
        """Whether the latest results were failures, as many in a row as `failure_threshold` says or more."""
        return self.last is False and self.streak >= self.failure_threshold


@dataclass(frozen=True)
class ContainerHealth:
    """All probes of one run of a container. A probe that is not declared counts as passing."""

    histories: Mapping[ProbeName, ProbeHistory]

    @classmethod
    def of(cls, container: Mapping[str, Any]) -> "ContainerHealth":
        """The health of a container that has just started."""
        return cls({name: ProbeHistory.of(name, container[name]) for name in PROBES if name in container})

    def record(self, name: ProbeName, success: bool) -> "ContainerHealth":
        """The health with one more result."""
        return ContainerHealth({**self.histories, name: self.histories[name].record(success)})

    @property
    def started(self) -> bool:
        """Whether the startup probe, if any, has passed; the other probes wait for that."""
        return self._passing("startupProbe")

    @property
    def ready(self) -> bool:
        """Whether Services may send traffic here."""
        return self.started and self._passing("readinessProbe")

    @property
    def failed_probe(self) -> ProbeName | None:
        """The failed startup or liveness probe for which the container has to be killed, if any."""
        names: tuple[ProbeName, ...] = ("startupProbe", "livenessProbe")
        return next((name for name in names if name in self.histories and self.histories[name].failed), None)

    def runs(self, name: ProbeName) -> bool:
        """Whether this probe runs at present: the startup probe until it passes, then the others."""
        return name in self.histories and (name == "startupProbe") != self.started

    def _passing(self, name: ProbeName) -> bool:
        return name not in self.histories or self.histories[name].passing
