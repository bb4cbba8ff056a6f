"""Rules and violations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .resource import Resource

Finding = tuple[str, object]
"""A property's path, and the value that breaks the rule; None where the property is missing."""


@dataclass(frozen=True)
class Rule:
    """A rule for resources.

    find: yields what breaks the rule in a resource; nothing for types that it is not about.
    demand: completes "It ...". why: what happens otherwise. source: the document that advises so.
    """

    name: str
    demand: str
    why: str
    source: str
    find: Callable[[Resource], Iterator[Finding]]

    def violations(self, resource: Resource) -> Iterator[Violation]:
        """Every violation by the resource."""
        for path, value in self.find(resource):
            yield Violation(resource, path, value, self)


@dataclass(frozen=True)
class Violation:
    """A value of a resource that breaks a rule."""

    resource: Resource
    path: str
    value: object
    rule: Rule

    @property
    def found(self) -> str:
        """The property and its value, as text."""
        return f"{self.path} " + ("is not set" if self.value is None else f"is {self.value!r}")

    def __str__(self) -> str:
        return (
            f"{self.resource.name} ({self.resource.type}) breaks {self.rule.name}: {self.found}.\n"
            f"    It {self.rule.demand}: {self.rule.why}.\n    {self.rule.source}"
        )
