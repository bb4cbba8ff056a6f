"""Field ownership in server-side apply, and its record in metadata.managedFields.

https://kubernetes.io/docs/reference/using-api/server-side-apply/ ; the algorithm is that of Updater.Apply in
sigs.k8s.io/structured-merge-diff (package merge). Only applied fields have owners here, not the status and
the annotations that the cluster's own controllers (kube-controller-manager, kubelets) write.
"""

import copy
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.kubernetes.server.objects import Object, timestamp
from emulator.kubernetes.server.structure import Path, Structure, fields, merged, shown, without

Owners = dict[str, frozenset[Path]]
"""The fields of each field manager, by its name."""

# stripMeta in k8s.io/apimachinery/pkg/util/managedfields, and the status, which is a resource of its own.
_UNOWNED = ("apiVersion", "kind", "status")
_UNOWNED_METADATA = (
    "name",
    "namespace",
    "creationTimestamp",
    "deletionTimestamp",
    "uid",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "finalizers",
)


class Conflicts(Exception):
    """Other managers own fields that the applied object would change; the message is the API's."""


def apply(
    live: Object, config: Object, manager: str, *, version: str | None, force: bool, now: datetime.datetime
) -> Object:
    """The object after `manager` has applied `config` to it. `live`: {} if there is none yet.

    Fields that the manager applied last time and not this time are removed, unless others own them. `force`
    takes over the changed fields that others own.

    Raises Conflicts.
    """
    structure = Structure.of(config["kind"], version)
    owners = owners_of(live)
    mine = frozenset(_owned_fields(config, structure))
    last = owners.get(manager, frozenset())
    if live and not owners:
        # An object without managedFields: the first manager that applies takes over all of its fields.
        last = frozenset(_owned_fields(live, structure))
    result = merged(live, config, structure)
    owners[manager] = mine
    gone = _with_parents(last) - _with_parents(path for owned in owners.values() for path in owned)
    result = without(result, structure, gone.__contains__) or {}
    owners = _updated_owners(owners, manager, live, result, structure, force)
    entries = _entries(owners, live, config["apiVersion"], timestamp(now))
    result["metadata"] = {**result["metadata"], "managedFields": entries}
    return result


def owners_of(item: Object) -> Owners:
    """The owners that the object's managedFields record."""
    entries = item.get("metadata", {}).get("managedFields", [])
    return {entry["manager"]: frozenset(_paths(entry["fieldsV1"])) for entry in entries}


def _updated_owners(
    owners: Owners, manager: str, live: Object, result: Object, structure: Structure, force: bool
) -> Owners:
    """Updater.update: who owns what once `live` has become `result`. Raises Conflicts."""
    before, after = _owned_fields(live, structure), _owned_fields(result, structure)
    changed = {path for path, value in after.items() if path not in before or before[path] != value}
    others = {name: owned & changed for name, owned in owners.items() if name != manager}
    conflicts = {name: owned for name, owned in others.items() if owned}
    if conflicts and not force:
        raise Conflicts(_message(conflicts))
    removed = before.keys() - after.keys()
    left = {
        name: owned if name == manager else owned - others[name] - removed for name, owned in owners.items()
    }
    return {name: owned for name, owned in left.items() if owned}


def _message(conflicts: Mapping[str, Iterable[Path]]) -> str:
    """getConflictMessage in k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go."""
    listed = [(name, sorted(map(shown, paths))) for name, paths in sorted(conflicts.items())]
    count = sum(len(paths) for _, paths in listed)
    if count == 1:
        ((name, (path,)),) = listed
        return f'Apply failed with 1 conflict: conflict with "{name}": {path}'
    lines = [
        line
        for name, paths in listed
        for line in (f'conflicts with "{name}":', *(f"- {one}" for one in paths))
    ]
    return f"Apply failed with {count} conflicts: " + "\n".join(lines)


def _owned_fields(item: Object, structure: Structure) -> dict[Path, Any]:
    """The fields of the object that can have an owner, by path."""
    part = {name: value for name, value in item.items() if name not in _UNOWNED}
    metadata = {
        name: value for name, value in item.get("metadata", {}).items() if name not in _UNOWNED_METADATA
    }
    found = fields({**part, "metadata": metadata}, structure)
    return {path: value for path, value in found.items() if path != ("f:metadata",)}


def _with_parents(paths: Iterable[Path]) -> set[Path]:
    return {path[:length] for path in paths for length in range(1, len(path) + 1)}


def _entries(owners: Owners, live: Object, api_version: str, now: str) -> list[Object]:
    """The entries of managedFields; an unchanged entry keeps its time."""
    former = {entry["manager"]: entry for entry in live.get("metadata", {}).get("managedFields", [])}
    entries = []
    for name, owned in sorted(owners.items()):
        entry = {
            "manager": name,
            "operation": "Apply",
            "apiVersion": api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": _fields_v1(owned),
        }
        before = copy.deepcopy(former.get(name, {}))
        time = before.pop("time", now)
        entries.append({**entry, "time": time if before == entry else now})
    return entries


def _fields_v1(paths: Iterable[Path]) -> Object:
    root: Object = {}
    for path in sorted(paths):
        place = root
        for step in path:
            place = place.setdefault(step, {})
        place["."] = {}
    return _trimmed(root)


def _trimmed(place: Object) -> Object:
    """The object with "." only where a path ends and others continue; where it only ends, {} says so."""
    if place.keys() == {"."}:
        return {}
    return {step: {} if step == "." else _trimmed(inner) for step, inner in place.items()}


def _paths(place: Object, path: Path = ()) -> Iterable[Path]:
    for step, inner in place.items():
        if step == ".":
            yield path
        elif not inner:
            yield (*path, step)
        else:
            yield from _paths(inner, (*path, step))
