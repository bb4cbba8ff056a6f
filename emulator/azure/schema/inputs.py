"""Validates inputs against the types that the SDK declares."""

from collections.abc import Iterator
from typing import Any

from emulator.azure.schema.sdk import Shape
from emulator.providers.provider import Failure, Unknown

# azure-native keeps these among the inputs; they are not properties of Azure's API.
BOOKKEEPING = frozenset({"azureApiVersion", "__createBeforeDelete"})


def failures(shape: Shape, values: dict[str, Any]) -> list[Failure]:
    """Returns a failure for each missing, unknown or ill-typed property, at any depth.

    Stricter than azure-native, which drops unknown properties.
    """
    return list(
        _object(shape, {name: value for name, value in values.items() if name not in BOOKKEEPING}, "")
    )


def _object(shape: Shape, values: dict[str, Any], path: str) -> Iterator[Failure]:
    for name in sorted(shape.required - values.keys()):
        yield Failure(_join(path, name), f"missing required property '{_join(path, name)}'")
    for name, value in values.items():
        if name in shape.properties:
            yield from _value(shape.properties[name], value, _join(path, name))
        else:
            known = ", ".join(sorted(shape.properties))
            yield Failure(
                _join(path, name), f"'{_join(path, name)}' is no property of this type; it has {known}"
            )


def _value(shape: Shape, value: Any, path: str) -> Iterator[Failure]:
    if value is None or isinstance(value, Unknown) or shape.kind == "any":
        return
    if not _fits(shape.kind, value):
        yield Failure(path, f"'{path}' should be {_article(shape.kind)}, not {_kind_of(value)}")
    elif shape.kind == "object":
        yield from _object(shape, value, path)
    elif shape.kind == "array" and shape.item is not None:
        for index, item in enumerate(value):
            yield from _value(shape.item, item, f"{path}[{index}]")
    elif shape.kind == "map" and shape.item is not None:
        for name, item in value.items():
            yield from _value(shape.item, item, f"{path}[{name!r}]")
    elif shape.choices and not _is_choice(value, shape.choices):
        yield Failure(path, f"'{path}' is {value!r}, not one of {', '.join(shape.choices)}")


def _is_choice(value: str, choices: tuple[str, ...]) -> bool:
    # ARM's enumerations are not case-sensitive (its API guidelines; azure-native doesn't check them).
    return value.lower() in (choice.lower() for choice in choices)


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            # The engine's numbers are floats.
            return not isinstance(value, bool) and isinstance(value, int | float) and value == int(value)
        case "number":
            return not isinstance(value, bool) and isinstance(value, int | float)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def _kind_of(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
    return _article(names.get(type(value), type(value).__name__))


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
