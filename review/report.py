"""What a report says: dangers first, then the changes in words, then every difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff

from policy.rules import Violation

from . import settings, topics
from .dangers import dangers
from .differences import Difference, differences
from .phrases import Phrase, Quoted, listed, plain, visible
from .preview import Change, Operation, Preview

_ENGINE_S_OWN = ("pulumi:providers:", "pulumi:pulumi:Stack")
_ORDER = (
    Operation.DELETE,
    Operation.REPLACE,
    Operation.CREATE,
    Operation.IMPORT,
    Operation.UPDATE,
    Operation.FORGET,
)


@dataclass(frozen=True)
class Report:
    """The parts of a report, in the order in which they are read; empty ones are left out.

    changing: whether anything would change; not where the preview failed, since then nobody knows.
    details: lines of the full difference, each with its sign and a space before it.
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
    """The report on a preview, and on the policies that are broken after it."""
    changes = shown(preview)
    if preview.errors:
        return Report(
            preview.stack,
            ("The preview failed.",),
            errors=_said(preview.errors),
            warnings=_said(preview.warnings),
        )
    return Report(
        stack=preview.stack,
        headline=_headline(changes),
        changing=bool(changes),
        dangers=dangers(preview, violations),
        changes=[*settings.changed(preview), *topics.changed(preview), *_by_operation(changes)],
        warnings=_said(preview.warnings),
        details=[line for change in changes for line in _details(change)],
    )


def no_preview(stack: str, reason: str) -> Report:
    """The report where nothing could be read."""
    return Report(stack, ("There is no preview: ", Quoted(plain(reason)), "."))


def shown(preview: Preview) -> list[Change]:
    """The changes that count: not those of the engine's own resources, nor of what only groups others."""
    return [one for one in preview.changes if not (one.component or one.type.startswith(_ENGINE_S_OWN))]


def _headline(changes: Sequence[Change]) -> Phrase:
    counts = {operation: sum(one.operation is operation for one in changes) for operation in _ORDER}
    said = [f"{count} {operation}" for operation, count in counts.items() if count]
    return (f"{', '.join(said)}.",) if said else ("Nothing changes.",)


def _by_operation(changes: Iterable[Change]) -> Iterator[Phrase]:
    names: dict[Operation, list[str]] = defaultdict(list)
    for change in changes:
        names[change.operation].append(change.name)
    for operation in _ORDER:
        if operation in names:
            yield (f"{operation.capitalize()}: ", *listed(names[operation]))


def _said(messages: Iterable[str]) -> list[Phrase]:
    return [(Quoted(message),) for message in messages]


def _details(change: Change) -> Iterator[str]:
    yield f"@ {plain(change.name)} ({plain(change.type)}) is {change.operation}"
    for difference in differences(change):
        yield from _lines(difference)


def _lines(difference: Difference) -> Iterator[str]:
    """A difference, by its lines where a text has several."""
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
