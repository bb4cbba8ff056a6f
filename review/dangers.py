"""The dangers of a change, which a reviewer reads first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policy.rules import Violation

from .brokers import restarts
from .losses import losses
from .openings import openings
from .phrases import Phrase, Quoted
from .preview import Preview


def dangers(preview: Preview, violations: Iterable[Violation]) -> list[Phrase]:
    """The dangers of a preview; losses, which can't be undone, come first."""
    return [*losses(preview), *restarts(preview), *openings(preview), *_broken(violations)]


def _broken(violations: Iterable[Violation]) -> Iterator[Phrase]:
    for violation in violations:
        yield (
            "The policy ",
            Quoted(violation.rule.name),
            " is broken by ",
            Quoted(violation.resource.name),
            ": ",
            Quoted(violation.found),
            f". {violation.rule.why[:1].upper()}{violation.rule.why[1:]}.",
        )
