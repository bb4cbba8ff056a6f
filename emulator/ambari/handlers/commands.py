"""Resolves a posted RESTART: which host components it applies to, or why it is refused.

Source: AmbariCustomCommandExecutionHelper.java, RequestOperationLevel.java and MaintenanceStateHelper.java of
Ambari 2.7.3.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.cluster.records import HostComponent
from emulator.ambari.cluster.stack import COMPONENTS
from emulator.ambari.errors import AmbariError, ContainerError, internal
from emulator.ambari.query import query as queries
from emulator.ambari.query.resources import matches
from emulator.ambari.views.views import Views

MAX_CONTEXT_LENGTH = 255
LEVELS = ("CLUSTER", "SERVICE", "HOST", "HOST_COMPONENT")


def operation_level(information: Mapping[str, Any]) -> str | None:
    """The operation level in a RequestInfo, None without one. Raises AmbariError 400 for an unknown level.

    As in Ambari, an operation_level that is a string and not an object is ignored.
    """
    declared = information.get("operation_level")
    if not isinstance(declared, Mapping):
        return None
    level = str(declared.get("level"))
    if level.upper() not in LEVELS:
        raise AmbariError(400, f"Wrong operation level value: {level}")
    if "cluster_name" not in declared:
        key = "operation_level/cluster_name"
        raise AmbariError(400, f"Mandatory key {key} for operation level is not specified")
    return level.upper()


def check_filters(
    cluster: AmbariCluster, command: str, filters: Sequence[Mapping[str, Any]] | None
) -> Sequence[Mapping[str, Any]]:
    """Returns the resource filters, checked as far as Ambari does before it takes a request id.

    Raises AmbariError for filters that are missing, or name what can't be restarted.
    """
    if not filters:
        raise internal("Command execution cannot proceed without a resource filter.")
    for item in filters:
        if "hosts_predicate" not in item:
            _check_names(cluster, command, item)
    return filters


def restart_targets(
    cluster: AmbariCluster, filters: Sequence[Mapping[str, Any]], level: str | None
) -> tuple[list[HostComponent], list[dict[str, Any]]]:
    """The host components to restart, and the resource filters as the request will show them.

    Host components in a maintenance mode that counts at this level are silently left out. Raises AmbariError
    when a host does not have the component; nothing is restarted then.
    """
    targets: dict[tuple[str, str], HostComponent] = {}
    shown_filters = []
    for item in filters:
        for found, shown in _of_filter(cluster, item):
            shown_filters.append(shown)
            for target in found:
                targets[target.host, target.component] = target
    allowed = [target for target in targets.values() if is_reached(cluster, target, level)]
    return allowed, shown_filters


def is_reached(cluster: AmbariCluster, target: HostComponent, level: str | None) -> bool:
    """Whether an operation of this level applies to a host component, given the maintenance modes."""
    service = cluster.topology.service_maintenance(target.service) == "ON"
    host = cluster.topology.host(target.host).maintenance == "ON"
    own = target.maintenance == "ON"
    match level:
        case None | "HOST_COMPONENT":
            return True
        case "SERVICE":
            return not (host or own)
        case "HOST":
            return not (service or own)
    return not (service or host or own)


def _of_filter(
    cluster: AmbariCluster, item: Mapping[str, Any]
) -> Iterable[tuple[list[HostComponent], dict[str, Any]]]:
    predicate = item.get("hosts_predicate")
    if predicate is not None:
        # Together with a service or component it matches nothing, and Ambari reports no error.
        alone = "service_name" not in item and "component_name" not in item
        return _grouped(_matching(cluster, str(predicate))) if alone else []
    return [_named(cluster, str(item["service_name"]), str(item["component_name"]), item.get("hosts"))]


def _check_names(cluster: AmbariCluster, command: str, item: Mapping[str, Any]) -> None:
    service, component = item.get("service_name"), item.get("component_name")
    if isinstance(item.get("hosts"), list):
        raise ContainerError
    if not service:
        raise internal(
            f"Invalid resource filter : cluster = {cluster.name}, service = null, command = {command}"
        )
    if service not in cluster.topology.services():
        raise internal(f"Service not found, clusterName={cluster.name}, serviceName={service}")
    if not component or command != "RESTART":
        named = component or "null"
        raise internal(f"Unsupported action {command} for Service: {service} and Component: {named}")
    if component not in COMPONENTS or COMPONENTS[component].service != service:
        raise internal(f"ServiceComponent not found, {_where(cluster, service, component)}")


def _named(
    cluster: AmbariCluster, service: str, component: str, hosts: Any
) -> tuple[list[HostComponent], dict[str, Any]]:
    if hosts is None:
        raise internal(
            f"While building the RESTART custom command for {service}/{component}, "
            "there were no healthy eligible hosts"
        )
    found = {}
    for host in (name.strip() for name in str(hosts).split(",")):
        target = cluster.topology.component(host, component)
        if target is None:
            where = _where(cluster, service, component)
            raise internal(f"ServiceComponentHost not found, {where}, hostName={host}")
        found[host] = target
    return list(found.values()), _shown_filter(service, component, list(found))


def _where(cluster: AmbariCluster, service: str, component: str) -> str:
    return f"clusterName={cluster.name}, serviceName={service}, serviceComponentName={component}"


def _matching(cluster: AmbariCluster, predicate: str) -> list[HostComponent]:
    query = queries.parse(predicate)
    views = Views(cluster)
    items = cluster.topology.components()
    return [item for item in items if matches(views.host_component(item), query)]


def _grouped(items: list[HostComponent]) -> list[tuple[list[HostComponent], dict[str, Any]]]:
    kinds = dict.fromkeys((item.service, item.component) for item in items)
    grouped = []
    for service, component in kinds:
        found = [item for item in items if item.component == component]
        grouped.append((found, _shown_filter(service, component, [item.host for item in found])))
    return grouped


def _shown_filter(service: str, component: str, hosts: list[str]) -> dict[str, Any]:
    return {"service_name": service, "component_name": component, "hosts": hosts}
