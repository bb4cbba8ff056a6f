"""Reads `pulumi preview --json`, made with `--refresh` or without, into one change for each resource.

The form is that of PreviewDigest in Pulumi's pkg/display/json.go. With `--refresh` it has a `refresh` step
for every resource, changed or not, and then the planned step. A replacement has the step `replace` alone, and
the remains of an earlier replacement nothing but the step of the refresh.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from policy.preview import document, is_leftover
from policy.rules import without_version


class Operation(StrEnum):
    """What happens to a resource, in the words of a report."""

    CREATE = "created"
    IMPORT = "taken over"
    UPDATE = "updated"
    REPLACE = "replaced"
    DELETE = "deleted"
    FORGET = "forgotten"
    UNKNOWN = "changed in an unknown way"
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
    **dict.fromkeys(
        ("same", "read", "read-replacement", "refresh", "diff", "extend-parameterize"), Operation.NOTHING
    ),
}
"""The operations by the engine's names of steps (StepOp in Pulumi's pkg/resource/deploy/step.go).

Other steps are UNKNOWN.
"""
_FAILED = "preview failed"
"""The engine's last message about a preview that failed, which has no reason in it."""
_MOST_SEVERE_FIRST = (
    Operation.REPLACE,
    Operation.DELETE,
    Operation.UNKNOWN,
    Operation.CREATE,
    Operation.IMPORT,
    Operation.UPDATE,
    Operation.FORGET,
    Operation.NOTHING,
)


@dataclass(frozen=True)
class Change:
    """The planned change of one resource; an unchanged one has the operation NOTHING.

    type: without the API version.
    before, after: its present inputs, after a refresh if there was one, and its planned inputs.
    touched: the paths of properties that differ, by the engine. For secrets this is the only information, as
    both sides read `[secret]`. For dynamic resources it has only the first names of paths.
    """

    urn: str
    type: str
    operation: Operation
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()
    component: bool = False
    """Whether it is a component, which only groups other resources."""
    protected: tuple[bool, bool] = (False, False)
    """Whether Pulumi refuses to delete it, before and after."""
    steps: Sequence[str] = ()
    """The engine's names of the planned steps."""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Preview:
    """A preview: its stack, its resources and its messages.

    leftovers: the remains of earlier replacements, which any run deletes; resources of the same names stay.
    warnings, errors: messages. With an error the preview failed, and its resources are incomplete.
    """

    stack: str
    resources: Sequence[Change]
    leftovers: Sequence[Change] = ()
    warnings: Sequence[str] = ()
    errors: Sequence[str] = ()

    @property
    def changes(self) -> list[Change]:
        """The resources that change."""
        return [one for one in self.resources if one.operation is not Operation.NOTHING]

    def named(self, name: str) -> Change | None:
        """The resource with this name in the program, if there is one."""
        return next((one for one in self.resources if one.name == name), None)


def read(text: str) -> Preview:
    """The preview in the output of the command. Raises NoPreview if there is none."""
    digest = document(text)
    steps: dict[str, list[Mapping[str, Any]]] = {}
    leftovers = []
    for step in digest.get("steps") or []:
        if is_leftover(step):
            leftovers.append(_leftover(step["urn"], step["oldState"]))
        else:
            steps.setdefault(step["urn"], []).append(step)
    return Preview(
        stack=next(iter(steps), "urn:pulumi:?::").split(":")[2],
        resources=[_change(urn, several) for urn, several in steps.items()],
        leftovers=leftovers,
        warnings=_messages(digest, "warning"),
        errors=_messages(digest, "error"),
    )


def _change(urn: str, steps: Sequence[Mapping[str, Any]]) -> Change:
    planned = _planned(steps)
    operation = min(
        (_OPERATIONS.get(step["op"], Operation.UNKNOWN) for step in planned), key=_MOST_SEVERE_FIRST.index
    )
    before = _last(planned, "oldState") or {}
    after = {} if operation in (Operation.DELETE, Operation.FORGET) else _last(planned, "newState") or {}
    protected = (bool(before.get("protect")), bool(after.get("protect")))
    if operation is Operation.NOTHING and before and after and protected[0] != protected[1]:
        # The engine's step is `same`, as only the stack's state changes.
        operation = Operation.UPDATE
    return Change(
        urn=urn,
        type=_type(urn, after or before),
        operation=operation,
        before=before.get("inputs") or {},
        after=after.get("inputs") or {},
        outputs=before.get("outputs") or {},
        touched=frozenset(_touched(planned)),
        component=(after or before).get("custom") is False,
        protected=protected,
        steps=[step["op"] for step in planned],
    )


def _leftover(urn: str, state: Mapping[str, Any]) -> Change:
    return Change(urn, _type(urn, state), Operation.DELETE, before=state.get("inputs") or {})


def _type(urn: str, state: Mapping[str, Any]) -> str:
    """The type of a resource; from its URN, after the types of its parents, if the state has none."""
    parts = urn.split("::")
    return without_version(state.get("type") or (parts[2].rpartition("$")[2] if len(parts) > 3 else ""))


def _planned(steps: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The steps without that of the refresh, which is the first of several.

    A refresh that found a difference may name its step `update` or `delete`, as planned ones are named. A
    planned step of these names is the only one of its resource.
    """
    refreshed = len(steps) > 1 and steps[0]["op"] in ("refresh", "update", "delete")
    return steps[1:] if refreshed else steps


def _last(steps: Iterable[Mapping[str, Any]], state: str) -> Mapping[str, Any] | None:
    return next((step[state] for step in reversed([*steps]) if step.get(state)), None)


def _touched(steps: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for step in steps:
        yield from step.get("detailedDiff") or step.get("diffReasons") or ()


def _messages(digest: Mapping[str, Any], severity: str) -> list[str]:
    diagnostics = [one for one in digest.get("diagnostics") or [] if one.get("severity") == severity]
    messages = [one.get("message", "").removeprefix(f"{severity}: ").strip() for one in diagnostics]
    distinct = [message for message in dict.fromkeys(messages) if message]
    return [message for message in distinct if message != _FAILED] or distinct
