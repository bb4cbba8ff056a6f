"""Azure's API descriptions, and the requests that azure-native makes of a resource's inputs.

The descriptions lie in openapi/, whose README says where they come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError, validators

FOLDER = Path(__file__).parent / "openapi"
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Description:
    """How one type of resource is created: the API's version, what is in path and query, and the body."""

    version: str
    path: Schema
    query: Schema
    body: Schema
    definitions: Schema

    def request(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        """The parts of the path and the body that azure-native sends for these inputs."""
        path = {name: value for name, value in inputs.items() if name in self.path}
        elsewhere = path.keys() | self.query.keys()
        return path, self._wire(
            self.body, {name: value for name, value in inputs.items() if name not in elsewhere}
        )

    def mistakes(self, inputs: Mapping[str, Any]) -> list[str]:
        """What the API's description says against these inputs, each with its place."""
        path, body = self.request(inputs)
        query = {name: value for name, value in inputs.items() if name in self.query}
        names = {"type": "object", "properties": self.path, "required": list(self.path)}
        options = {"type": "object", "properties": self.query}
        return [*self._check(names, path), *self._check(options, query), *self._check(self.body, body)]

    def properties(self, schema: Schema | None = None) -> Iterator[tuple[tuple[str, ...], Schema]]:
        """All properties that can be given, by their places among the inputs, `[]` for items and values."""
        schema = self.resolve(self.body if schema is None else schema)
        inner = schema.get("items") or schema.get("additionalProperties")
        if isinstance(inner, Mapping) and "properties" in self.resolve(inner):
            for place, found in self.properties(inner):
                yield ("[]", *place), found
        for name, described in schema.get("properties", {}).items():
            if described.get("readOnly"):
                continue
            if described.get("x-ms-client-flatten"):
                yield from self.properties(described)
            else:
                yield (input_name(name, described),), self.resolve(described)
                for place, found in self.properties(described):
                    yield (input_name(name, described), *place), found

    def resolve(self, schema: Schema) -> Schema:
        """A schema, with what it refers to."""
        if "$ref" not in schema:
            return schema
        return {**self.definitions[schema["$ref"].rpartition("/")[2]], **schema}

    def _wire(self, schema: Schema, value: Any) -> Any:
        schema = self.resolve(schema)
        if isinstance(value, list):
            if "items" in schema:
                return [self._wire(schema["items"], item) for item in value]
            if schema.get("type") == "object":
                # A set of names, which the API wants as a map to empty objects.
                return {item: {} for item in value}
        if isinstance(value, Mapping) and "properties" in schema:
            return self._object(schema["properties"], dict(value))
        if isinstance(value, Mapping) and isinstance(inner := schema.get("additionalProperties"), Mapping):
            return {name: self._wire(inner, item) for name, item in value.items()}
        return value

    def _object(self, properties: Schema, left: dict[str, Any]) -> dict[str, Any]:
        body = {}
        flat = {name: described for name, described in properties.items() if _is_flat(described)}
        for name, described in properties.items():
            given = input_name(name, described)
            if name not in flat and given in left:
                body[name] = self._wire(described, left.pop(given))
        for name, described in flat.items():
            inside = self.resolve(described)["properties"]
            taken = {
                given: left.pop(given)
                for inner, what in inside.items()
                if (given := input_name(inner, what)) in left
            }
            if taken:
                body[name] = self._object(inside, taken)
        # What no definition knows stays for the validator to refuse.
        return {**body, **left}

    def _check(self, schema: Schema, value: Any) -> list[str]:
        rooted = {**schema, "definitions": self.definitions}
        errors = sorted(_Validator(rooted).iter_errors(value), key=lambda error: error.json_path)
        return [f"{error.json_path}: {error.message}" for error in errors]


def input_name(name: str, described: Schema) -> str:
    """How azure-native calls a property: by its name for clients, where it has one, in camel case."""
    called = described.get("x-ms-client-name", name)
    return called[0].lower() + called[1:]


@cache
def descriptions() -> Mapping[str, Description]:
    """Every description in openapi/, by the type's token."""
    found = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        content = yaml.safe_load(file.read_text())
        definitions = {name: _closed(schema) for name, schema in content["definitions"].items()}
        for token, resource in content["resources"].items():
            body = {"$ref": f"#/definitions/{resource['body']}"}
            query = resource.get("query", {})
            found[token] = Description(resource["version"], resource["path"], query, body, definitions)
    return found


def _closed(schema: Schema) -> Schema:
    """Without room for properties that the description doesn't have."""
    closed = dict(schema)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), Mapping):
            closed[inner] = _closed(schema[inner])
    if "properties" in schema:
        closed["properties"] = {name: _closed(inner) for name, inner in schema["properties"].items()}
        closed.setdefault("additionalProperties", False)
    return closed


def _is_flat(described: Schema) -> bool:
    return bool(described.get("x-ms-client-flatten"))


def _read_only(_validator: Any, read_only: bool, _value: Any, _schema: Any) -> Iterator[ValidationError]:
    if read_only:
        yield ValidationError("is read-only")


_Validator = validators.extend(Draft202012Validator, {"readOnly": _read_only})
