"""The inputs of a resource: the names and namespace that are filled in, and what is refused."""

import copy
import random
import string
from typing import Any

from emulator.kubernetes.provider.differences import AUTONAMED
from emulator.kubernetes.provider.modelled import unmodelled
from emulator.kubernetes.server.defaults import as_stored
from emulator.kubernetes.server.objects import KINDS, Kind, Object, annotations_of
from emulator.kubernetes.server.rules import broken_rules
from emulator.kubernetes.server.schema import schema_failures
from emulator.providers.provider import Failure, Unknown

_PREFIX = "kubernetes:"
_SUFFIX_LENGTH = 8
_ALPHABET = string.ascii_lowercase + string.digits


def kind_of(resource_type: str) -> Kind | None:
    """The kind a Pulumi type such as kubernetes:apps/v1:Deployment stands for, if it is modelled."""
    version, _, name = resource_type.removeprefix(_PREFIX).rpartition(":")
    kind = KINDS.get(name)
    # The type of a kind of the core group says so; its apiVersion does not.
    if kind is None or kind.api_version != version.removeprefix("core/") or name in ("Pod", "ReplicaSet"):
        return None
    return kind


def resource_types() -> dict[str, Kind]:
    """The Pulumi types that are modelled, each with its kind."""
    types = {}
    for kind in KINDS.values():
        group = "" if "/" in kind.api_version else "core/"
        types[f"{_PREFIX}{group}{kind.api_version}:{kind.name}"] = kind
    return {resource_type: kind for resource_type, kind in types.items() if kind_of(resource_type)}


def completed(
    kind: Kind, logical_name: str, olds: Object, news: Object, default_namespace: str, seed: bytes = b""
) -> Object:
    """The inputs with apiVersion and kind, a namespace and a name. A name once generated is kept.

    `seed`: a generated name is derived from it; if it is empty, the name is random.
    """
    inputs: Object = {"apiVersion": kind.api_version, "kind": kind.name, **without_nulls(news)}
    metadata = inputs.setdefault("metadata", {})
    if isinstance(metadata, Unknown):
        return inputs
    if kind.namespaced:
        metadata.setdefault("namespace", default_namespace)
    if "name" not in metadata:
        metadata["name"] = _former_name(olds) or _generated_name(logical_name, seed)
        metadata["annotations"] = {**annotations_of(inputs), AUTONAMED: "true"}
    return inputs


def failures(inputs: Object, version: str | None, former: Object | None = None) -> list[Failure]:
    """Everything that Kubernetes `version` or the emulator does not accept about the inputs.

    `former`: the inputs that were accepted before.
    """
    if isinstance(inputs["metadata"], Unknown):
        return []
    # The rules expect the types of the schema.
    return schema_failures(inputs, version) or [*unmodelled(inputs), *broken_rules(inputs, version, former)]


def live_inputs(live: Object, declared: Object) -> Object:
    """The values that the declared fields have in `live` (pruneLiveState).

    Lists are compared by position: an item that was added at the end is not seen.
    """
    stored = as_stored(declared)
    pruned = _pruned(live, stored)
    # A write-only field (stringData) stays as it was declared while it has the value that is stored.
    return declared if pruned == stored else pruned


def _pruned(source: Any, target: Any) -> Any:
    """pruneMap and pruneSlice in provider/util.go."""
    if isinstance(source, dict) and isinstance(target, dict):
        return {name: _pruned(value, target[name]) for name, value in source.items() if name in target}
    if isinstance(source, list) and isinstance(target, list):
        return [_pruned(value, other) for value, other in zip(source, target, strict=False)]
    return source


def without_nulls(value: Any) -> Any:
    """A copy without null fields: to the API a null field is an absent one."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return copy.copy(value)


def _former_name(olds: Object) -> str | None:
    return olds["metadata"]["name"] if olds and AUTONAMED in annotations_of(olds) else None


def _generated_name(logical_name: str, seed: bytes) -> str:
    """The logical name with a random suffix (NewUniqueName in Pulumi's sdk/go/common/resource)."""
    generator = random.Random(seed) if seed else random.SystemRandom()
    return f"{logical_name}-" + "".join(generator.choices(_ALPHABET, k=_SUFFIX_LENGTH))
