"""Keeps the status of a pod in the API server up to date, as its kubelet does."""

import datetime
from dataclasses import replace

from emulator.kubernetes.node import podstatus
from emulator.kubernetes.node.podstatus import ContainerReport, Placement
from emulator.kubernetes.node.probe import ContainerHealth
from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.objects import Object, timestamp


class PodReporter:
    """Reports the phases of one pod and the states of its container. Used by one thread."""

    def __init__(self, pod: Object, objects: ObjectStore, placement: Placement) -> None:
        self.pod = pod
        """The pod with the status that was reported last."""
        self.placement = placement
        self._objects = objects
        self._report = ContainerReport(podstatus.waiting("ContainerCreating"))

    def publish(self, phase: str) -> None:
        """Writes the pod's status, if it has changed, with this phase."""
        status = self.status(phase)
        if status != self.pod["status"]:
            self.pod = {**self.pod, "status": status}
            self._objects.set_status(self.pod, status)

    def status(self, phase: str) -> Object:
        """The pod's present status with this phase."""
        return podstatus.pod_status(self.pod, phase, self.placement, self._report, now())

    def waits(self, reason: str, message: str = "") -> None:
        """Reports that the pod is pending because its container can't run yet."""
        self._report = replace(self._report, state=podstatus.waiting(reason, message))
        self.publish("Pending")

    def runs(self, started_at: str, health: ContainerHealth) -> None:
        """Reports that the container has started."""
        self._report = replace(self._report, state=podstatus.running(started_at))
        self.health_changes(health)

    def health_changes(self, health: ContainerHealth) -> None:
        """Reports what the probes say of the running container."""
        self._report = replace(self._report, started=health.started, ready=health.ready)
        self.publish("Running")

    def ends(self, state: Object) -> None:
        """Reports that the container has ended. `state`: its terminated state."""
        self._report = replace(self._report, state=state, ready=False, started=False)
        self.publish("Running")

    def backs_off(self, message: str) -> None:
        """Reports that the container waits for its next restart."""
        self._report = replace(
            self._report,
            last_state=self._report.state,
            state=podstatus.waiting("CrashLoopBackOff", message),
            restarts=self._report.restarts + 1,
        )
        self.publish("Running")

    def last_phase(self) -> str:
        """The phase of a pod that was asked to end. One whose container never ran has failed, too."""
        ended = self._report.state.get("terminated", {})
        return "Succeeded" if ended.get("exitCode") == 0 else "Failed"


def now() -> str:
    """The present time as the API writes it."""
    return timestamp(datetime.datetime.now(datetime.UTC))
