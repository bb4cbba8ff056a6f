"""Reads values of which a preview may know nothing yet, or that have a wrong type."""

from typing import Any

from emulator.kubernetes.server.objects import Object
from emulator.providers.provider import Unknown


def reach(value: Any, *path: str) -> Any:
    """What lies at the path: None where nothing does, unknown where a step to it is."""
    for name in path:
        if isinstance(value, Unknown):
            return value
        value = mapping(value).get(name)
    return value


def mapping(value: Any) -> Object:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def known(value: Any) -> bool:
    """Whether nothing in the value is unknown."""
    if isinstance(value, dict):
        return all(map(known, value.values()))
    if isinstance(value, list):
        return all(map(known, value))
    return not isinstance(value, Unknown)
