"""What to import into a state, and what to leave out of what was imported: by a preview, without any call."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .ids import IDS, UNKNOWN, id_of

GROUP_TYPE = "azure-native:resources:ResourceGroup"
GROUP = "resourceGroupName"
"""The input by which resources name their resource group, and a group itself."""


def importable(
    import_file: Mapping[str, Any],
    preview: Mapping[str, Any],
    subscription: str,
    only: Collection[str] = (),
) -> dict[str, Any]:
    """The file for `pulumi import`, with the ids that are known; no resources where there is none.

    import_file: what `pulumi preview --import-file` has written, with a placeholder for each id.
    preview: what `--json` has printed in the same run.
    only: names of resources in the program, where not all that can be is to be imported.
    Components stay, as parents of what is imported. The rest is left out: resources whose names are not known
    before others are imported, and what can't be imported and is taken up by `pulumi up`.
    """
    ids = {key: id_ for key, id_ in _ids(preview, subscription) if not only or key[1] in only}
    resources = [
        {**resource, "id": ids[key]} if key in ids else resource
        for resource in import_file.get("resources", ())
        if (key := (resource["type"], resource["name"])) in ids or resource.get("component")
    ]
    return {**import_file, "resources": resources if ids else []}


def pruned(state: Mapping[str, Any], preview: Mapping[str, Any]) -> dict[str, Any]:
    """The exported state, in which resources have those inputs alone that the program declares.

    An import makes an input of everything that Azure says of a resource. What the program does not declare,
    Azure's defaults for the most part, would be taken away by the next update, or by a replacement where
    Azure can't change it in place. Values of what the program does declare stay Azure's, so that a difference
    shows in the next preview. Only what no run of the program has declared since its import is changed:
    a deployment notes where in the program (`sourcePosition`).
    """
    declared = {
        step["urn"]: step["newState"].get("inputs", {})
        for step in preview["steps"]
        if step["op"] != "create" and (step.get("newState") or {}).get("type") in IDS
    }
    found = copy.deepcopy(dict(state))
    for resource in found["deployment"].get("resources", ()):
        if resource["urn"] in declared and "sourcePosition" not in resource:
            resource["inputs"] = _within(resource.get("inputs", {}), declared[resource["urn"]])
    return found


def _ids(preview: Mapping[str, Any], subscription: str) -> Iterator[tuple[tuple[str, str], str]]:
    created = [step for step in preview["steps"] if step["op"] == "create"]
    # What is put into a group that is itself created has its name from that group's outputs.
    groups = [step["newState"]["inputs"][GROUP] for step in created if step["newState"]["type"] == GROUP_TYPE]
    for step in created:
        type_, inputs = step["newState"]["type"], dict(step["newState"].get("inputs", {}))
        if groups and inputs.get(GROUP) == UNKNOWN:
            inputs[GROUP] = groups[0]
        if found := id_of(type_, inputs, subscription):
            yield (type_, step["urn"].rpartition("::")[2]), found


def _within(value: Any, declared: Any) -> Any:
    """The value without what `declared` has no place for."""
    if isinstance(value, dict) and isinstance(declared, dict):
        return {name: _within(value[name], declared[name]) for name in value if name in declared}
    if isinstance(value, list) and isinstance(declared, list) and len(value) == len(declared):
        return [_within(one, other) for one, other in zip(value, declared, strict=True)]
    return value
