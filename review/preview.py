"""Reads `pulumi preview --json`, made with `--refresh` or without, into one change for each resource.

The form is that of PreviewDigest in Pulumi's pkg/display/json.go. With `--refresh` it holds a `refresh` step
for every resource, changed or not, and then what would be done to it. A replaced resource has several.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from policy.preview import document
from policy.rules import without_version


class Operation(StrEnum):
    """What happens to a resource, in the words of a report."""

    CREATE = "created"
    IMPORT = "taken over"
    UPDATE = "updated"
    REPLACE = "replaced"
    DELETE = "deleted"
    FORGET = "forgotten"
    NOTHING = "unchanged"


_OPERATIONS = {
    "create": Operation.CREATE,
    "import": Operation.IMPORT,
    "import-replacement": Operation.REPLACE,
    "update": Operation.UPDATE,
    "replace": Operation.REPLACE,
    "create-replacement": Operation.REPLACE,
    "delete-replaced": Operation.REPLACE,
    "delete": Operation.DELETE,
    "remove-pending-replace": Operation.DELETE,
    "discard": Operation.FORGET,
    "discard-replaced": Operation.FORGET,
}
"""By the engine's name of a step; others (same, read, refresh) do nothing to a resource."""
_GRAVEST = (
    Operation.REPLACE,
    Operation.DELETE,
    Operation.CREATE,
    Operation.IMPORT,
    Operation.UPDATE,
    Operation.FORGET,
    Operation.NOTHING,
)


@dataclass(frozen=True)
class Change:
    """What happens to one resource. `type` has no API version; a resource that stays has NOTHING.

    before, after: its inputs as they are, after a refresh if there was one, and as they shall be.
    touched: paths of properties that the engine says differ. It alone knows which secrets do, since both
    sides of them read `[secret]`. Of dynamic resources it names no paths, only a property's first name.
    """

    urn: str
    type: str
    operation: Operation
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    component: bool = False
    """Whether it only groups others, so that nothing happens to it by itself."""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Preview:
    """A preview: its stack, all its resources, and what the program said.

    warnings, errors: messages; with an error the preview failed, and its resources are not all.
    """

    stack: str
    resources: Sequence[Change]
    warnings: Sequence[str] = ()
    errors: Sequence[str] = ()

    @property
    def changes(self) -> list[Change]:
        """The resources to which something happens."""
        return [one for one in self.resources if one.operation is not Operation.NOTHING]

    def named(self, name: str) -> Change | None:
        """The resource with this name in the program, if there is one."""
        return next((one for one in self.resources if one.name == name), None)


def read(text: str) -> Preview:
    """The preview in what the command printed. Raises NoPreview where there is none in it."""
    digest = document(text)
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for step in digest.get("steps") or []:
        steps.setdefault(step["urn"], []).append(step)
    return Preview(
        stack=next(iter(steps), "urn:pulumi:?::").split(":")[2],
        resources=[_change(urn, several) for urn, several in steps.items()],
        warnings=_messages(digest, "warning"),
        errors=_messages(digest, "error"),
    )


def _change(urn: str, steps: Sequence[Mapping[str, Any]]) -> Change:
    planned = _planned(steps)
    operation = min((_OPERATIONS.get(step["op"], Operation.NOTHING) for step in planned), key=_GRAVEST.index)
    before = _last(planned, "oldState") or {}
    after = {} if operation in (Operation.DELETE, Operation.FORGET) else _last(planned, "newState") or {}
    return Change(
        urn=urn,
        type=without_version((after or before).get("type", "")),
        operation=operation,
        before=before.get("inputs") or {},
        after=after.get("inputs") or {},
        outputs=before.get("outputs") or {},
        touched=frozenset(_touched(planned)),
        component=(after or before).get("custom") is False,
    )


def _planned(steps: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Without the step of the refresh, which comes first where there are several.

    A refresh that found a difference may call its step `update` or `delete`, like one that is planned.
    Neither is planned together with another.
    """
    refreshed = len(steps) > 1 and steps[0]["op"] in ("refresh", "update", "delete")
    return steps[1:] if refreshed else steps


def _last(steps: Iterable[Mapping[str, Any]], state: str) -> Mapping[str, Any] | None:
    return next((step[state] for step in reversed([*steps]) if step.get(state)), None)


def _touched(steps: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for step in steps:
        yield from step.get("detailedDiff") or step.get("diffReasons") or ()


def _messages(digest: Mapping[str, Any], severity: str) -> list[str]:
    said = [one for one in digest.get("diagnostics") or [] if one.get("severity") == severity]
    messages = [one.get("message", "").removeprefix(f"{severity}: ").strip() for one in said]
    return [message for message in dict.fromkeys(messages) if message]
