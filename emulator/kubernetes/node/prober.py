"""Runs a container's probes at their intervals."""

import threading
from collections.abc import Callable

from emulator.kubernetes.node.handlers import Answer, HandlerTarget
from emulator.kubernetes.node.probe import ContainerHealth
from emulator.kubernetes.server.objects import PROBES, Object, ProbeName
from emulator.network.world import WorldEnded

Report = Callable[[ProbeName, Answer], None]

# Kubelets run the readiness probe of an unready container more often, "to make the Pod ready faster".
# https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
_UNREADY_PERIOD = 1.0


class Prober:
    """Runs the probes of one run of a container, each in a thread of its own."""

    def __init__(
        self, container: Object, target: HandlerTarget, health: Callable[[], ContainerHealth], report: Report
    ) -> None:
        """`health` returns the present health of the run; `report` is called with each answer."""
        self._target = target
        self._health = health
        self._report = report
        self._stopped = threading.Event()
        for name in PROBES:
            if name in container:
                threading.Thread(
                    target=self._run, args=(name, container[name]), name=f"{target.node} {name}", daemon=True
                ).start()

    def stop(self) -> None:
        """Stops the probes; an answer that is still to come is not reported."""
        self._stopped.set()

    def _run(self, name: ProbeName, probe: Object) -> None:
        pause = probe.get("initialDelaySeconds", 0)
        while not self._stopped.wait(pause):
            pause = _interval(name, probe, self._health())
            if not self._health().runs(name):
                continue
            try:
                answer = self._target.ask(probe, probe["timeoutSeconds"])
            except WorldEnded:
                return
            if not self._stopped.is_set():
                self._report(name, answer)


def _interval(name: ProbeName, probe: Object, health: ContainerHealth) -> float:
    period = float(probe["periodSeconds"])
    return min(period, _UNREADY_PERIOD) if name == "readinessProbe" and not health.ready else period
