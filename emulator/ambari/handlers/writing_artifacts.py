"""PUT, POST and DELETE of artifacts."""

from collections.abc import Mapping
from typing import Any

from emulator.ambari.cluster.records import Artifact
from emulator.ambari.cluster.users import MAY_VIEW, MAY_WRITE_CLUSTER_ARTIFACTS
from emulator.ambari.errors import AmbariError, ContainerError, unsupported_properties
from emulator.ambari.handlers.bodies import Body
from emulator.ambari.handlers.calls import NO_PERMISSION, Call, Handler, Reply
from emulator.ambari.handlers.reading import artifact_of, artifact_scope
from emulator.ambari.query.resources import Resource, matches

_NOT_ALLOWED_TO_STORE = (
    "The authenticated user does not have authorization to create/store user persisted data."
)


def post_artifact(call: Call) -> Reply:
    """Creates an artifact. A name in the body takes precedence over the one in the route."""
    _check_cluster_rights(call)
    scope = artifact_scope(call)
    call.require(MAY_VIEW, _NOT_ALLOWED_TO_STORE)
    # Ambari fails with 500 on an array, and on a body without any object.
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
    """Replaces the content of an artifact."""
    _check_cluster_rights(call)
    return _replace(call, [artifact_of(call)])


def put_artifacts(call: Call) -> Reply:
    """Replaces the content of all artifacts that match the query, which may be none."""
    _check_cluster_rights(call)
    return _replace(call, _matching(call))


def delete_artifact(call: Call) -> Reply:
    """Deletes an artifact."""
    _check_cluster_rights(call)
    return _remove(call, [artifact_of(call)])


def delete_artifacts(call: Call) -> Reply:
    """Deletes all artifacts that match the query."""
    _check_cluster_rights(call)
    return _remove(call, _matching(call))


def _check_cluster_rights(call: Call) -> None:
    # Ambari doesn't check this for artifacts of services: even users without any role may change those.
    if "service" not in call.parameters and not MAY_WRITE_CLUSTER_ARTIFACTS.intersection(call.user.roles):
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

ARTIFACT_WRITERS: dict[tuple[str, str], Handler] = {
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
}
"""Handlers by method and route template."""
