"""What is said when the restart of brokers stops: which broker, where in Ambari, why, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from ..api.client import Ambari
from ..api.model import Broker, Request, Task
from .restart import states

RESUME = "Brokers that were not restarted yet stay untouched; the next `pulumi up` goes on with them."
_STDERR_LINES = 12


def failed_restarts(ambari: Ambari, request: Request, failed: Sequence[Task]) -> str:
    """Tasks that did not complete, each with what it wrote to stderr last."""
    brokers = {broker.host: broker for broker in ambari.brokers()}
    told = [
        f"Restarting Kafka on {task.host} is {task.status} (request {request.id}, task {task.id} in "
        f"Ambari){_state_of(brokers.get(task.host))}.{_stderr(ambari, request, task)}"
        for task in failed
    ]
    away = ambari.patience.away
    if away and any(task.status == "ABORTED" for task in failed):
        told.append(
            f"Ambari was away for {away:.0f} s meanwhile. A server that restarts aborts the requests "
            "under way, however far they are: the broker may have restarted or not."
        )
    return "\n".join([*told, _beginning_with([task.host for task in failed])])


def ended_again(ambari: Ambari, request: Request, down: Sequence[Broker]) -> str:
    """Brokers that do not run although their restart completed: the start script does not wait for that."""
    tasks = {task.host: task for task in request.tasks}
    told = [
        f"{states([broker])} although its restart completed (request {request.id}, task "
        f"{tasks[broker.host].id} in Ambari): the broker starts and ends again. Look at Kafka's server.log "
        f"there.{_stderr(ambari, request, tasks[broker.host])}"
        for broker in down
    ]
    return "\n".join([*told, _beginning_with([broker.host for broker in down])])


def _state_of(broker: Broker | None) -> str:
    return f"; {states([broker])}" if broker and not broker.started else ""


def _stderr(ambari: Ambari, request: Request, task: Task) -> str:
    lines = ambari.stderr(request.id, task.id).strip().splitlines()[-_STDERR_LINES:]
    return "".join(f"\n    {line}" for line in lines or ["It wrote nothing to stderr."])


def _beginning_with(hosts: Sequence[str]) -> str:
    shorts = ", ".join(host.split(".")[0] for host in hosts)
    return f"{RESUME[:-1]}, beginning with {shorts}."
