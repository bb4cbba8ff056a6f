"""The field manager that a resource is applied by, as pulumi-kubernetes chooses it."""

import secrets
from collections.abc import Mapping
from typing import Any

from emulator.kubernetes.server.objects import Object, annotations_of

STATE_KEY = "__fieldManager"
"""Where the state keeps the name; it is written only when an operation is over (checkpointObject)."""
_ANNOTATION = "pulumi.com/patchFieldManager"
_FORCE_ANNOTATION = "pulumi.com/patchForce"
_PREFIX = "pulumi-kubernetes-"


def manager_of(state: Mapping[str, Any], inputs: Object) -> str:
    """The manager's name (kubeProvider.fieldManagerName): the annotation's, the state's, or a random one."""
    return annotations_of(inputs).get(_ANNOTATION) or state.get(STATE_KEY) or _PREFIX + secrets.token_hex(4)


def is_forced(inputs: Object, live: Object | None, by_provider: bool) -> bool:
    """Whether fields are taken from other managers (patchForce in await/await.go).

    `live`: the object to update; None at a creation, even one that finds an object. `by_provider`: the
    provider's setting enablePatchForce.
    """
    annotation = annotations_of(inputs).get(_FORCE_ANNOTATION)
    if annotation is not None:
        return annotation == "true"
    return by_provider or (live is not None and not live["metadata"].get("managedFields"))


def giving_up_fields(item: Object) -> Object:
    """The configuration by which a manager gives up all its fields (Relinquish in ssa/actions.go)."""
    names = ("name", "namespace")
    metadata = {name: item["metadata"][name] for name in names if name in item["metadata"]}
    return {"apiVersion": item["apiVersion"], "kind": item["kind"], "metadata": metadata}
