"""Request bodies: JSON in the several shapes that Ambari takes.

Source: api/services/parsers/JsonRequestBodyParser.java of Ambari 2.7.3.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.ambari.errors import AmbariError, ContainerError


@dataclass(frozen=True)
class Body:
    """One object of a request's body: its RequestInfo, and the properties, nested as sent."""

    information: Mapping[str, Any]
    properties: Mapping[str, Any]
    has_body_key: bool = False

    def get(self, *path: str) -> Any:
        """A property by its category and name, whether nested or written with slashes; None when missing."""
        found: Any = self.properties
        for position, step in enumerate(path):
            joined = "/".join(path[position:])
            if isinstance(found, Mapping) and joined in found:
                return found[joined]
            found = found.get(step) if isinstance(found, Mapping) else None
        return found

    def ids(self) -> list[str]:
        """The property ids that it sets, nested objects flattened."""
        return list(_flattened(self.properties, ""))


def parse(text: str) -> list[Body]:
    """Reads a body. Nothing, null and plain values are no object at all; an array is several.

    Raises AmbariError 400 for what is not JSON.
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
    """A property value as Ambari stores it: always a string. Null and containers make it stumble."""
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
