"""A cluster as Ambari manages it: everything it knows, under one lock."""

import threading
from collections.abc import Mapping, Sequence

from emulator.ambari.cluster.agent import Agent
from emulator.ambari.cluster.artifacts import Artifacts
from emulator.ambari.cluster.configurations import Change, Configurations, Wanted
from emulator.ambari.cluster.execution import Execution, Operation
from emulator.ambari.cluster.metrics import COMPONENT, SLICE, SLICES_A_WRITE, Collector
from emulator.ambari.cluster.records import ConfigGroup, Counters, RequestSchedule, Table, Task
from emulator.ambari.cluster.stack import services_made_stale
from emulator.ambari.cluster.topology import Topology
from emulator.ambari.cluster.users import Users
from emulator.store import Store

STATUS_INTERVAL = 20.0
"""Seconds between status checks (ambari-agent.ini, status_commands_run_interval)."""

TASK_LIMIT = 1800.0
"""Seconds for one attempt at a task: the script's 1200 and the server's 600 (ActionScheduler.java)."""


class AmbariCluster:
    """One Ambari server's whole knowledge of its one cluster. Whoever uses its parts holds `lock`.

    store: keeps everything; what it holds already wins over the arguments below.
    components: component names by host name. A host without any is known to Ambari all the same.
    configs: the configuration with which the cluster was created, properties by type.
    users: passwords of Ambari administrators by name; of users that exist already they are not changed.
    longest_failures: failed sign-ins after which a user is locked; 0 for never.
    with_metrics: AMBARI_METRICS is installed, and collects every `metrics_slice` seconds.
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
        longest_failures: int = 0,
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
        self.users = Users(store, users, longest_failures)
        self.collector = Collector(self._agents_of(COMPONENT)) if with_metrics else None
        self._status_interval = status_interval
        self._metrics_slice = metrics_slice
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begins the periodic status checks, and to collect metrics."""
        for work in (self._keep_checking, self._collect_metrics):
            thread = threading.Thread(target=work, name=f"ambari{work.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Ends what start() began. Outcomes of tasks that are running now are not noted."""
        self.stopping.set()
        for thread in self._threads:
            thread.join()
        with self.lock:
            self.execution.close()
            self.lock.notify_all()

    def restart(self) -> None:
        """What a restart of the server does: running requests are aborted, sessions end, agents go on."""
        with self.lock:
            self.execution.abort_unfinished()
            self.users.forget_sessions()

    def set_password(self, user: str, password: str) -> None:
        """Changes a user's password. Raises AmbariError 404 for an unknown user."""
        with self.lock:
            self.users.set_password(user, password)

    def set_heartbeat(self, host: str, *, lost: bool) -> None:
        """Tells Ambari that a host's agent is silent, or heard again. Raises AmbariError 404."""
        with self.lock:
            self.topology.heartbeat(self.topology.host(host), lost=lost)
            if lost:
                self.execution.abort_on(host)
        if not lost:
            self._check_host(host)

    def register_agent(self, agent: Agent) -> None:
        """An agent reports for the first time: its host is known, and in no cluster yet."""
        with self.lock:
            self.agents[agent.host_name] = agent

    def add_host(self, agent: Agent, components: Sequence[str], added: str) -> None:
        """A node joins with what is installed on it already, and with a component that is not yet (INIT)."""
        with self.lock:
            self.register_agent(agent)
            self.topology.register(agent, components)
            self.add_component(agent.host_name, added)

    def add_component(self, host: str, component: str) -> None:
        """Adds a component to a host. Raises AmbariError 404."""
        with self.lock:
            self.topology.add_component(self.topology.host(host), component)
            if self.collector is not None and component == COMPONENT:
                self.collector.add(self.agents[host])

    def carry_out(self, command: str, host: str, component: str) -> Task:
        """Installs, starts or stops a component of a host, and waits until that has ended. Answers how.

        Not for threads that hold the lock. Raises LookupError for a component that is not there.
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
        """Removes a node that has a broker or none. Raises AmbariError 404, and 500 while it runs.

        Its tasks are deleted with it; a request that has none left says COMPLETED and has no end
        (deleteHostEntityRelationships in ClustersImpl.java, RequestResourceProvider.java).
        """
        with self.lock:
            self.topology.remove(self.topology.host(host))
            self.execution.forget_host(host)

    def check_status(self) -> None:
        """Takes over what every agent sees of its processes, as happens every `status_interval`."""
        with self.lock:
            hosts = [host.name for host in self.topology.hosts()]
        for host in hosts:
            self._check_host(host)

    def desire(self, wanted: Sequence[Wanted], user: str) -> Change:
        """Changes configurations, and marks as stale what depends on them."""
        return self._note_stale(self.configurations.desire(wanted, user))

    def revert(self, service: str, version: int, user: str, note: str | None) -> Change:
        """Goes back to an older version of a service's configuration."""
        return self._note_stale(self.configurations.revert(service, version, user, note))

    def add_group(self, group: ConfigGroup, wanted: Sequence[Wanted], user: str) -> None:
        """Adds a config group, which makes its hosts' components stale."""
        self.configurations.add_group(group, wanted, user)
        self.topology.mark_stale(group.service, group.hosts)

    def delete_group(self, group_id: int) -> None:
        """Removes a config group, which makes its hosts' components stale again. Raises AmbariError 404."""
        group = self.configurations.delete_group(group_id)
        self.topology.mark_stale(group.service, group.hosts)

    def _note_stale(self, change: Change) -> Change:
        for service in {name for changed in change.types for name in services_made_stale(changed)}:
            self.topology.mark_stale(service)
        return change

    def _keep_checking(self) -> None:
        while not self.stopping.wait(self._status_interval):
            self.check_status()

    def _collect_metrics(self) -> None:
        if self.collector is None:
            return
        slices = 0
        while not self.stopping.wait(self._metrics_slice):
            self.collector.sample()
            slices += 1
            if slices % SLICES_A_WRITE == 0:
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
