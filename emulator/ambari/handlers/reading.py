"""The GET handlers: which resources each route shows."""

from collections.abc import Callable

from emulator.ambari.cluster.users import ADMINISTRATOR, MAY_VIEW
from emulator.ambari.errors import AmbariError, missing
from emulator.ambari.handlers.calls import Call, Handler, Reply
from emulator.ambari.query import resource_types as types
from emulator.ambari.query.resources import (
    Resource,
    ResourceType,
    check_properties,
    matches,
    render_list,
    render_one,
)
from emulator.ambari.views.request_views import listed_requests

SERVER_VERSION = "2.7.3.0"
NOT_AUTHORIZED_TO_VIEW = "The authenticated user is not authorized to perform the requested operation"


def service_of(call: Call) -> str:
    """The service in the route. Raises AmbariError 404 when there is none."""
    name = call.parameters["service"]
    if name not in call.cluster.topology.services():
        raise missing(
            "The requested resource doesn't exist: "
            f"Service not found, clusterName={call.cluster.name}, serviceName={name}"
        )
    return name


def artifact_scope(call: Call) -> str:
    """The service to which the route's artifacts belong, "" for the cluster. Raises AmbariError 404."""
    service = call.parameters.get("service", "")
    if service and service not in call.cluster.topology.services():
        keys = f"Artifacts/cluster_name={call.cluster.name}, Artifacts/service_name={service}"
        raise missing(f"Parent resource doesn't exist: {{{keys}}}")
    return service


def artifact_of(call: Call) -> Resource:
    """The artifact in the route. Raises AmbariError 404 when there is none that matches the query."""
    scope = artifact_scope(call)
    name = call.parameters["artifact"]
    found = [item for item in call.views.artifacts(scope) if item.values["Artifacts/artifact_name"] == name]
    if not found or not matches(found[0], call.query):
        raise missing(
            f"The requested resource doesn't exist: Artifact not found, {_artifact_keys(call, scope)}"
        )
    return found[0]


def request_id_of(call: Call) -> int:
    """The id of a request (background operation) in the route. Raises AmbariError 400 if it is no number."""
    text = call.parameters["request"]
    try:
        return int(text)
    except ValueError:
        raise AmbariError(400, f'Invalid Request: For input string: "{text}"') from None


def host_component_of(call: Call) -> Resource:
    """The host component in the route. Raises AmbariError 404."""
    host = call.cluster.topology.host(call.parameters["host"])
    item = call.cluster.topology.component(host.name, call.parameters["component"])
    if item is None:
        raise missing(
            f"The requested resource doesn't exist: ServiceComponentHost not found, "
            f"clusterName={call.cluster.name}, serviceComponentName={call.parameters['component']}, "
            f"hostName={host.name}"
        )
    return call.views.host_component(item)


def _artifact_keys(call: Call, scope: str) -> str:
    keys = [f"Artifacts/cluster_name={call.cluster.name}"]
    keys += [f"Artifacts/service_name={scope}"] if scope else []
    keys += [f"Artifacts/artifact_name={call.parameters['artifact']}"]
    comparisons = call.query.predicate.comparisons() if call.query.predicate else ()
    conditions = [f"{item.property}{item.operator}{item.values[0]}" for item, _ in comparisons]
    if conditions:
        return f"{' AND '.join(conditions)} AND ({' AND '.join(keys)})"
    return " AND ".join(keys)


def _component(call: Call) -> Resource:
    if call.cluster.collector and any(field.startswith("metrics") for field in call.query.fields):
        call.require(MAY_VIEW, "The authenticated user does not have authorization to view Service metrics")
    below_services = "service" in call.parameters
    service = service_of(call) if below_services else None
    name = call.parameters["component"]
    for item in call.views.components(below_services=below_services):
        owner = item.values["ServiceComponentInfo/service_name"]
        if item.values["ServiceComponentInfo/component_name"] == name and service in (None, owner):
            return item
    raise missing(
        f"The requested resource doesn't exist: ServiceComponent not found, "
        f"clusterName={call.cluster.name}, serviceName={service}, serviceComponentName={name}"
    )


def _host(call: Call) -> Resource:
    return call.views.host(call.cluster.topology.host(call.parameters["host"]))


def _root_component(call: Call) -> Resource:
    service, name = call.parameters["service"], call.parameters["component"]
    if (service, name) != ("AMBARI", "AMBARI_SERVER"):
        raise missing(f"The requested resource doesn't exist: {service}/{name}")
    values = {
        "RootServiceComponents/component_name": name,
        "RootServiceComponents/component_version": SERVER_VERSION,
        "RootServiceComponents/service_name": service,
    }
    return Resource(types.ROOT_COMPONENT, f"/services/{service}/components/{name}", values)


def _request(call: Call) -> Resource:
    wanted = request_id_of(call)
    found = [item for item in call.views.requests() if item.values["Requests/id"] == wanted]
    if not found:
        raise missing("Request resource doesn't exist.")
    return found[0]


def _task(call: Call) -> Resource:
    for task in _request(call).children["tasks"]():
        if str(task.values["Tasks/id"]) == call.parameters["task"]:
            return task
    raise missing("Task resource doesn't exist.")


def _request_schedule(call: Call) -> Resource:
    for item in call.views.request_schedules():
        if str(item.values["RequestSchedule/id"]) == call.parameters["schedule"]:
            return item
    raise missing(f"Request Schedule resource doesn't exist: {call.parameters['schedule']}")


def _cluster(call: Call) -> Resource:
    # Users without any role may read the name, and nothing else.
    if set(call.query.fields) != {"Clusters/cluster_name"}:
        call.require(MAY_VIEW, "The authenticated user does not have authorization to view cluster metrics")
    return call.views.cluster()


def _configurations(call: Call) -> list[Resource]:
    with_properties = "tag" in call.query.predicate_properties
    return call.views.configurations(with_properties=with_properties)


def _config_group(call: Call) -> Resource:
    for item in call.views.config_groups():
        if str(item.values["ConfigGroup/id"]) == call.parameters["group"]:
            return item
    raise missing(f"Config group not found, groupId = {call.parameters['group']}")


def _components_of_service(call: Call) -> list[Resource]:
    service = service_of(call)
    return [
        item
        for item in call.views.components()
        if item.values["ServiceComponentInfo/service_name"] == service
    ]


def _users(call: Call) -> list[Resource]:
    own = call.user.name
    sees_all = ADMINISTRATOR in call.user.roles
    return [item for item in call.views.users() if sees_all or item.values["Users/user_name"] == own]


def _user(call: Call) -> Resource:
    found = call.cluster.users.find(call.parameters["user"])
    if found.name != call.user.name:
        call.require(frozenset({ADMINISTRATOR}), NOT_AUTHORIZED_TO_VIEW)
    return call.views.user(found)


def _for_viewers(handler: Handler) -> Handler:
    """Adds to a handler that the user needs a role in the cluster."""

    def handle(call: Call) -> Reply:
        call.require(MAY_VIEW, NOT_AUTHORIZED_TO_VIEW)
        return handler(call)

    return handle


def _one(resource: Callable[[Call], Resource]) -> Handler:
    def handle(call: Call) -> Reply:
        return Reply(200, render_one(resource(call), call.query, call.base, call.href))

    return handle


def _many(resource_type: ResourceType, resources: Callable[[Call], list[Resource]]) -> Handler:
    def handle(call: Call) -> Reply:
        check_properties(resource_type, call.query)
        return Reply(200, render_list(resources(call), call.query, call.base, call.href))

    return handle


_C = "/clusters/{cluster}"

READERS: dict[str, Handler] = {
    "/clusters": _many(types.CLUSTER, lambda call: [call.views.cluster()]),
    _C: _one(_cluster),
    f"{_C}/configurations": _many(types.CONFIGURATION, _configurations),
    f"{_C}/configurations/service_config_versions": _for_viewers(
        _many(types.SERVICE_CONFIG_VERSION, lambda call: call.views.service_config_versions())
    ),
    f"{_C}/services": _many(types.SERVICE, lambda call: call.views.services()),
    f"{_C}/services/{{service}}": _for_viewers(_one(lambda call: call.views.service(service_of(call)))),
    f"{_C}/services/{{service}}/components": _many(types.COMPONENT, _components_of_service),
    f"{_C}/services/{{service}}/components/{{component}}": _one(_component),
    f"{_C}/services/{{service}}/artifacts": _many(
        types.ARTIFACT, lambda call: call.views.artifacts(artifact_scope(call))
    ),
    f"{_C}/services/{{service}}/artifacts/{{artifact}}": _one(artifact_of),
    f"{_C}/components": _many(types.COMPONENT, lambda call: call.views.components(below_services=False)),
    f"{_C}/components/{{component}}": _one(_component),
    f"{_C}/hosts": _for_viewers(_many(types.HOST, lambda call: call.views.hosts())),
    f"{_C}/hosts/{{host}}": _for_viewers(_one(_host)),
    f"{_C}/hosts/{{host}}/host_components": _for_viewers(
        _many(
            types.HOST_COMPONENT,
            lambda call: call.views.host_components(call.cluster.topology.host(call.parameters["host"]).name),
        )
    ),
    f"{_C}/hosts/{{host}}/host_components/{{component}}": _for_viewers(_one(host_component_of)),
    f"{_C}/host_components": _for_viewers(
        _many(types.HOST_COMPONENT, lambda call: call.views.host_components())
    ),
    f"{_C}/requests": _for_viewers(
        _many(types.REQUEST, lambda call: listed_requests(call.views.requests(), call.query))
    ),
    f"{_C}/requests/{{request}}": _for_viewers(_one(_request)),
    f"{_C}/requests/{{request}}/tasks": _many(types.TASK, lambda call: _request(call).children["tasks"]()),
    f"{_C}/requests/{{request}}/tasks/{{task}}": _one(_task),
    f"{_C}/requests/{{request}}/stages": _many(types.STAGE, lambda call: _request(call).children["stages"]()),
    f"{_C}/artifacts": _many(types.ARTIFACT, lambda call: call.views.artifacts("")),
    f"{_C}/artifacts/{{artifact}}": _one(artifact_of),
    f"{_C}/config_groups": _many(types.CONFIG_GROUP, lambda call: call.views.config_groups()),
    f"{_C}/config_groups/{{group}}": _one(_config_group),
    f"{_C}/alerts": _many(types.ALERT, lambda call: []),
    f"{_C}/request_schedules": _many(types.REQUEST_SCHEDULE, lambda call: call.views.request_schedules()),
    f"{_C}/request_schedules/{{schedule}}": _one(_request_schedule),
    f"{_C}/upgrades": _many(types.UPGRADE, lambda call: []),
    "/hosts": _many(types.HOST, lambda call: call.views.hosts(below_cluster=False)),
    "/requests": _many(types.REQUEST, lambda call: []),
    "/services/{service}/components/{component}": _one(_root_component),
    "/users": _many(types.USER, _users),
    "/users/{user}": _one(_user),
}
"""Handlers by route template."""
