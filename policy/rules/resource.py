"""The form of a resource that rules take, from a preview's JSON as from Pulumi's policy host."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Unknown(Enum):
    """The type of UNKNOWN, which stands for a value that is not known before something else is deployed."""

    UNKNOWN = "unknown until deployed"


UNKNOWN = Unknown.UNKNOWN
ENVIRONMENT_TAG = "environment"
PRODUCTION = frozenset({"production", "prod"})
"""Values of the tag `environment`, in any case, for which the rules of production hold."""


@dataclass(frozen=True)
class Resource:
    """A resource. `type` has no API version; `inputs` hold UNKNOWN for values that are not known yet.

    `broker_ports` are those of the brokers of the same stack, as far as they are known.
    """

    name: str
    type: str
    inputs: Mapping[str, Any]
    protect: bool = False
    broker_ports: frozenset[int] = frozenset()

    def at(self, path: str) -> Any:
        """The input at a path such as "sku.name": None where there is none, UNKNOWN where it isn't known."""
        return value_at(self.inputs, path)

    def items(self, path: str) -> Iterator[tuple[str, Any]]:
        """The items of the list at a path, each with its own path."""
        yield from items_at(self.inputs, path)

    @property
    def in_production(self) -> bool:
        """Whether the tag `environment` has one of the values of PRODUCTION."""
        return str(self.at(f"tags.{ENVIRONMENT_TAG}")).lower() in PRODUCTION


def value_at(value: Any, path: str) -> Any:
    """The value at a path of names within nested mappings; None where there is none."""
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return UNKNOWN if value is UNKNOWN else None
        value = value.get(name)
    return value


def items_at(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The known items of a list at a path, each with its own path: "roles[0]"."""
    found = value_at(value, path)
    for index, item in enumerate(found if isinstance(found, list) else ()):
        if item is not UNKNOWN:
            yield f"{path}[{index}]", item


def without_version(type_: str) -> str:
    """The type without API version: azure-native:network:Subnet for azure-native:network/v20240501:Subnet."""
    return re.sub(r"/v\d{8}(preview)?:", ":", type_)
