"""Validates objects by Kubernetes' strict schemas, which refuse unknown, missing and mistyped fields."""

import functools
from typing import Any

import referencing
from jsonschema import Draft202012Validator
from kubernetes_validate.utils import all_versions, schema_contents
from packaging.version import Version

from emulator.kubernetes.server.objects import KINDS, Object
from emulator.providers.provider import Failure, Unknown


def schema_failures(item: Object, version: str | None) -> list[Failure]:
    """The violations in `item` of the schema of Kubernetes `version` (None: the newest known).

    Unknown values are taken to be right.
    """
    errors = _validator(item["kind"], _known_version(version)).iter_errors(item)
    return [
        Failure(error.json_path[2:], error.message)
        for error in errors
        if not isinstance(error.instance, Unknown)
    ]


def schema_of(kind: str, version: str | None) -> tuple[dict[str, Any], str]:
    """A kind's schema in Kubernetes `version` (None: the newest known), and the version it is of."""
    known = _known_version(version)
    return _schema(kind, known), known


@functools.cache
def definitions(version: str) -> dict[str, Any]:
    """The definitions that the schemas of a version refer to, by name."""
    return _definitions(version)["$defs"]


def _known_version(wanted: str | None) -> str:
    """The newest version that has schemas and is not newer than the one wanted."""
    versions = all_versions()
    if wanted is None:
        return versions[-1]
    major_minor = Version(".".join(wanted.removeprefix("v").split(".")[:2]))
    older = [version for version in versions if Version(".".join(version.split(".")[:2])) <= major_minor]
    return older[-1] if older else versions[0]


@functools.cache
def _validator(kind: str, version: str) -> Any:
    schema = _schema(kind, version)
    registry: referencing.Registry = referencing.Registry()
    for contents in (schema, _definitions(version)):
        registry = referencing.Resource.from_contents(contents) @ registry
    return Draft202012Validator(schema, registry=registry)


@functools.cache
def _schema(kind: str, version: str) -> dict[str, Any]:
    group, _, group_version = KINDS[kind].api_version.rpartition("/")
    # The files leave a group's domain out: networkpolicy-networking-v1 is of networking.k8s.io/v1.
    names = [kind.lower(), *([group.partition(".")[0]] if group else []), group_version]
    return schema_contents(f"{_folder(version)}/{'-'.join(names)}.json", version)


@functools.cache
def _definitions(version: str) -> Any:
    return schema_contents(f"{_folder(version)}/_definitions.json", version)


def _folder(version: str) -> str:
    return f"kubernetes-json-schema/v{version}-local-strict"
