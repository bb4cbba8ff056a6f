"""Decides by a preview which resources to import into a state, and which of their inputs to keep."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .ids import IDS, UNKNOWN, id_of

GROUP_TYPE = "azure-native:resources:ResourceGroup"
GROUP = "resourceGroupName"
"""The input in which a resource names its resource group, and a group its own name."""


def importable(
    import_file: Mapping[str, Any],
    preview: Mapping[str, Any],
    subscription: str,
    only: Collection[str] = (),
) -> dict[str, Any]:
    """The file for `pulumi import`, with the ids that are known; it has no resources if none is known.

    import_file: the file that `pulumi preview --import-file` has written, with a placeholder for each id.
    preview: the output of `--json` in the same run.
    only: the names of resources in the program, to import no others; empty for all.

    Components are kept, as parents of the imported resources. Left out are resources whose names are not
    known before others are imported, and those that can't be imported: `pulumi up` adopts them.
    """
    ids = {key: id_ for key, id_ in _ids(preview, subscription) if not only or key[1] in only}
    resources = [
        {**resource, "id": ids[key]} if key in ids else resource
        for resource in import_file.get("resources", ())
        if (key := (resource["type"], resource["name"])) in ids or resource.get("component")
    ]
    return {**import_file, "resources": resources if ids else []}


def pruned(state: Mapping[str, Any], preview: Mapping[str, Any]) -> dict[str, Any]:
    """The exported state, with only those inputs of imported resources that the program declares.

    An import makes inputs of all properties that Azure returns. Those that the program does not declare,
    mostly Azure's defaults, would be removed by the next update, or by a replacement where Azure can't change
    them in place. Declared inputs keep Azure's values, so that a difference shows in the next preview.
    Resources that a deployment has written since their import, which have a `sourcePosition`, are left alone.
    """
    declared = {
        step["urn"]: step["newState"].get("inputs", {})
        for step in preview["steps"]
        if step["op"] != "create" and (step.get("newState") or {}).get("type") in IDS
    }
    found = copy.deepcopy(dict(state))
    for resource in found["deployment"].get("resources", ()):
        if resource["urn"] in declared and "sourcePosition" not in resource:
            resource["inputs"] = _pruned_value(resource.get("inputs", {}), declared[resource["urn"]])
    return found


def _ids(preview: Mapping[str, Any], subscription: str) -> Iterator[tuple[tuple[str, str], str]]:
    created = [step for step in preview["steps"] if step["op"] == "create"]
    # A resource in a group that is created, too, takes the group's name from its outputs, which are unknown.
    groups = [step["newState"]["inputs"][GROUP] for step in created if step["newState"]["type"] == GROUP_TYPE]
    for step in created:
        type_, inputs = step["newState"]["type"], dict(step["newState"].get("inputs", {}))
        if groups and inputs.get(GROUP) == UNKNOWN:
            inputs[GROUP] = groups[0]
        if found := id_of(type_, inputs, subscription):
            yield (type_, step["urn"].rpartition("::")[2]), found


def _pruned_value(value: Any, declared: Any) -> Any:
    """The value without the properties that `declared` lacks."""
    if isinstance(value, dict) and isinstance(declared, dict):
        return {name: _pruned_value(value[name], declared[name]) for name in value if name in declared}
    if isinstance(value, list) and isinstance(declared, list) and len(value) == len(declared):
        return [_pruned_value(one, other) for one, other in zip(value, declared, strict=True)]
    return value
