"""Artifacts: named JSON objects that clients store with a cluster or a service.

Source: controller/internal/ArtifactResourceProvider.java of Ambari 2.7.3.
"""

from collections.abc import Mapping
from typing import Any

from emulator.ambari.cluster.records import Artifact, Table
from emulator.ambari.errors import AmbariError, ContainerError, NotModelledError
from emulator.store import Store

MAX_NAME_LENGTH = 255


class Artifacts:
    """All artifacts of one cluster. Not thread-safe: the cluster's lock guards it."""

    def __init__(self, store: Store, cluster: str) -> None:
        self._cluster = cluster
        self._artifacts = Table(store, "artifact", Artifact)

    def all(self, service: str) -> list[Artifact]:
        """The artifacts of a service, or of the cluster ("")."""
        found = [item for item in self._artifacts.all() if item.service == service]
        return sorted(found, key=lambda item: item.name)

    def create(self, service: str, name: str, data: Mapping[str, Any]) -> None:
        """Adds an artifact. Raises AmbariError 409 when it exists."""
        if len(name) > MAX_NAME_LENGTH:
            raise ContainerError
        if self._artifacts.get(_key(service, name)):
            raise AmbariError(
                409,
                f"Attempted to create an artifact which already exists, artifact_name='{name}', "
                f"foreign_keys='{{{self._foreign_keys(service)}}}'",
            )
        self._save(Artifact(service, name, _as_stored(data)))

    def replace(self, artifact: Artifact, data: Mapping[str, Any]) -> None:
        """Replaces an artifact's content. Creates one that was deleted meanwhile again, as Ambari does."""
        self._save(Artifact(artifact.service, artifact.name, _as_stored(data)))

    def delete(self, artifact: Artifact) -> None:
        """Deletes an artifact; does nothing when it was deleted meanwhile."""
        if self._artifacts.get(_key(artifact.service, artifact.name)):
            self._artifacts.delete(_key(artifact.service, artifact.name))

    def _foreign_keys(self, service: str) -> str:
        suffix = f", Artifacts/service_name={service}" if service else ""
        return f"Artifacts/cluster_name={self._cluster}{suffix}"

    def _save(self, artifact: Artifact) -> None:
        self._artifacts.save(_key(artifact.service, artifact.name), artifact)


def _key(service: str, name: str) -> str:
    return f"{service}/{name}"


def _as_stored(value: Any) -> Any:
    """JSON as Ambari returns it: integers as floats, no nulls, and keys with a slash as nested objects."""
    if isinstance(value, Mapping):
        stored: dict[str, Any] = {}
        for key, item in value.items():
            if not key:
                raise NotModelledError("an empty key in artifact_data, which spoils Ambari's own JSON")
            if item is not None:
                _put_nested(stored, str(key).split("/"), _as_stored(item))
        return stored
    if isinstance(value, list):
        return [_as_stored(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _put_nested(target: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {})
    target[path[-1]] = value
