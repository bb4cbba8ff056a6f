"""The differences between the present and the planned inputs of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .phrases import SECRET
from .preview import Change, Operation

_PROVIDER_FIELDS = ("__provider", "__defaults", "__fieldManager", "__initialApiVersion", "__inputs")
"""Internal fields of Pulumi's providers among the inputs."""
_STATUS = ("status", "metadata.generation", "metadata.managedFields", "metadata.resourceVersion")
"""Fields that Kubernetes writes into its objects."""


@dataclass(frozen=True)
class Difference:
    """A property that differs, at a path such as `spec.replicas`; None stands for an absent one."""

    path: str
    before: Any
    after: Any


def differences(change: Change) -> list[Difference]:
    """The properties that differ, ordered by path; a secret differs if the engine says so.

    Pulumi's own `protect` counts as a property of a resource that stays.
    """
    found = [*within("", change.before, change.after, change.touched)]
    if change.operation is Operation.UPDATE and change.protected[0] != change.protected[1]:
        found.append(Difference("protect", *change.protected))
    return sorted((one for one in found if not _is_internal(change, one)), key=lambda one: one.path)


def within(path: str, before: Any, after: Any, touched: frozenset[str]) -> Iterator[Difference]:
    """The differences between two values, each at its own path below `path`."""
    if (before or after) and isinstance(before, Mapping | None) and isinstance(after, Mapping | None):
        before, after = before or {}, after or {}
        for name in before.keys() | after.keys():
            yield from within(_joined(path, name), before.get(name), after.get(name), touched)
    elif isinstance(before, list) and isinstance(after, list) and (named := _by_name(before, after)):
        touched = _touched_by_name(path, after, touched)
        for name, (old, new) in named.items():
            yield from within(f"{path}[{name}]", old, new, touched)
    elif before != after:
        yield Difference(path, before, after)
    elif _hides(before) and _is_touched(path, touched):
        # If a whole object is hidden, the engine still names the properties in it that differ.
        for part in [one for one in touched if _contains(path, one)] or [path]:
            yield Difference(part, SECRET, SECRET)


def _by_name(before: list[Any], after: list[Any]) -> dict[str, tuple[Any, Any]]:
    """The items of both lists, paired by their names; empty if an item has no name, or two have the same."""
    pairs: dict[str, tuple[Any, Any]] = {}
    for place, items in enumerate((before, after)):
        names = [item.get("name") for item in items if isinstance(item, Mapping)]
        if len(names) != len(items) or len({*map(str, names)}) != len(items) or None in names:
            return {}
        for name, item in zip(names, items, strict=True):
            old, new = pairs.get(str(name), (None, None))
            pairs[str(name)] = (item, new) if place == 0 else (old, item)
    return pairs


def _touched_by_name(path: str, items: list[Any], touched: frozenset[str]) -> frozenset[str]:
    """The paths with the names of a list's items in place of their numbers, which the engine uses."""
    named = {f"{path}[{number}]": f"{path}[{item['name']}]" for number, item in enumerate(items)}
    return frozenset(
        named.get(one[: (end := one.find("]", len(path)) + 1)], one[:end]) + one[end:] for one in touched
    )


def _hides(something: Any) -> bool:
    """Whether a value is a secret, or contains one."""
    if isinstance(something, Mapping | list):
        return any(map(_hides, something.values() if isinstance(something, Mapping) else something))
    return something == SECRET


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_touched(path: str, touched: frozenset[str]) -> bool:
    """Whether a property at the path, above or below it differs: a secret may hide a property as a whole."""
    return any(_contains(one, path) or _contains(path, one) for one in touched)


def _contains(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith((f"{outer}.", f"{outer}["))


def _is_internal(change: Change, difference: Difference) -> bool:
    names = difference.path.split(".")
    if any(name.partition("[")[0] in _PROVIDER_FIELDS for name in names):
        return True
    paths = {".".join(names[:count]).partition("[")[0] for count in range(1, len(names) + 1)}
    return change.type.startswith("kubernetes:") and bool(paths & {*_STATUS})
