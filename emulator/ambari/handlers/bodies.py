"""Parses request bodies: JSON in the several shapes that Ambari accepts.

Source: api/services/parsers/JsonRequestBodyParser.java of Ambari 2.7.3.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.ambari.errors import AmbariError, ContainerError


@dataclass(frozen=True)
class Body:
    """One object of a request's body."""

    information: Mapping[str, Any]
    """Its RequestInfo."""
    properties: Mapping[str, Any]
    """Its properties, nested as they were sent."""
    has_body_key: bool = False
    """Whether the properties were below the key Body."""

    def get(self, *path: str) -> Any:
        """A property by category and name, whether nested or with slashes in its key; None when missing."""
        found: Any = self.properties
        for position, step in enumerate(path):
            joined = "/".join(path[position:])
            if isinstance(found, Mapping) and joined in found:
                return found[joined]
            found = found.get(step) if isinstance(found, Mapping) else None
        return found

    def ids(self) -> list[str]:
        """The ids of all properties in it, such as Clusters/desired_config, nested objects flattened."""
        return list(_flattened(self.properties, ""))


def parse(text: str) -> list[Body]:
    """The objects in a body: several in an array, none in an empty body, null or a scalar.

    Raises AmbariError 400 for malformed JSON.
    """
    if not text.strip():
        return []
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise AmbariError(
            400,
            "Invalid Request: Malformed Request Body.  "
            f"An exception occurred parsing the request body: {error}",
        ) from error
    items = document if isinstance(document, list) else [document]
    return [_body(item) for item in items if isinstance(item, Mapping)]


def text_of(value: Any) -> str:
    """A property's value as Ambari stores it: a string. Raises ContainerError for null and containers."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return json.dumps(value)
    raise ContainerError


def _body(item: Mapping[str, Any]) -> Body:
    information = item.get("RequestInfo")
    information = information if isinstance(information, Mapping) else {}
    if isinstance(item.get("Body"), Mapping):
        return Body(information, item["Body"], has_body_key=True)
    return Body(information, {name: value for name, value in item.items() if name != "RequestInfo"})


def _flattened(value: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _flattened(item, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}"
