"""The hosts of a cluster and their host components: states, maintenance modes, racks, staleness."""

from collections.abc import Mapping, Sequence

from emulator.ambari.cluster.agent import Agent
from emulator.ambari.cluster.records import Counters, Host, HostComponent, Table, now_milliseconds
from emulator.ambari.cluster.stack import COMPONENTS, RESTARTED_AFTER_CHANGE, RESTARTED_AFTER_RACK_CHANGE
from emulator.ambari.errors import internal, missing
from emulator.store import Store

_STATES = ("INIT", "INSTALLING", "INSTALL_FAILED", "INSTALLED", "STARTING", "STARTED", "STOPPING", "UNKNOWN")
"""States in the order of State.java: a service has the latest of its components' states."""

_REMOVABLE = frozenset({"INIT", "INSTALLING", "INSTALL_FAILED", "INSTALLED", "UNKNOWN"})
"""States in which a host component may be removed (isRemovableState in State.java)."""


class Topology:
    """The hosts of one cluster. Not thread-safe: the cluster's lock guards it."""

    def __init__(
        self,
        store: Store,
        cluster: str,
        agents: Sequence[Agent],
        components: Mapping[str, Sequence[str]],
        counters: Table[Counters],
    ) -> None:
        self._cluster = cluster
        self._hosts = Table(store, "host", Host)
        self._components = Table(store, "host-component", HostComponent)
        self._counters = counters
        for agent in sorted(agents, key=lambda agent: agent.host_name):
            self.register(agent, components.get(agent.host_name, ()))
        for host in self.hosts():
            if host.name not in {agent.host_name for agent in agents}:
                # A host that was being added when the process was killed.
                self._delete(host)

    def register(self, agent: Agent, components: Sequence[str]) -> None:
        """Adds a host with its components, or updates a known one.

        Components that are new on it count as started with the present configuration. Raises ValueError for
        an unknown component.
        """
        host = self._hosts.get(agent.host_name) or Host(agent.host_name, agent.ip)
        host.ip = agent.ip
        host.last_heartbeat = now_milliseconds()
        self._save_host(host)
        for name in components:
            if name not in COMPONENTS:
                raise ValueError(f"unknown component {name!r}; known are {', '.join(COMPONENTS)}")
            if self.component(host.name, name) is None:
                component = COMPONENTS[name]
                state = "STARTED" if component.category == "MASTER" else "INSTALLED"
                self._save(HostComponent(host.name, name, component.service, state, state))

    def add_component(self, host: Host, name: str) -> None:
        """Adds a component in state INIT, after which the service's other components may be stale."""
        component = COMPONENTS[name]
        self.masters_changed(component.service)
        self._save(HostComponent(host.name, name, component.service, "INIT", "INIT"))

    def remove_component(self, item: HostComponent) -> None:
        """Removes a component from a host. Raises AmbariError 500 while it runs.

        The service's components are stale afterwards, even when the removal is refused.
        """
        self.masters_changed(item.service)
        if item.state not in _REMOVABLE:
            raise internal(
                f"Host Component cannot be removed, clusterName={self._cluster}, serviceName={item.service}, "
                f"componentName={item.component}, hostname={item.host}"
            )
        self._components.delete(f"{item.host}/{item.component}")

    def remove(self, host: Host) -> None:
        """Removes a host and its components. Raises AmbariError 500 while one of its masters runs."""
        items = self.components(host.name)
        running = [item.component for item in items if _is_master(item) and item.state not in _REMOVABLE]
        if running:
            raise internal(
                f"Cannot remove host {host.name} from {self._cluster}.  The following roles exist, and these "
                f"components are not in the removable state: [{', '.join(running)}]"
            )
        self._delete(host)
        for item in items:
            if _is_master(item):
                self.masters_changed(item.service)

    def hosts(self) -> list[Host]:
        """All hosts, sorted by name."""
        return sorted(self._hosts.all(), key=lambda host: host.name)

    def host(self, name: str) -> Host:
        """The host with this name. Raises AmbariError 404."""
        found = self.find_host(name)
        if found is None:
            message = f"Host not found, cluster={self._cluster}, hostname={name}"
            raise missing(f"The requested resource doesn't exist: {message}")
        return found

    def find_host(self, name: str) -> Host | None:
        """The host with this name, or None."""
        return self._hosts.get(name)

    def components(self, host: str | None = None) -> list[HostComponent]:
        """The components on all hosts, or on one, sorted by host and name."""
        found = [item for item in self._components.all() if host in (None, item.host)]
        return sorted(found, key=lambda item: (item.host, item.component))

    def component(self, host: str, component: str) -> HostComponent | None:
        """A host's component with this name, or None."""
        return self._components.get(f"{host}/{component}")

    def services(self) -> list[str]:
        """The names of the services that have a component on some host, sorted."""
        return sorted({item.service for item in self._components.all()})

    def service_state(self, service: str) -> str:
        """A service's state: STARTED when all of its masters are that are not in maintenance mode.

        When all are in maintenance mode, one that is started is enough. Source:
        DefaultServiceCalculatedState.java.
        """
        items = [item for item in self._components.all() if item.service == service]
        masters = [item for item in items if _is_master(item)]
        counted = [item for item in masters if self.effective_maintenance(item) == "OFF"]
        missing_states = [item.state for item in counted if item.state != "STARTED"]
        if missing_states:
            return max(missing_states, key=_STATES.index)
        if counted or any(item.state == "STARTED" for item in masters):
            return "STARTED"
        if len(items) > len(masters):
            return "INSTALLED"
        return max((item.state for item in masters), key=_STATES.index, default="UNKNOWN")

    def service_maintenance(self, service: str) -> str:
        """A service's maintenance mode: ON or OFF."""
        return self._counters_record().maintenance.get(service, "OFF")

    def effective_maintenance(self, item: HostComponent) -> str:
        """A host component's maintenance mode: ON, OFF, or IMPLIED_FROM its service, its host or both."""
        if item.maintenance == "ON":
            return "ON"
        service = self.service_maintenance(item.service) == "ON"
        host = self.host(item.host).maintenance == "ON"
        if service and host:
            return "IMPLIED_FROM_SERVICE_AND_HOST"
        return "IMPLIED_FROM_SERVICE" if service else "IMPLIED_FROM_HOST" if host else "OFF"

    def set_service_maintenance(self, service: str, state: str) -> None:
        """Puts a service into maintenance mode or out of it."""
        record = self._counters_record()
        record.maintenance[service] = state
        self._counters.save("all", record)

    def set_host_maintenance(self, host: Host, state: str) -> None:
        """Puts a host into maintenance mode or out of it."""
        host.maintenance = state
        self._save_host(host)

    def set_component_maintenance(self, item: HostComponent, state: str) -> None:
        """Puts one component of one host into maintenance mode or out of it."""
        item.maintenance = state
        self._save(item)

    def set_rack(self, host: Host, rack: str) -> None:
        """Changes a host's rack, and marks services with restartRequiredAfterRackChange as stale."""
        if host.rack == rack:
            return
        host.rack = rack
        self._save_host(host)
        if any(item.service in RESTARTED_AFTER_RACK_CHANGE for item in self.components(host.name)):
            for service in RESTARTED_AFTER_RACK_CHANGE:
                self.mark_stale(service)

    def mark_stale(self, service: str, hosts: Sequence[str] | None = None) -> None:
        """Marks a service's components as stale, on all hosts or on some."""
        for item in self.components():
            if item.service == service and (hosts is None or item.host in hosts):
                item.stale = True
                self._save(item)

    def masters_changed(self, service: str) -> None:
        """Marks a service with restartRequiredAfterChange as stale, as a master of it is added or removed."""
        if service in RESTARTED_AFTER_CHANGE:
            self.mark_stale(service)

    def set_state(self, item: HostComponent, state: str, *, desired: str | None = None) -> None:
        """Sets the state of a host component, and its desired state if one is given."""
        if (item.state, item.desired_state) != (state, desired or item.desired_state):
            item.state = state
            item.desired_state = desired or item.desired_state
            self._save(item)

    def clear_stale(self, item: HostComponent) -> None:
        """Marks a host component as not stale."""
        item.stale = False
        self._save(item)

    def heartbeat(self, host: Host, *, lost: bool) -> None:
        """Records a heartbeat of a host's agent, or that its heartbeat is lost: states are UNKNOWN then."""
        if lost:
            for item in self.components(host.name):
                self.set_state(item, "UNKNOWN")
        else:
            host.last_heartbeat = now_milliseconds()
        if host.heartbeat_lost != lost:
            host.heartbeat_lost = lost
            self._save_host(host)

    def _delete(self, host: Host) -> None:
        for item in self.components(host.name):
            self._components.delete(f"{item.host}/{item.component}")
        self._hosts.delete(host.name)

    def _counters_record(self) -> Counters:
        return self._counters.get("all") or Counters()

    def _save_host(self, host: Host) -> None:
        self._hosts.save(host.name, host)

    def _save(self, item: HostComponent) -> None:
        self._components.save(f"{item.host}/{item.component}", item)


def _is_master(item: HostComponent) -> bool:
    return COMPONENTS[item.component].category == "MASTER"
