"""Comparisons as azure-native makes them: of inputs for a diff, of outputs for a refresh.

Sources: pkg/provider/diff.go (calculateDetailedDiff, applyDiff) and provider.go (Diff, Read) of azure-native.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from emulator.azure.schema.locations import normal_location
from emulator.azure.schema.sdk import Shape
from emulator.providers.provider import Difference


@dataclass(frozen=True)
class Change:
    """One property that differs, with its path (`a.b[0].c`) and the path without indices (`a.b[].c`)."""

    path: str
    pattern: str
    kind: Literal["add", "delete", "update"]


def difference(old: dict[str, Any], new: dict[str, Any], replaced_by: frozenset[str]) -> Difference:
    """Compares old and new inputs. A change of a property in `replaced_by` replaces the resource."""
    changes = [change for change in _objects(old, new, "", "") if not _same_location(change, old, new)]
    replace = [change.path for change in changes if _replaces(change, replaced_by)]
    # With a random name the new resource can be created first; a given name has to be freed before.
    delete_first = bool(replace) and not old.get("__createBeforeDelete", False)
    return Difference([change.path for change in changes], replace, delete_first)


def refreshed(
    inputs: dict[str, Any],
    old_outputs: dict[str, Any],
    new_outputs: dict[str, Any],
    shape: Shape,
    left_alone: frozenset[str],
) -> dict[str, Any]:
    """The inputs after a refresh: the previous ones, with the properties that changed in Azure since.

    `shape` is that of the inputs, so read-only outputs never become inputs. `left_alone` names the properties
    whose items can also be resources of their own; they become inputs only where they were given inline.
    """
    old = project(shape, old_outputs)
    new = project(shape, new_outputs)
    for name in left_alone - inputs.keys():
        new.pop(name, None)
    return _apply(inputs, old, new)


def project(shape: Shape, outputs: dict[str, Any]) -> dict[str, Any]:
    """Returns the outputs that are inputs as well, by the inputs' shape."""
    return {
        name: _project_value(item, outputs[name])
        for name, item in shape.properties.items()
        if outputs.get(name) is not None
    }


def _project_value(shape: Shape, value: Any) -> Any:
    if isinstance(value, dict):
        if shape.kind == "object":
            return project(shape, value)
        if shape.kind == "array":
            # A set of strings: an array among inputs, a map's keys among outputs (user-assigned identities).
            return sorted(value)
        if shape.kind == "map" and shape.item is not None:
            return {name: _project_value(shape.item, item) for name, item in value.items()}
    if isinstance(value, list) and shape.item is not None:
        return [_project_value(shape.item, item) for item in value]
    return value


def _apply(values: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    result = {name: value for name, value in values.items() if name not in old or name in new}
    for name, value in new.items():
        if name not in old:
            result[name] = value
        elif not _equal(old[name], value):
            result[name] = _apply_value(values[name], old[name], value) if name in values else value
    return result


def _apply_value(base: Any, old: Any, new: Any) -> Any:
    if isinstance(base, dict) and isinstance(old, dict) and isinstance(new, dict):
        return _apply(base, old, new)
    if isinstance(base, list) and isinstance(old, list) and isinstance(new, list):
        known = min(len(base), len(old))
        return [
            _apply_value(base[index], old[index], item) if index < known else item
            for index, item in enumerate(new)
        ]
    return base if _equal(old, new) else new


def _objects(old: dict[str, Any], new: dict[str, Any], path: str, pattern: str) -> Iterator[Change]:
    for name in old.keys() | new.keys():
        before, after = old.get(name), new.get(name)
        if before is None and after is None:
            continue
        if before is None:
            yield Change(path + name, pattern + name, "add")
        elif after is None:
            yield Change(path + name, pattern + name, "delete")
        else:
            yield from _values(before, after, path + name, pattern + name)


def _values(old: Any, new: Any, path: str, pattern: str) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _objects(old, new, f"{path}.", f"{pattern}.")
    elif isinstance(old, list) and isinstance(new, list):
        yield from _arrays(old, new, path, pattern)
    elif not _equal(old, new):
        yield Change(path, pattern, "update")


def _arrays(old: list[Any], new: list[Any], path: str, pattern: str) -> Iterator[Change]:
    for index, (before, after) in enumerate(zip(old, new, strict=False)):
        yield from _values(before, after, f"{path}[{index}]", f"{pattern}[]")
    for index in range(len(new), len(old)):
        yield Change(f"{path}[{index}]", f"{pattern}[]", "delete")
    for index in range(len(old), len(new)):
        yield Change(f"{path}[{index}]", f"{pattern}[]", "add")


def _equal(one: Any, other: Any) -> bool:
    # True == 1 in Python; to the engine they differ.
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _replaces(change: Change, replaced_by: frozenset[str]) -> bool:
    if change.pattern in replaced_by:
        return not change.pattern.endswith("[]")
    # Below a property that replaces, an update replaces too; additions and removals don't.
    parents = (change.pattern.rsplit(".", count)[0] for count in range(1, change.pattern.count(".") + 1))
    return change.kind == "update" and any(parent in replaced_by for parent in parents)


def _same_location(change: Change, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a change is only another spelling of a region: "West Europe" is "westeurope"."""
    if change.path != "location" or change.kind != "update":
        return False
    before, after = old["location"], new["location"]
    return (
        isinstance(before, str)
        and isinstance(after, str)
        and normal_location(before) == normal_location(after)
    )
