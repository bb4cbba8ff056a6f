"""PUT, POST and DELETE of what is no part of the cluster's work: artifacts and users."""

from collections.abc import Mapping
from typing import Any

from emulator.ambari.cluster.records import Artifact
from emulator.ambari.cluster.users import ADMINISTRATOR, CLUSTER_ROLES, MAY_VIEW, MAY_WRITE_CLUSTER_ARTIFACTS
from emulator.ambari.errors import AmbariError, ContainerError, NotModelledError, unsupported_properties
from emulator.ambari.handlers.bodies import Body
from emulator.ambari.handlers.calls import Call, Handler, Reply
from emulator.ambari.handlers.reading import artifact_of, artifact_scope
from emulator.ambari.query.resources import Resource, matches

NO_PERMISSION = "You do not have permissions to access this resource."
_NOT_ALLOWED_TO_STORE = (
    "The authenticated user does not have authorization to create/store user persisted data."
)


def post_artifact(call: Call) -> Reply:
    """Creates an artifact. A name in the body wins over the route's."""
    _check_cluster_rights(call)
    scope = artifact_scope(call)
    call.require(MAY_VIEW, _NOT_ALLOWED_TO_STORE)
    # An array has several objects, an empty body none: Ambari stumbles over both.
    if len(call.bodies) != 1 or call.body_is_array:
        raise ContainerError
    body = call.body
    if body.has_body_key:
        raise _data_missing()
    data = _data(body)
    name = str(body.get("Artifacts", "artifact_name") or call.parameters["artifact"])
    call.cluster.artifacts.create(scope, name, data)
    return Reply(201)


def put_artifact(call: Call) -> Reply:
    """Replaces an artifact's whole content."""
    _check_cluster_rights(call)
    return _replace(call, [artifact_of(call)])


def put_artifacts(call: Call) -> Reply:
    """The same for the artifacts that the query matches; matching none is no error."""
    _check_cluster_rights(call)
    return _replace(call, _matching(call))


def delete_artifact(call: Call) -> Reply:
    """Removes an artifact."""
    _check_cluster_rights(call)
    return _remove(call, [artifact_of(call)])


def delete_artifacts(call: Call) -> Reply:
    """Removes the artifacts that the query matches."""
    _check_cluster_rights(call)
    return _remove(call, _matching(call))


def post_users(call: Call) -> Reply:
    """Adds users."""
    _check_administrator(call)
    for body in call.bodies:
        name, password = body.get("Users", "user_name"), body.get("Users", "password")
        if not name or not password:
            raise AmbariError(400, "User name and password must be supplied.")
        roles = [ADMINISTRATOR] if body.get("Users", "admin") else []
        active = body.get("Users", "active")
        call.cluster.users.create(str(name), str(password), roles, active=active is not False)
    return Reply(201)


def put_user(call: Call) -> Reply:
    """Changes whether a user is active, or forgets the failed sign-ins."""
    _check_administrator(call)
    user = call.cluster.users.find(call.parameters["user"])
    for body in call.bodies:
        for name in body.ids():
            if name not in ("Users/active", "Users/consecutive_failures"):
                raise NotModelledError(f"changing {name}")
        active, failures = body.get("Users", "active"), body.get("Users", "consecutive_failures")
        call.cluster.users.change(user, active=active, failures=failures)
    return Reply()


def post_privileges(call: Call) -> Reply:
    """Gives users roles in the cluster."""
    _check_administrator(call)
    for body in call.bodies:
        role = str(body.get("PrivilegeInfo", "permission_name"))
        if role not in CLUSTER_ROLES:
            raise NotModelledError(f"permission {role}")
        call.cluster.users.grant(str(body.get("PrivilegeInfo", "principal_name")), role)
    return Reply(201)


def _check_cluster_rights(call: Call) -> None:
    # Service artifacts are not protected this way: there even users without any role may change and delete.
    if "service" not in call.parameters and not MAY_WRITE_CLUSTER_ARTIFACTS.intersection(call.user.roles):
        raise ContainerError(403, NO_PERMISSION)


def _check_administrator(call: Call) -> None:
    if ADMINISTRATOR not in call.user.roles:
        raise ContainerError(403, NO_PERMISSION)


def _matching(call: Call) -> list[Resource]:
    return [item for item in call.views.artifacts(artifact_scope(call)) if matches(item, call.query)]


def _replace(call: Call, resources: list[Resource]) -> Reply:
    data = _data(call.body)
    for resource in resources:
        call.cluster.artifacts.replace(_artifact(call, resource), data)
    return Reply()


def _remove(call: Call, resources: list[Resource]) -> Reply:
    for resource in resources:
        call.cluster.artifacts.delete(_artifact(call, resource))
    return Reply()


def _artifact(call: Call, resource: Resource) -> Artifact:
    values = resource.values
    return Artifact(artifact_scope(call), values["Artifacts/artifact_name"], values["artifact_data"])


def _data(body: Body) -> Mapping[str, Any]:
    data = body.properties.get("artifact_data")
    unknown = [
        name
        for name in body.ids()
        if name.partition("/")[0] != "artifact_data" and name != "Artifacts/artifact_name"
    ]
    if unknown:
        raise unsupported_properties(unknown, "Artifact")
    if data is None:
        raise _data_missing()
    if not isinstance(data, Mapping):
        raise AmbariError(400, "artifact_data property must be a map", "java.lang.IllegalArgumentException")
    return data


def _data_missing() -> AmbariError:
    return AmbariError(400, "artifact_data property must be provided", "java.lang.IllegalArgumentException")


_C = "/clusters/{cluster}"

NOTE_WRITERS: dict[tuple[str, str], Handler] = {
    ("PUT", f"{_C}/artifacts"): put_artifacts,
    ("DELETE", f"{_C}/artifacts"): delete_artifacts,
    ("POST", f"{_C}/artifacts/{{artifact}}"): post_artifact,
    ("PUT", f"{_C}/artifacts/{{artifact}}"): put_artifact,
    ("DELETE", f"{_C}/artifacts/{{artifact}}"): delete_artifact,
    ("PUT", f"{_C}/services/{{service}}/artifacts"): put_artifacts,
    ("DELETE", f"{_C}/services/{{service}}/artifacts"): delete_artifacts,
    ("POST", f"{_C}/services/{{service}}/artifacts/{{artifact}}"): post_artifact,
    ("PUT", f"{_C}/services/{{service}}/artifacts/{{artifact}}"): put_artifact,
    ("DELETE", f"{_C}/services/{{service}}/artifacts/{{artifact}}"): delete_artifact,
    ("POST", "/users"): post_users,
    ("PUT", "/users/{user}"): put_user,
    ("POST", f"{_C}/privileges"): post_privileges,
}
"""Handlers by method and route template."""
