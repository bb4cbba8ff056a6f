"""The structure of objects by Kubernetes' schemas: how they are merged, and which fields have owners.

The rules are those of sigs.k8s.io/structured-merge-diff (package typed). Paths consist of steps as FieldsV1
writes them: `f:NAME` is a field, `k:{...}` the item of a list with these keys, `v:VALUE` that of a set.
"""

import copy
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.kubernetes.server.schema import definitions, schema_of

Path = tuple[str, ...]

# Keys that may be left out have defaults (`+default` in k8s.io/api), which the published schemas lack.
_DEFAULT_KEYS = {"protocol": "TCP"}
_REFERENCE = "#/$defs/"


@dataclass(frozen=True)
class Structure:
    """The structure of one value. `schema`: its JSON schema, with what it refers to resolved."""

    schema: Mapping[str, Any]
    version: str

    @classmethod
    def of(cls, kind: str, version: str | None) -> "Structure":
        """The structure of a kind's objects in a Kubernetes version (None: the newest known)."""
        schema, known = schema_of(kind, version)
        return cls(schema, known)

    def is_atomic(self, value: Any) -> bool:
        """Whether the value is owned and replaced as a whole."""
        if isinstance(value, dict):
            fields = "properties" in self.schema or isinstance(self.schema.get("additionalProperties"), dict)
            return self.schema.get("x-kubernetes-map-type") == "atomic" or not fields
        if isinstance(value, list):
            return self.schema.get("x-kubernetes-list-type") not in ("map", "set")
        return True

    def parts(self, value: Any) -> Iterator[tuple[str, Any, "Structure"]]:
        """The parts of a value that is not atomic: the step to each, the part, and its structure."""
        if isinstance(value, dict):
            for name, part in value.items():
                yield f"f:{name}", part, self._field(name)
        elif self.schema.get("x-kubernetes-list-type") == "set":
            yield from ((f"v:{_text(part)}", part, self._items()) for part in value)
        else:
            yield from ((self._key(part), part, self._items()) for part in value)

    def names_field(self, step: str) -> bool:
        """Whether the schema names the field that the step leads to; it does not name a map's keys."""
        return step[2:] in self.schema.get("properties", {})

    def _field(self, name: str) -> "Structure":
        properties = self.schema.get("properties", {})
        return self._resolved(properties.get(name) or self.schema.get("additionalProperties") or {})

    def _items(self) -> "Structure":
        return self._resolved(self.schema.get("items") or {})

    def _key(self, item: Mapping[str, Any]) -> str:
        names = sorted(self.schema["x-kubernetes-list-map-keys"])
        return "k:" + _text({name: item.get(name, _DEFAULT_KEYS.get(name)) for name in names})

    def _resolved(self, schema: Any) -> "Structure":
        schema = schema if isinstance(schema, dict) else {}
        name = schema.get("$ref", "").rpartition(_REFERENCE)[2]
        if name:
            schema = {**definitions(self.version)[name], **schema}
        return Structure(schema, self.version)


def fields(value: Any, structure: Structure, path: Path = ()) -> dict[Path, Any]:
    """The fields of a value that can be owned, by path (toFieldSet); the value of a list's item is True."""
    if structure.is_atomic(value):
        return {path: value}
    found: dict[Path, Any] = {}
    for step, part, inner in structure.parts(value):
        at = (*path, step)
        found |= fields(part, inner, at)
        is_item = not step.startswith("f:") or not structure.names_field(step)
        if is_item or part == {}:
            found.setdefault(at, True)
    return found


def merged(live: Any, config: Any, structure: Structure) -> Any:
    """`live` overlaid with `config` (typed.Merge); items of lists are merged by their keys."""
    if structure.is_atomic(config) or type(live) is not type(config):
        return copy.deepcopy(config)
    theirs = {step: (part, inner) for step, part, inner in structure.parts(live)}
    ours = {step: (part, inner) for step, part, inner in structure.parts(config)}
    both = {
        step: merged(theirs[step][0], part, inner) if step in theirs else copy.deepcopy(part)
        for step, (part, inner) in ours.items()
    }
    if isinstance(config, dict):
        kept = {step: part for step, (part, _) in theirs.items() if step not in ours}
        return {step[2:]: part for step, part in {**kept, **both}.items()}
    order = _order(list(theirs), list(ours))
    return [both[step] if step in both else theirs[step][0] for step in order]


def without(value: Any, structure: Structure, is_removed: Callable[[Path], bool], path: Path = ()) -> Any:
    """The value without the parts at removed paths; None if no part is left."""
    if structure.is_atomic(value) or not value:
        return value
    kept = [
        (step, rest)
        for step, part, inner in structure.parts(value)
        if not is_removed((*path, step))
        and (rest := without(part, inner, is_removed, (*path, step))) is not None
    ]
    if not kept:
        return None
    return {step[2:]: part for step, part in kept} if isinstance(value, dict) else [part for _, part in kept]


def _order(theirs: Sequence[str], ours: Sequence[str]) -> list[str]:
    """The steps of both: in our order, with each of theirs behind the steps that it stood behind."""
    result: list[str] = []
    rest = list(ours)
    for step in theirs:
        if step not in ours:
            result.append(step)
        elif step in rest:
            position = rest.index(step) + 1
            result += rest[:position]
            rest = rest[position:]
    return [*result, *rest]


@functools.lru_cache(maxsize=4096)
def shown(path: Path) -> str:
    """The path in the API's notation: .spec.ports[port=80,protocol="TCP"].name (fieldpath.Path.String)."""
    return "".join(map(_shown_step, path))


def _shown_step(step: str) -> str:
    if step.startswith("f:"):
        return "." + step[2:]
    if step.startswith("v:"):
        return f"[={step[2:]}]"
    return "[" + ",".join(f"{name}={_text(value)}" for name, value in json.loads(step[2:]).items()) + "]"


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
