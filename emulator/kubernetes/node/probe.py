"""What a container's probes say about it: pure state, told of results one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from emulator.kubernetes.server.objects import PROBES, ProbeName


@dataclass(frozen=True)
class ProbeHistory:
    """One probe's results in a row, counted against its thresholds."""

    success_threshold: int
    failure_threshold: int
    passing: bool
    """What the probe says at present."""
    row: int = 0
    """Results in a row of the kind that came last."""
    last: bool | None = None

    @classmethod
    def of(cls, name: ProbeName, specification: Mapping[str, Any]) -> "ProbeHistory":
        """Before the first result: alive, but neither started nor ready."""
        return cls(
            success_threshold=specification.get("successThreshold", 1),
            failure_threshold=specification.get("failureThreshold", 3),
            passing=name == "livenessProbe",
        )

    def record(self, success: bool) -> "ProbeHistory":
        """The history with one more result."""
        row = self.row + 1 if success == self.last else 1
        threshold = self.success_threshold if success else self.failure_threshold
        passing = success if row >= threshold else self.passing
        return replace(self, row=row, last=success, passing=passing)

    @property
    def failed(self) -> bool:
        """As many failures in a row as the threshold allows, or more."""
        return self.last is False and self.row >= self.failure_threshold


@dataclass(frozen=True)
class ContainerHealth:
    """All probes of one run of a container. Without a probe, its question is answered yes."""

    histories: Mapping[ProbeName, ProbeHistory]

    @classmethod
    def of(cls, container: Mapping[str, Any]) -> "ContainerHealth":
        """That of a container that has just started."""
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
    def verdict(self) -> ProbeName | None:
        """The probe because of which the container must be killed, if any."""
        names: tuple[ProbeName, ...] = ("startupProbe", "livenessProbe")
        return next((name for name in names if name in self.histories and self.histories[name].failed), None)

    def runs(self, name: ProbeName) -> bool:
        """Whether this probe is asked at present: the startup probe until it passes, then the others."""
        return name in self.histories and (name == "startupProbe") != self.started

    def _passing(self, name: ProbeName) -> bool:
        return name not in self.histories or self.histories[name].passing
