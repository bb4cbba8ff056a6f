"""Finds inputs that the emulator does not model."""

from collections.abc import Iterator
from typing import Any

from emulator.azure.resource_manager.resource_type import ResourceType
from emulator.azure.schema.inputs import BOOKKEEPING
from emulator.providers.provider import Failure, Unknown

_EVERYWHERE = frozenset({"location", "tags"})


def unmodelled(resource_type: ResourceType, values: dict[str, Any], current: dict[str, Any]) -> list[Failure]:
    """Returns a failure for each input that has a value and that the emulator doesn't model.

    `current` is Azure's present response, {} for a new resource. An input that equals it requests no change,
    so it is no failure: a refresh makes inputs of such properties, and `ignore_changes` keeps them.
    """
    known = resource_type.modelled | _EVERYWHERE | frozenset(resource_type.path_inputs) | BOOKKEEPING
    short = resource_type.token.removeprefix("azure-native:")
    return [
        Failure(path, f"not modelled by the emulator: {short}'s {path}")
        for path in _unknown_paths(values, current, "", "", known)
    ]


def _unknown_paths(value: Any, current: Any, path: str, pattern: str, known: frozenset[str]) -> Iterator[str]:
    if pattern in known or _is_empty(value):
        return
    below = any(name.startswith((f"{pattern}.", f"{pattern}[")) for name in known) or not pattern
    if isinstance(value, Unknown):
        if not below:
            yield path
    elif below and isinstance(value, dict):
        current_items = current if isinstance(current, dict) else {}
        for name, item in value.items():
            yield from _unknown_paths(item, current_items.get(name), *_joined(path, pattern, name), known)
    elif below and isinstance(value, list):
        current_items = current if isinstance(current, list) else []
        for index, item in enumerate(value):
            counterpart = current_items[index] if index < len(current_items) else None
            yield from _unknown_paths(item, counterpart, f"{path}[{index}]", f"{pattern}[]", known)
    elif value != current:
        yield path


def _is_empty(value: Any) -> bool:
    return not isinstance(value, Unknown) and (value is None or value is False or value in ("", [], {}))


def _joined(path: str, pattern: str, name: str) -> tuple[str, str]:
    return (f"{path}.{name}", f"{pattern}.{name}") if path else (name, name)
