"""Makes a report of a preview: dangers first, then the changes in words, then all differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from policy.rules import Violation

from . import brokers, resources, settings, topics
from .dangers import dangers
from .differences import Difference, differences
from .phrases import Phrase, Quoted, plain, visible
from .preview import Change, Preview

_ENGINE_TYPES = ("pulumi:providers:", "pulumi:pulumi:Stack")


@dataclass(frozen=True)
class Report:
    """The parts of a report in their order; empty ones are left out of the text.

    changing: whether anything would change; False for a failed preview, which can't tell.
    details: the lines of all differences, each with a sign and a space before it.
    """

    stack: str
    headline: Phrase
    changing: bool = False
    errors: Sequence[Phrase] = ()
    dangers: Sequence[Phrase] = ()
    changes: Sequence[Phrase] = ()
    warnings: Sequence[Phrase] = ()
    details: Sequence[str] = ()


def report(preview: Preview, violations: Iterable[Violation]) -> Report:
    """The report on a preview, and on the policies that its result breaks."""
    changes = [*shown(preview.changes), *shown(preview.leftovers)]
    if preview.errors:
        return Report(
            preview.stack,
            ("The preview failed.",),
            errors=_said(preview.errors),
            warnings=_said(preview.warnings),
        )
    return Report(
        stack=preview.stack,
        headline=resources.headline(changes),
        changing=bool(changes),
        dangers=dangers(preview, violations),
        changes=[
            *settings.changed(preview),
            *topics.changed(preview),
            *brokers.drift(preview),
            *resources.changed(shown(preview.changes)),
            *resources.deleted(shown(preview.leftovers)),
        ],
        warnings=_said(preview.warnings),
        details=[line for change in changes for line in _details(change)],
    )


def no_preview(stack: str, reason: str) -> Report:
    """The report if there is no preview to read."""
    return Report(stack, ("There is no preview: ", Quoted(plain(reason)), "."))


def shown(changes: Iterable[Change]) -> list[Change]:
    """The changes that are reported: those of resources other than the engine's own and components."""
    return [one for one in changes if not (one.component or one.type.startswith(_ENGINE_TYPES))]


def _said(messages: Iterable[str]) -> list[Phrase]:
    return [(Quoted(message),) for message in messages]


def _details(change: Change) -> Iterator[str]:
    yield f"@ {plain(change.name)} ({plain(change.type)}) is {change.operation}"
    for difference in differences(change):
        yield from _lines(difference)


def _lines(difference: Difference) -> Iterator[str]:
    """The lines of a difference; a text of several lines is compared line by line."""
    path, before, after = plain(difference.path), difference.before, difference.after
    if before is not None and before == after:
        yield f"! {path}: another secret"
    elif isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        yield f"! {path}:"
        changed = [*unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")][2:]
        yield from (f"{line[:1]}   {visible(line[1:])}" for line in changed if not line.startswith("@@"))
    else:
        yield from [f"- {path}: {plain(before)}"] * (before is not None)
        yield from [f"+ {path}: {plain(after)}"] * (after is not None)
