"""Asks a container's probes at their intervals."""

import threading
from collections.abc import Callable

from emulator.kubernetes.node.asking import Answer, Asked
from emulator.kubernetes.node.probe import ContainerHealth
from emulator.kubernetes.server.objects import PROBES, Object, ProbeName
from emulator.network.world import WorldEnded

Report = Callable[[ProbeName, Answer], None]

# Kubelets ask containers that aren't ready yet more often than periodSeconds, "to make the Pod ready faster".
# https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
_IMPATIENT = 1.0


class Prober:
    """The probes of one run of a container, a thread each."""

    def __init__(
        self, container: Object, asked: Asked, health: Callable[[], ContainerHealth], report: Report
    ) -> None:
        """`health` is that of the run at present; `report` is told each answer."""
        self._asked = asked
        self._health = health
        self._report = report
        self._stopped = threading.Event()
        for name in PROBES:
            if name in container:
                threading.Thread(
                    target=self._run, args=(name, container[name]), name=f"{asked.node} {name}", daemon=True
                ).start()

    def stop(self) -> None:
        """Asks no more. An answer that is on its way is not reported."""
        self._stopped.set()

    def _run(self, name: ProbeName, probe: Object) -> None:
        pause = probe.get("initialDelaySeconds", 0)
        while not self._stopped.wait(pause):
            pause = _interval(name, probe, self._health())
            if not self._health().runs(name):
                continue
            try:
                answer = self._asked.ask(probe, probe["timeoutSeconds"])
            except WorldEnded:
                return
            if not self._stopped.is_set():
                self._report(name, answer)


def _interval(name: ProbeName, probe: Object, health: ContainerHealth) -> float:
    period = float(probe["periodSeconds"])
    return min(period, _IMPATIENT) if name == "readinessProbe" and not health.ready else period
