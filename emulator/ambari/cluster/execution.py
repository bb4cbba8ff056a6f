"""Ambari's requests (background operations), their stages and tasks, and the threads that execute them.

Source: actionmanager/ActionScheduler.java and controller/internal/CalculatedStatus.java of Ambari 2.7.3.
"""

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from emulator.ambari.cluster.agent import Agent, TaskOutcome
from emulator.ambari.cluster.agent import Configurations as ConfigurationProperties
from emulator.ambari.cluster.configurations import Configurations
from emulator.ambari.cluster.records import Counters, HostComponent, Request, Table, Task, now_milliseconds
from emulator.ambari.cluster.stack import COMPONENTS, in_start_order
from emulator.ambari.cluster.topology import Topology
from emulator.store import Store

ATTEMPTS = 2
"""How many attempts a task has before it is TIMEDOUT."""


@dataclass(frozen=True)
class Operation:
    """What a new request is to do."""

    command: str
    """RESTART, START, STOP or INSTALL."""
    targets: Sequence[HostComponent]
    user: str
    context: str = ""
    operation_level: str | None = None
    filters: Sequence[Mapping[str, Any]] = field(default_factory=list)


class Execution:
    """The requests of one cluster. Callers hold the cluster's lock, unless a method says otherwise."""

    def __init__(
        self,
        store: Store,
        lock: threading.Condition,
        agents: Mapping[str, Agent],
        topology: Topology,
        configurations: Configurations,
        counters: Table[Counters],
        task_limit: float,
    ) -> None:
        self._lock = lock
        self._agents = agents
        self._topology = topology
        self._configurations = configurations
        self._counters = counters
        self._task_limit = task_limit
        self._requests = Table(store, "request", Request)
        self._host_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._closed = False
        self.abort_unfinished()

    def requests(self) -> list[Request]:
        """All requests, oldest first."""
        return sorted(self._requests.all(), key=lambda request: request.id)

    def find(self, request_id: int) -> Request | None:
        """The request with this id, or None."""
        return self._requests.get(str(request_id))

    def next_request_id(self) -> int:
        """Takes the next request id. As in Ambari, an id is used up even where no request follows."""
        return self._next_id("request")

    def next_group_id(self) -> int:
        """Takes the next id of config groups."""
        return self._next_id("group")

    def next_schedule_id(self) -> int:
        """Takes the next id of request schedules."""
        return self._next_id("schedule")

    def submit(self, request_id: int, operation: Operation) -> Request:
        """Queues a request. It runs in threads of its own, concurrently with requests on other hosts."""
        stages = in_start_order(target.component for target in operation.targets)
        tasks = [
            Task(
                self._next_id("task"),
                stages.index(target.component),
                target.host,
                target.service,
                target.component,
                operation.command,
            )
            for target in sorted(operation.targets, key=lambda target: stages.index(target.component))
        ]
        request = Request(
            request_id,
            operation.context,
            operation.user,
            now_milliseconds(),
            tasks,
            operation_level=operation.operation_level,
            filters=[dict(item) for item in operation.filters],
            custom=operation.command == "RESTART",
        )
        self._save(request)
        for target in operation.targets:
            self._set_transitional_state(target, operation.command)
        self._dispatch()
        return request

    def abort(self, request: Request, reason: str) -> None:
        """Aborts a request's unfinished tasks. Commands that run on hosts already continue there."""
        for task in request.tasks:
            if not task.finished:
                self._finish(task, "ABORTED", stderr=f"Command aborted. Reason: {reason}")
        self._save(request)
        self._dispatch()

    def abort_unfinished(self) -> None:
        """Aborts all unfinished tasks, as a restart of the server does."""
        for request in self.requests():
            for task in request.tasks:
                if not task.finished:
                    self._finish(task, "ABORTED")
            if not request.finished:
                self._save(request)

    def abort_on(self, host: str) -> None:
        """Aborts the unfinished tasks of a host, as Ambari does when its heartbeat is lost."""
        for request in self.requests():
            unfinished = [task for task in request.tasks if task.host == host and not task.finished]
            for task in unfinished:
                self._finish(task, "ABORTED")
            if unfinished:
                self._save(request)
        self._dispatch()

    def delete_tasks_of(self, host: str) -> None:
        """Deletes the tasks of a host that was removed. A command that runs there already continues."""
        for request in self.requests():
            left = [task for task in request.tasks if task.host != host]
            if len(left) < len(request.tasks):
                request.tasks = left
                self._save(request)
        self._dispatch()

    def close(self) -> None:
        """Stops recording outcomes. The next start finds the requests unfinished, and aborts them."""
        self._closed = True

    def _next_id(self, counter: str) -> int:
        counters = self._counters.get("all") or Counters()
        value = getattr(counters, counter) + 1
        setattr(counters, counter, value)
        self._counters.save("all", counters)
        return value

    def _set_transitional_state(self, target: HostComponent, command: str) -> None:
        if command == "RESTART":
            self._topology.set_state(target, target.state, desired=_restart_state(target))
        else:
            state = {"START": "STARTING", "STOP": "STOPPING", "INSTALL": "INSTALLING"}[command]
            self._topology.set_state(target, state, desired=_state_after(command))

    def _dispatch(self) -> None:
        """Starts the current stage of each request that has no host in common with an older request's."""
        busy: set[str] = set()
        for request in self.requests():
            stage = _current_stage(request)
            hosts = {task.host for task in stage}
            if not hosts & busy:
                for task in stage:
                    if task.status == "PENDING":
                        self._start(request, task)
            busy |= hosts

    def _start(self, request: Request, task: Task) -> None:
        if request.start_time < 0:
            request.start_time = now_milliseconds()
        if self._topology.host(task.host).heartbeat_lost:
            self._finish(task, "ABORTED")
        else:
            task.status = "QUEUED"
            task.attempts = 1
            task.start_time = now_milliseconds()
        self._save(request)
        if task.status == "QUEUED":
            name = f"ambari-task-{task.id}"
            threading.Thread(target=self._run, args=(request, task), name=name, daemon=True).start()

    def _run(self, request: Request, task: Task) -> None:
        """Executes a task in a thread of its own, without the lock; one command at a time on each host."""
        with self._host_locks[task.host]:
            with self._lock:
                if task.finished or self._closed:
                    return
                task.status = "IN_PROGRESS"
                self._save(request)
                configs = self._configurations.for_host(task.host)
            limit = threading.Timer(self._task_limit * ATTEMPTS, self._time_out, (request, task))
            limit.daemon = True
            limit.start()
            outcome = TaskOutcome(False, "", "the agent has raised an exception")
            try:
                outcome = self._command(task, configs)
            finally:
                limit.cancel()
                # Agents report a component's state right after each command that may have changed it.
                self.check_state(task.host, task.component, even_if_changing=True)
                with self._lock:
                    self._record_outcome(request, task, outcome)

    def _command(self, task: Task, configs: ConfigurationProperties) -> TaskOutcome:
        # All software is on every node from the beginning, so there is nothing to install.
        if COMPONENTS[task.component].category == "CLIENT" or task.command == "INSTALL":
            return TaskOutcome(True, "", "")
        agent = self._agents[task.host]
        command = {"RESTART": agent.restart, "START": agent.start, "STOP": agent.stop}[task.command]
        return command(task.component, configs)

    def _record_outcome(self, request: Request, task: Task, outcome: TaskOutcome) -> None:
        if self._closed:
            return
        if not task.finished:
            ending = "Command completed successfully!" if outcome.ok else "Command failed after 1 tries"
            self._finish(
                task,
                "COMPLETED" if outcome.ok else "FAILED",
                stdout=f"{outcome.stdout}\n\n{ending}\n",
                stderr=outcome.stderr or "None",
            )
            target = self._topology.component(task.host, task.component)
            if outcome.ok and target is not None and task.command in ("START", "RESTART"):
                self._topology.clear_stale(target)
            self._save(request)
        self._abort_later_stages(request)
        self._dispatch()
        self._lock.notify_all()

    def check_state(self, host: str, component: str, *, even_if_changing: bool = False) -> None:
        """Updates the state of a master from its process. The caller must not hold the lock.

        While a task starts or stops the component, does nothing unless `even_if_changing`.
        """
        if COMPONENTS[component].category == "CLIENT":
            return
        running = self._agents[host].running(component)
        with self._lock:
            target = self._topology.component(host, component)
            if target is None:
                return
            lost = self._topology.host(host).heartbeat_lost
            # STARTING and STOPPING are set by the server, and last until the command has ended.
            changing = self._changing(host, component) and not even_if_changing
            installed = target.state != "INIT"
            if installed and not (lost or changing or self._closed):
                self._topology.set_state(target, "STARTED" if running else "INSTALLED")

    def _changing(self, host: str, component: str) -> bool:
        return any(
            (task.host, task.component) == (host, component) and task.command != "RESTART"
            for request in self.requests()
            if not request.finished
            for task in request.tasks
            if not task.finished
        )

    def _time_out(self, request: Request, task: Task) -> None:
        with self._lock:
            if not task.finished and not self._closed:
                task.attempts = ATTEMPTS
                self._finish(task, "TIMEDOUT")
                self._save(request)
                self._abort_later_stages(request)
                self._lock.notify_all()

    def _abort_later_stages(self, request: Request) -> None:
        failed = {task.stage for task in request.tasks if task.finished and task.status != "COMPLETED"}
        later = [task for task in request.tasks if failed and task.stage > min(failed) and not task.finished]
        for task in later:
            self._finish(task, "ABORTED")
        if later:
            self._save(request)

    def _finish(self, task: Task, status: str, stdout: str = "", stderr: str = "") -> None:
        task.status = status
        # 0 for a failed task, too: the agent sends "exitCode", but the server reads "exitcode".
        task.exit_code = 0 if task.attempts else 999
        task.stdout = stdout
        task.stderr = stderr if task.attempts else ""
        task.end_time = now_milliseconds()

    def _save(self, request: Request) -> None:
        if request.tasks and all(task.finished for task in request.tasks) and not request.finished:
            request.end_time = now_milliseconds()
        self._requests.save(str(request.id), request)


def status_of(request: Request) -> str:
    """A request's status: FAILED as soon as one task failed, ABORTED only once all tasks are finished."""
    statuses = [task.status for task in request.tasks]
    for status in ("COMPLETED", "PENDING"):
        if all(item == status for item in statuses):
            return status
    for status in ("FAILED", "TIMEDOUT"):
        if status in statuses:
            return status
    if "ABORTED" in statuses and all(task.finished for task in request.tasks):
        return "ABORTED"
    return "IN_PROGRESS"


def progress_of(request: Request) -> float:
    """A request's progress in percent: a queued task counts 9, a running one 35, a finished one 100."""
    weights = {"PENDING": 0.0, "QUEUED": 0.09, "IN_PROGRESS": 0.35}
    done = 0.0
    for status in ("QUEUED", "IN_PROGRESS"):
        done += weights[status] * sum(task.status == status for task in request.tasks)
    done += sum(task.finished for task in request.tasks)
    return done / len(request.tasks) * 100.0 if request.tasks else 100.0


def _current_stage(request: Request) -> list[Task]:
    unfinished = [task for task in request.tasks if not task.finished]
    first = min((task.stage for task in unfinished), default=0)
    return [task for task in unfinished if task.stage == first]


def _state_after(command: str) -> str:
    return "STARTED" if command == "START" else "INSTALLED"


def _restart_state(target: HostComponent) -> str:
    return "STARTED" if COMPONENTS[target.component].category == "MASTER" else "INSTALLED"
