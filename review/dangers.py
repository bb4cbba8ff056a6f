"""The dangers of a change, which a reviewer reads first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policy.rules import Violation

from . import topics
from .brokers import restarts
from .costs import costs
from .differences import differences
from .losses import losses, unprotected
from .openings import openings
from .phrases import Phrase, Quoted, listed
from .preview import Operation, Preview


def dangers(preview: Preview, violations: Iterable[Violation]) -> list[Phrase]:
    """The dangers of a preview; losses, which can't be undone, come first."""
    return [
        *losses(preview),
        *restarts(preview),
        *costs(preview),
        *topics.risks(preview),
        *_login(preview),
        *openings(preview),
        *unprotected(preview),
        *_unknown(preview),
        *_broken(violations),
    ]


def _login(preview: Preview) -> Iterator[Phrase]:
    """A new user or password of the application in Kafka, which the program does not set there."""
    login = preview.named("kafka-login")
    if login is None or login.operation not in (Operation.UPDATE, Operation.REPLACE):
        return
    if any(one.path.endswith(("KAFKA_USER", "KAFKA_PASSWORD")) for one in differences(login)):
        yield (
            "The application signs in to Kafka with another password or user, which brokers must know "
            "already: nothing here tells them.",
        )


def _unknown(preview: Preview) -> Iterator[Phrase]:
    """The steps that this review does not know, such as those of a later Pulumi."""
    for change in preview.changes:
        if change.operation is Operation.UNKNOWN:
            yield (
                "The review does not know what Pulumi does to ",
                Quoted(change.name),
                " in the step ",
                *listed(change.steps),
                ".",
            )


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
