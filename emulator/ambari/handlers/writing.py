"""PUT, POST and DELETE of configurations, services, requests and config groups."""

import uuid
from collections.abc import Mapping
from typing import Any

from emulator.ambari.cluster.configurations import Change, DesiredConfig
from emulator.ambari.cluster.execution import Operation
from emulator.ambari.cluster.records import ConfigGroup
from emulator.ambari.cluster.stack import PROPERTY_TYPES
from emulator.ambari.cluster.users import MAY_CONFIGURE, MAY_OPERATE
from emulator.ambari.errors import (
    AmbariError,
    ContainerError,
    NotModelledError,
    illegal_argument,
    missing,
    unsupported_properties,
)
from emulator.ambari.handlers import commands
from emulator.ambari.handlers.bodies import Body, text_of
from emulator.ambari.handlers.calls import Call, Handler, Reply
from emulator.ambari.handlers.reading import request_id_of
from emulator.ambari.query.resources import matches
from emulator.ambari.views.views import stack_id, version_path

MAX_TAG_LENGTH = 255
NOT_AUTHORIZED = (
    "The authenticated user does not have the appropriate authorizations to update the requested resource(s)"
)
_MAINTENANCE_STATES = (
    "OFF",
    "ON",
    "IMPLIED_FROM_HOST",
    "IMPLIED_FROM_SERVICE",
    "IMPLIED_FROM_SERVICE_AND_HOST",
)
_TASK_STATES = ("PENDING", "QUEUED", "IN_PROGRESS", "COMPLETED", "FAILED", "TIMEDOUT", "ABORTED", "HOLDING")


def put_cluster(call: Call) -> Reply:
    """Changes the desired configurations; each object in the body is a change of its own."""
    changes: list[tuple[Change, str | None]] = []
    # Ambari executes several objects in an order of its own, and shows only one of them in its response.
    for body in reversed(call.bodies):
        check_ids(body, "Cluster", ("Clusters/desired_config", "Clusters/desired_service_config_versions"))
        call.require(MAY_CONFIGURE, NOT_AUTHORIZED)
        desired = body.get("Clusters", "desired_config")
        reverted = body.get("Clusters", "desired_service_config_versions")
        if desired:
            wanted = [_wanted(item) for item in (desired if isinstance(desired, list) else [desired])]
            changes.append((call.cluster.set_desired(wanted, call.user.name), wanted[-1].note))
        if reverted:
            note = reverted.get("service_config_version_note")
            version = int(reverted["service_config_version"])
            change = call.cluster.revert(str(reverted["service_name"]), version, call.user.name, note)
            changes.append((change, note))
    shown = [_version_document(call, change) for change, _ in changes if change.version]
    return Reply(200, {"resources": shown[-1:]} if shown else None)


def post_configurations(call: Call) -> Reply:
    """Stores configurations without making them desired."""
    for body in call.bodies:
        call.require(MAY_CONFIGURE, NOT_AUTHORIZED)
        item = _wanted(body.properties)
        call.cluster.configurations.store(item.type, item.tag, item.properties)
    return Reply(201)


def put_service(call: Call) -> Reply:
    """Changes the maintenance mode of a service."""
    service = call.parameters["service"]
    if service not in call.cluster.topology.services():
        raise missing(
            "The specified resource doesn't exist: "
            f"Service not found, clusterName={call.cluster.name}, serviceName={service}"
        )
    return _maintain_services(call, [service])


def put_services(call: Call) -> Reply:
    """Changes the maintenance mode of all services that match the query, which may be none."""
    found = [item for item in call.views.services() if matches(item, call.query)]
    return _maintain_services(call, [item.values["ServiceInfo/service_name"] for item in found])


def post_request(call: Call) -> Reply:
    """Submits a RESTART.

    When maintenance modes leave out all host components, the response is 201, without a request; as in
    Ambari, a request id is used up all the same.
    """
    body = call.body
    command = body.information.get("command")
    if command is None:
        raise ContainerError
    call.require(MAY_OPERATE, f"The authenticated user is not authorized to execute the command, {command}.")
    context = str(body.information.get("context") or "")
    level = commands.operation_level(body.information)
    filters = commands.check_filters(call.cluster, str(command), body.get("Requests", "resource_filters"))
    request_id = call.cluster.execution.next_request_id()
    targets, shown_filters = commands.restart_targets(call.cluster, filters, level)
    if len(context) > commands.MAX_CONTEXT_LENGTH:
        raise ContainerError
    if not targets:
        return Reply(201)
    operation = Operation("RESTART", targets, call.user.name, context, level, shown_filters)
    return accepted(call, call.cluster.execution.submit(request_id, operation).id)


def put_request(call: Call) -> Reply:
    """Aborts a request (background operation)."""
    number = request_id_of(call)
    request = call.cluster.execution.find(number)
    if request is None:
        raise illegal_argument(f"Request {number} does not exist")
    for body in call.bodies:
        check_ids(body, "Request", ("Requests/request_status", "Requests/abort_reason"))
        call.require(MAY_OPERATE, NOT_AUTHORIZED)
        status, reason = body.get("Requests", "request_status"), body.get("Requests", "abort_reason")
        if status not in _TASK_STATES:
            raise _no_constant("actionmanager.HostRoleStatus", status)
        if status != "ABORTED":
            raise illegal_argument(
                f"{status} is wrong value. The only allowed value for updating request status is ABORTED"
            )
        if not reason:
            raise illegal_argument("Abort reason can not be empty.")
        call.cluster.execution.abort(request, str(reason))
    return Reply()


def post_config_groups(call: Call) -> Reply:
    """Adds config groups."""
    created = []
    for body in call.bodies:
        call.require(MAY_CONFIGURE, NOT_AUTHORIZED)
        requested = body.get("ConfigGroup") or {}
        wanted = [_wanted(item) for item in requested.get("desired_configs", [])]
        name, service = str(requested["group_name"]), str(requested.get("service_name") or requested["tag"])
        if any(
            (group.name, group.service) == (name, service) for group in call.cluster.configurations.groups()
        ):
            raise AmbariError(
                409,
                "Config group already exists with the same name and tag, "
                f"clusterName = {call.cluster.name}, groupName = {name}, tag = {service}",
            )
        group = ConfigGroup(
            call.cluster.execution.next_group_id(),
            name,
            service,
            str(requested.get("description", "")),
            [call.cluster.topology.host(item["host_name"]).name for item in requested.get("hosts", [])],
            {item.type: item.tag for item in wanted},
        )
        call.cluster.add_group(group, wanted, call.user.name)
        href = f"{call.base}/clusters/{call.cluster.name}/config_groups/{group.id}"
        created.append({"href": href, "ConfigGroup": {"id": group.id}})
    return Reply(201, {"resources": created})


def delete_config_group(call: Call) -> Reply:
    """Removes a config group."""
    call.require(MAY_CONFIGURE, NOT_AUTHORIZED)
    call.cluster.delete_group(int(call.parameters["group"]))
    return Reply()


def _wanted(item: Mapping[str, Any]) -> DesiredConfig:
    if "type" not in item:
        raise ContainerError
    properties = {str(name): text_of(value) for name, value in (item.get("properties") or {}).items()}
    attributes = {
        str(kind): {str(name): text_of(value) for name, value in values.items()}
        for kind, values in (item.get("properties_attributes") or {}).items()
    }
    tag = str(item.get("tag") or uuid.uuid4())
    if len(tag) > MAX_TAG_LENGTH:
        raise ContainerError
    return DesiredConfig(
        str(item["type"]), tag, properties, attributes, item.get("service_config_version_note")
    )


def _version_document(call: Call, change: Change) -> dict[str, Any]:
    version = change.version
    if version is None:
        raise LookupError("a change without a version has nothing to show")
    configurations = [
        {
            "clusterName": call.cluster.name,
            "stackId": stack_id(call.cluster.stack),
            "type": item.type,
            "versionTag": item.tag,
            "version": item.version,
            "serviceConfigVersions": None,
            "configs": item.properties,
            "configAttributes": item.attributes,
            "propertiesTypes": PROPERTY_TYPES.get(item.type, {}),
        }
        for item in change.created
    ]
    path = version_path(call.cluster.name, version.service, version.version)
    href = call.base + path
    if "?" in call.href:
        # Ambari builds this href by cutting off the request's URL, with its query, at the last slash.
        href = f"{call.href.rpartition('/')[0]}/{path.partition(f'/{call.cluster.name}/')[2]}"
    return {
        "href": href,
        **({"configurations": configurations} if configurations else {}),
        "group_id": -1,
        "group_name": "Default",
        "service_config_version": version.version,
        "service_config_version_note": version.note,
        "service_name": version.service,
    }


def _maintain_services(call: Call, services: list[str]) -> Reply:
    for body in call.bodies:
        check_ids(body, "Service", ("ServiceInfo/maintenance_state",), ("ServiceInfo/state",))
        call.require(MAY_OPERATE, NOT_AUTHORIZED)
        state = body.get("ServiceInfo", "maintenance_state")
        if state is not None:
            for service in services:
                call.cluster.topology.set_service_maintenance(service, maintenance_state(state))
    return Reply()


def accepted(call: Call, request_id: int) -> Reply:
    """The response to a call that submitted a request (background operation)."""
    href = f"{call.base}/clusters/{call.cluster.name}/requests/{request_id}"
    return Reply(202, {"href": href, "Requests": {"id": request_id, "status": "Accepted"}})


def maintenance_state(value: Any) -> str:
    """Returns a maintenance mode that can be set, ON or OFF. Raises AmbariError 400 for any other value."""
    if value not in _MAINTENANCE_STATES:
        raise _no_constant("state.MaintenanceState", value)
    if value not in ("ON", "OFF"):
        raise illegal_argument("Invalid arguments, can only set maintenance state to one of [OFF, ON]")
    return str(value)


def _no_constant(enumeration: str, value: Any) -> AmbariError:
    return illegal_argument(f"No enum constant org.apache.ambari.server.{enumeration}.{value}")


def check_ids(
    body: Body, resource_type: str, known: tuple[str, ...], unmodelled: tuple[str, ...] = ()
) -> None:
    """Raises AmbariError 400 for properties not in `known`, NotModelledError for those in `unmodelled`."""
    for name in body.ids():
        if name in unmodelled:
            raise NotModelledError(f"changing {name}")
    unknown = [
        name for name in body.ids() if not any(name == item or name.startswith(f"{item}/") for item in known)
    ]
    if unknown:
        raise unsupported_properties(unknown, resource_type)


_C = "/clusters/{cluster}"

WRITERS: dict[tuple[str, str], Handler] = {
    ("PUT", _C): put_cluster,
    ("POST", f"{_C}/configurations"): post_configurations,
    ("PUT", f"{_C}/services"): put_services,
    ("PUT", f"{_C}/services/{{service}}"): put_service,
    ("POST", f"{_C}/requests"): post_request,
    ("PUT", f"{_C}/requests/{{request}}"): put_request,
    ("POST", f"{_C}/config_groups"): post_config_groups,
    ("DELETE", f"{_C}/config_groups/{{group}}"): delete_config_group,
}
"""Handlers by method and route template."""
