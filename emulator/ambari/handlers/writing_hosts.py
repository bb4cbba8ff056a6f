"""POST, PUT and DELETE of hosts and host components.

Source: HostResourceProvider.java, HostComponentResourceProvider.java and AmbariManagementControllerImpl.java.
"""

from typing import Any

from emulator.ambari.cluster.execution import Operation
from emulator.ambari.cluster.records import HostComponent
from emulator.ambari.cluster.stack import COMPONENTS
from emulator.ambari.cluster.users import MAY_MANAGE_HOSTS, MAY_OPERATE
from emulator.ambari.errors import AmbariError, NotModelledError, illegal_argument
from emulator.ambari.handlers import commands
from emulator.ambari.handlers.bodies import Body, text_of
from emulator.ambari.handlers.calls import Call, Handler, Reply
from emulator.ambari.handlers.reading import host_component_of
from emulator.ambari.handlers.writing import NOT_AUTHORIZED, accepted, check_ids, maintenance_state
from emulator.ambari.query.resources import matches

_COMMANDS = {
    ("INIT", "INSTALLED"): "INSTALL",
    ("INSTALLED", "STARTED"): "START",
    ("STARTED", "INSTALLED"): "STOP",
}
"""The command that brings a host component from one state to another."""


def post_host(call: Call) -> Reply:
    """Adds a host, whose agent has registered, to the cluster, without any components."""
    call.require(MAY_MANAGE_HOSTS, NOT_AUTHORIZED)
    name = call.parameters["host"]
    if name not in call.cluster.agents:
        raise illegal_argument(
            "Attempted to add unknown hosts to a cluster.  "
            f"These hosts have not been registered with the server: {name}"
        )
    if call.cluster.topology.find_host(name):
        raise _exists(f"host which already exists: clusterName={call.cluster.name}, hostName={name}")
    call.cluster.topology.register(call.cluster.agents[name], ())
    return Reply(201)


def put_host(call: Call) -> Reply:
    """Changes the maintenance mode or the rack of a host."""
    return _change_hosts(call, [call.cluster.topology.host(call.parameters["host"]).name])


def put_hosts(call: Call) -> Reply:
    """Changes the maintenance mode or the rack of all hosts that match the query."""
    found = [item for item in call.views.hosts() if matches(item, call.query)]
    return _change_hosts(call, [item.values["Hosts/host_name"] for item in found])


def delete_host(call: Call) -> Reply:
    """Removes a host from the cluster."""
    call.require(MAY_MANAGE_HOSTS, NOT_AUTHORIZED)
    call.cluster.remove_host(call.parameters["host"])
    return Reply()


def post_host_component(call: Call) -> Reply:
    """Adds a component to a host, which then has to be installed and started (state INIT)."""
    call.require(MAY_MANAGE_HOSTS, NOT_AUTHORIZED)
    host, name = call.cluster.topology.host(call.parameters["host"]), call.parameters["component"]
    if name not in COMPONENTS:
        raise NotModelledError(f"component {name}")
    if call.cluster.topology.component(host.name, name):
        where = f"clusterName={call.cluster.name}, hostName={host.name}, componentName={name}"
        raise _exists(f"host_component which already exists, {where}")
    call.cluster.add_component(host.name, name)
    return Reply(201)


def put_host_component(call: Call) -> Reply:
    """Changes the maintenance mode of a host component, or installs, starts or stops it."""
    item = _item(call)
    for body in call.bodies:
        check_ids(body, "HostComponent", ("HostRoles/maintenance_state", "HostRoles/state"))
        call.require(MAY_OPERATE, NOT_AUTHORIZED)
        maintenance = body.get("HostRoles", "maintenance_state")
        if maintenance is not None:
            call.cluster.topology.set_component_maintenance(item, maintenance_state(maintenance))
        state = body.get("HostRoles", "state")
        if state is not None:
            return _change_state(call, item, state, body)
    return Reply()


def delete_host_component(call: Call) -> Reply:
    """Removes a component from a host."""
    call.require(MAY_MANAGE_HOSTS, NOT_AUTHORIZED)
    call.cluster.topology.remove_component(_item(call))
    return Reply()


def _item(call: Call) -> HostComponent:
    shown = host_component_of(call)
    item = call.cluster.topology.component(shown.values["HostRoles/host_name"], call.parameters["component"])
    if item is None:
        raise LookupError("a host component has gone while the cluster's lock was held")
    return item


def _change_hosts(call: Call, hosts: list[str]) -> Reply:
    for body in call.bodies:
        check_ids(body, "Host", ("Hosts/maintenance_state", "Hosts/rack_info"))
        call.require(MAY_OPERATE, NOT_AUTHORIZED)
        state, rack = body.get("Hosts", "maintenance_state"), body.get("Hosts", "rack_info")
        for host in (call.cluster.topology.host(name) for name in hosts):
            if state is not None:
                call.cluster.topology.set_host_maintenance(host, maintenance_state(state))
            if rack is not None:
                call.cluster.topology.set_rack(host, text_of(rack))
    return Reply()


def _change_state(call: Call, item: HostComponent, state: Any, body: Body) -> Reply:
    if item.state == state:
        return Reply()
    command = _COMMANDS.get((item.state, str(state)))
    if command is None:
        raise NotModelledError(f"HostRoles/state {state} of a component that is {item.state}")
    # Without a level, the operation has level CLUSTER, which silently skips components in maintenance mode.
    level = commands.operation_level(body.information) or "CLUSTER"
    if not commands.is_reached(call.cluster, item, level):
        return Reply()
    operation = Operation(command, [item], call.user.name, str(body.information.get("context") or ""))
    execution = call.cluster.execution
    return accepted(call, execution.submit(execution.next_request_id(), operation).id)


def _exists(what: str) -> AmbariError:
    return AmbariError(409, f"Attempted to create a {what}")


_C = "/clusters/{cluster}"
_HOST = f"{_C}/hosts/{{host}}"
_COMPONENT = f"{_HOST}/host_components/{{component}}"

HOST_WRITERS: dict[tuple[str, str], Handler] = {
    ("PUT", f"{_C}/hosts"): put_hosts,
    ("POST", _HOST): post_host,
    ("PUT", _HOST): put_host,
    ("DELETE", _HOST): delete_host,
    ("POST", _COMPONENT): post_host_component,
    ("PUT", _COMPONENT): put_host_component,
    ("DELETE", _COMPONENT): delete_host_component,
}
"""Handlers by method and route template."""
