"""From what a program declares to what is sent to the API server: names, namespaces, and refusals."""

import copy
import random
import string
from typing import Any

from emulator.kubernetes.provider.differences import AUTONAMED
from emulator.kubernetes.provider.modelled import unmodelled
from emulator.kubernetes.server.applying import as_stored
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

    `seed`: what a generated name follows from; without one it is any.
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
    # Rules may rely on the schema: on wrong types they would only stumble.
    return schema_failures(inputs, version) or [*unmodelled(inputs), *broken_rules(inputs, version, former)]


def live_inputs(live: Object, declared: Object) -> Object:
    """What a program would declare to get `live`, as far as it declared that (pruneLiveState).

    A list is compared place by place: what somebody added at its end is not seen.
    """
    stored = as_stored(declared)
    pruned = _pruned(live, stored)
    # What is only for writing stays as it was declared, as long as it is what is stored.
    return declared if pruned == stored else pruned


def _pruned(source: Any, target: Any) -> Any:
    """pruneMap and pruneSlice in provider/util.go."""
    if isinstance(source, dict) and isinstance(target, dict):
        return {name: _pruned(value, target[name]) for name, value in source.items() if name in target}
    if isinstance(source, list) and isinstance(target, list):
        return [_pruned(value, other) for value, other in zip(source, target, strict=False)]
    return source


def without_nulls(value: Any) -> Any:
    """A copy without null fields: to the API they are the same as absent ones."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return copy.copy(value)


def _former_name(olds: Object) -> str | None:
    return olds["metadata"]["name"] if olds and AUTONAMED in annotations_of(olds) else None


def _generated_name(logical_name: str, seed: bytes) -> str:
    """As by NewUniqueName in Pulumi's sdk/go/common/resource."""
    chance = random.Random(seed) if seed else random.SystemRandom()
    return f"{logical_name}-" + "".join(chance.choices(_ALPHABET, k=_SUFFIX_LENGTH))
