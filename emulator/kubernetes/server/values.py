"""Reads values that may be unknown in a preview, or of the wrong type."""

from typing import Any

from emulator.kubernetes.server.objects import Object
from emulator.providers.provider import Unknown


def reach(value: Any, *path: str) -> Any:
    """The value at the path: None if there is none, unknown if a step on the way is unknown."""
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
    """Whether the value, with all that it contains, is known."""
    if isinstance(value, dict):
        return all(map(known, value.values()))
    if isinstance(value, list):
        return all(map(known, value))
    return not isinstance(value, Unknown)
