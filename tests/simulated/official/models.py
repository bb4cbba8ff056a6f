"""JSON Schema out of the models of an official SDK: classes with `_attribute_map` and `_validation`."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType
from typing import Any

from emulator.azure.schema.sdk import Shape

Schema = Mapping[str, Any]
_TYPES = {"str": "string", "int": "integer", "long": "integer", "float": "number", "bool": "boolean"}
_KEYWORDS = {
    "min_length": "minLength",
    "max_length": "maxLength",
    "minimum": "minimum",
    "maximum": "maximum",
    "minimum_ex": "exclusiveMinimum",
    "maximum_ex": "exclusiveMaximum",
    "min_items": "minItems",
    "max_items": "maxItems",
    "unique": "uniqueItems",
    "multiple": "multipleOf",
    "readonly": "readOnly",
}


@dataclass(frozen=True)
class Models:
    """The models of one package; `definitions` are those of the classes that were asked for."""

    module: ModuleType
    definitions: dict[str, Schema] = field(default_factory=dict)

    def schema_of(self, name: str, shape: Shape | None) -> Schema:
        """The schema of a class, with references to `definitions`; no other properties are allowed.

        shape: the same in azure-native's SDK, if it is there. Where models lift the properties of an inner
        object up to its owner, they no longer say which of them are required; azure-native's classes do.
        """
        model = getattr(self.module, name)
        hints = typing.get_type_hints(model.__init__, localns={"_models": self.module})
        properties, required = {}, set()
        for attribute, described in model._attribute_map.items():
            rules = model._validation.get(attribute, {})
            called = input_name(attribute, shape)
            inner = shape.properties.get(called) if shape else None
            properties[called] = {
                **self._typed(described["type"], inner),
                **constraints(rules),
                **enumeration(hints.get(attribute)),
            }
            lifted = "." in described["key"].replace(r"\.", "")
            if rules.get("required") or (lifted and shape is not None and called in shape.required):
                required.add(called)
        return {
            "type": "object",
            "properties": properties,
            "required": sorted(required),
            "additionalProperties": False,
        }

    def _typed(self, kind: str, shape: Shape | None) -> Schema:
        """The schema of a type as `_attribute_map` spells it, such as [Role] for a list of roles."""
        item = shape.item if shape else None
        if kind.startswith("["):
            return {"type": "array", "items": self._typed(kind[1:-1], item)}
        if kind.startswith("{") and shape and shape.kind == "array":
            # A map from ids to what only Azure sets; azure-native takes a list of the ids.
            return {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
        if kind.startswith("{"):
            return {"type": "object", "additionalProperties": self._typed(kind[1:-1], item)}
        if isinstance(getattr(self.module, kind, None), type):
            return self._reference(kind, shape)
        return {} if kind in ("object", "JSON") else {"type": _TYPES.get(kind, "string")}

    def _reference(self, name: str, shape: Shape | None) -> Schema:
        beside = shape.sdk_class.__name__ if shape and shape.sdk_class else "none"
        key = f"{name}-{beside}"
        if key not in self.definitions:
            # Some contain themselves.
            self.definitions[key] = {}
            self.definitions[key] = self.schema_of(name, shape if beside != "none" else None)
        return {"$ref": f"#/definitions/{key}"}


def constraints(rules: Mapping[str, Any]) -> Schema:
    """The keywords of JSON Schema for what a package calls a property's validation."""
    found = {_KEYWORDS[name]: value for name, value in rules.items() if name in _KEYWORDS}
    if pattern := rules.get("pattern"):
        # The packages match from the beginning on.
        found["pattern"] = pattern if pattern.startswith("^") else f"^(?:{pattern})"
    return found


def enumeration(annotation: Any) -> Schema:
    """`enum` with the values, if an annotation or the items of an annotated list have an enumeration."""
    values = [member.value for enum in _enumerations(annotation) for member in enum]
    if not values:
        return {}
    is_list = any(typing.get_origin(part) is list for part in (annotation, *typing.get_args(annotation)))
    return {"items": {"type": "string", "enum": values}} if is_list else {"enum": values}


def input_name(attribute: str, shape: Shape | None) -> str:
    """How azure-native calls a model's attribute: as its own class does; in camel case where it has none."""
    known = {name.lower(): name for name in shape.properties} if shape else {}
    return known.get(attribute.replace("_", ""), camel_case(attribute))


def camel_case(python_name: str) -> str:
    """resource_group_name as resourceGroupName."""
    return re.sub("_([a-z0-9])", lambda match: match[1].upper(), python_name)


def _enumerations(annotation: Any) -> Iterator[type[Enum]]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _enumerations(part)
