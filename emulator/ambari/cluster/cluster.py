"""A cluster as Ambari manages it: configurations, hosts, requests, artifacts and users, under one lock."""

import threading
from collections.abc import Mapping, Sequence

from emulator.ambari.cluster.agent import Agent
from emulator.ambari.cluster.artifacts import Artifacts
from emulator.ambari.cluster.configurations import Change, Configurations, DesiredConfig
from emulator.ambari.cluster.execution import Execution, Operation
from emulator.ambari.cluster.metrics import COMPONENT, SLICE, SLICES_PER_WRITE, Collector
from emulator.ambari.cluster.records import ConfigGroup, Counters, RequestSchedule, Table, Task
from emulator.ambari.cluster.stack import services_made_stale
from emulator.ambari.cluster.topology import Topology
from emulator.ambari.cluster.users import Users
from emulator.store import Store

STATUS_INTERVAL = 20.0
"""Seconds between status checks (ambari-agent.ini, status_commands_run_interval)."""

TASK_LIMIT = 1800.0
"""Seconds for one attempt at a task: 1200 of the script's and 600 of the server's (ActionScheduler.java)."""


class AmbariCluster:
    """The state of an Ambari server and its one cluster. Callers hold `lock` while they use its attributes.

    store: where all state is kept; what it contains takes precedence over the arguments below.
    components: component names by host name. Hosts without any are hosts of the cluster, too.
    configs: the configuration with which the cluster is created, properties by type.
    users: passwords of Ambari administrators by name; those of existing users are not changed.
    status_interval: seconds between status checks.
    task_limit: seconds for one attempt at a task.
    max_failures: failed sign-ins after which a user is locked; 0 for never.
    with_metrics: whether AMBARI_METRICS is installed, which collects every `metrics_slice` seconds.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        agents: Sequence[Agent],
        components: Mapping[str, Sequence[str]],
        configs: Mapping[str, Mapping[str, str]],
        users: Mapping[str, str],
        *,
        stack: str = "HDP-2.6",
        status_interval: float = STATUS_INTERVAL,
        task_limit: float = TASK_LIMIT,
        max_failures: int = 0,
        with_metrics: bool = False,
        metrics_slice: float = SLICE,
    ) -> None:
        self.name = name
        self.stack = stack
        self.lock = threading.Condition(threading.RLock())
        self.agents = {agent.host_name: agent for agent in agents}
        counters = Table(store, "counters", Counters)
        self.configurations = Configurations(store, configs)
        self.topology = Topology(store, name, agents, components, counters)
        self.execution = Execution(
            store, self.lock, self.agents, self.topology, self.configurations, counters, task_limit
        )
        self.artifacts = Artifacts(store, name)
        self.schedules = Table(store, "request-schedule", RequestSchedule)
        self.users = Users(store, users, max_failures)
        self.collector = Collector(self._agents_of(COMPONENT)) if with_metrics else None
        self._status_interval = status_interval
        self._metrics_slice = metrics_slice
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts the periodic status checks, and the collection of metrics."""
        for work in (self._check_status_periodically, self._collect_metrics):
            thread = threading.Thread(target=work, name=f"ambari{work.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Ends what start() started. The outcomes of tasks that run now are not recorded."""
        self.stopping.set()
        for thread in self._threads:
            thread.join()
        with self.lock:
            self.execution.close()
            self.lock.notify_all()

    def restart(self) -> None:
        """Restarts the server: running requests are aborted and sessions end; agents continue."""
        with self.lock:
            self.execution.abort_unfinished()
            self.users.end_sessions()

    def set_password(self, user: str, password: str) -> None:
        """Changes a user's password. Raises AmbariError 404 for an unknown user."""
        with self.lock:
            self.users.set_password(user, password)

    def set_heartbeat(self, host: str, *, lost: bool) -> None:
        """Sets whether a host's agent sends heartbeats. Raises AmbariError 404 for an unknown host."""
        with self.lock:
            self.topology.heartbeat(self.topology.host(host), lost=lost)
            if lost:
                self.execution.abort_on(host)
        if not lost:
            self._check_host(host)

    def register_agent(self, agent: Agent) -> None:
        """Registers a host's agent. The host is in no cluster yet."""
        with self.lock:
            self.agents[agent.host_name] = agent

    def add_host(self, agent: Agent, components: Sequence[str], added: str) -> None:
        """Adds a host with components that are installed, and the component `added`, which is not (INIT)."""
        with self.lock:
            self.register_agent(agent)
            self.topology.register(agent, components)
            self.add_component(agent.host_name, added)

    def add_component(self, host: str, component: str) -> None:
        """Adds a component to a host, in state INIT. Raises AmbariError 404 for an unknown host."""
        with self.lock:
            self.topology.add_component(self.topology.host(host), component)
            if self.collector is not None and component == COMPONENT:
                self.collector.add(self.agents[host])

    def carry_out(self, command: str, host: str, component: str) -> Task:
        """Installs, starts or stops a component on a host, waits for the end, and returns the task.

        The caller must not hold the lock. Raises LookupError when the host doesn't have the component.
        """
        with self.lock:
            target = self.topology.component(host, component)
            if target is None:
                raise LookupError(f"there is no {component} on {host}")
            operation = Operation(
                command, [target], "internal", f"{command.capitalize()} components on host {host}"
            )
            request = self.execution.submit(self.execution.next_request_id(), operation)
            (task,) = request.tasks
            self.lock.wait_for(lambda: request.finished)
        return task

    def remove_host(self, host: str) -> None:
        """Removes a host. Raises AmbariError 404 for an unknown host, and 500 while its broker runs.

        Its tasks are deleted with it; a request without any tasks left is COMPLETED and has no end time
        (deleteHostEntityRelationships in ClustersImpl.java, RequestResourceProvider.java).
        """
        with self.lock:
            self.topology.remove(self.topology.host(host))
            self.execution.delete_tasks_of(host)

    def check_status(self) -> None:
        """Updates the states of all components from their processes, as happens every `status_interval`."""
        with self.lock:
            hosts = [host.name for host in self.topology.hosts()]
        for host in hosts:
            self._check_host(host)

    def set_desired(self, wanted: Sequence[DesiredConfig], user: str) -> Change:
        """Makes configurations desired, and marks the components that depend on them as stale."""
        return self._mark_stale(self.configurations.set_desired(wanted, user))

    def revert(self, service: str, version: int, user: str, note: str | None) -> Change:
        """Makes an older version of a service's configuration desired again. Raises AmbariError 404."""
        return self._mark_stale(self.configurations.revert(service, version, user, note))

    def add_group(self, group: ConfigGroup, wanted: Sequence[DesiredConfig], user: str) -> None:
        """Adds a config group, and marks the components on its hosts as stale."""
        self.configurations.add_group(group, wanted, user)
        self.topology.mark_stale(group.service, group.hosts)

    def delete_group(self, group_id: int) -> None:
        """Removes a config group, and marks the components on its hosts as stale. Raises AmbariError 404."""
        group = self.configurations.delete_group(group_id)
        self.topology.mark_stale(group.service, group.hosts)

    def _mark_stale(self, change: Change) -> Change:
        for service in {name for changed in change.types for name in services_made_stale(changed)}:
            self.topology.mark_stale(service)
        return change

    def _check_status_periodically(self) -> None:
        while not self.stopping.wait(self._status_interval):
            self.check_status()

    def _collect_metrics(self) -> None:
        if self.collector is None:
            return
        slices = 0
        while not self.stopping.wait(self._metrics_slice):
            self.collector.sample()
            slices += 1
            if slices % SLICES_PER_WRITE == 0:
                self.collector.write()

    def _agents_of(self, component: str) -> list[Agent]:
        return [self.agents[item.host] for item in self.topology.components() if item.component == component]

    def _check_host(self, host: str) -> None:
        with self.lock:
            record = self.topology.find_host(host)
            if record is None or record.heartbeat_lost:
                return
            self.topology.heartbeat(record, lost=False)
            components = [item.component for item in self.topology.components(host)]
        for component in components:
            self.execution.check_state(host, component)
