"""Reads what `pulumi preview --json` prints."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .rules import UNKNOWN, Resource, broker_ports, without_version

UNKNOWN_VALUES = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""Pulumi's placeholders for an unknown string, boolean, number, list or object (plugin/rpc.go in Pulumi)."""


_GONE = ("delete", "discard", "remove-pending-replace")
"""Steps after which a resource is no more, or no more the stack's."""


_PARTS = frozenset({"config", "steps", "diagnostics", "changeSummary"})
"""Of PreviewDigest in Pulumi's pkg/display/json.go, one of which every preview has."""


class NoPreview(Exception):
    """The text is not the output of a preview that succeeded; the message says what it is."""


def document(text: str) -> dict[str, Any]:
    """The JSON in what the command printed, which may begin with lines for people. Raises NoPreview.

    Such a line may be JSON itself, a plugin's log: a preview is what holds what one holds.
    """
    trouble = "no line begins with a brace, as its JSON does"
    for start in re.finditer(r"^\{", text, re.MULTILINE):
        try:
            found, _ = json.JSONDecoder().raw_decode(text, start.start())
        except (json.JSONDecodeError, RecursionError) as error:
            trouble = f"this is no JSON: {error}"
            continue
        if isinstance(found, dict) and found.keys() & _PARTS and _are_steps(found.get("steps") or []):
            return found
        trouble = "this is JSON, but no preview"
    raise NoPreview(trouble)


def _are_steps(something: Any) -> bool:
    return isinstance(something, list) and all(
        isinstance(step, dict) and isinstance(step.get("op"), str) and isinstance(step.get("urn"), str)
        for step in something
    )


def is_leftover(step: Mapping[str, Any]) -> bool:
    """Whether a step is about what an earlier replacement has left behind, which any run deletes."""
    return bool((step.get("oldState") or {}).get("delete"))


def resources(text: str) -> list[Resource]:
    """All resources as they would be after the update, including those that don't change.

    Raises NoPreview.
    """
    steps = document(text).get("steps")
    if not steps:
        raise NoPreview("this preview has no steps: it failed, or is none")
    # A replaced or refreshed resource has several steps: the last tells what becomes of it.
    planned: dict[str, dict[str, Any]] = {}
    for step in steps:
        if is_leftover(step):
            continue
        if state := step.get("newState"):
            planned[step["urn"]] = state
        elif step["op"] in _GONE:
            planned.pop(step["urn"], None)
    told = [broker_ports(state["type"], state.get("outputs") or {}) for state in planned.values()]
    ports = frozenset[int]().union(*told)
    return [_resource(urn, state, ports) for urn, state in planned.items()]


def _resource(urn: str, state: dict[str, Any], ports: frozenset[int]) -> Resource:
    return Resource(
        name=urn.rsplit("::", 1)[-1],
        type=without_version(state["type"]),
        inputs=known(state.get("inputs") or {}),
        protect=bool(state.get("protect")),
        broker_ports=ports,
    )


def known(value: Any) -> Any:
    """A copy of inputs with UNKNOWN for what is not known yet."""
    if isinstance(value, dict):
        return {name: known(item) for name, item in value.items()}
    if isinstance(value, list):
        return [known(item) for item in value]
    return UNKNOWN if isinstance(value, str) and value in UNKNOWN_VALUES else value
