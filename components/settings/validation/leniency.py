"""Rules that came after stacks were made: they refuse a new stack's setting, and warn a stack that stands.

Azure has accepted what stands already, so such a rule must not stop its next `pulumi up`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .mistakes import OURS, broken

Standing = Mapping[str, Mapping[str, Any]]
"""The outputs of a stack's resources, by type."""


class Made(StrEnum):
    """Resources of a stack, by type, whose settings have been accepted once they stand."""

    KAFKA = "azure-native:hdinsight:Cluster"
    AKS = "azure-native:containerservice:ManagedCluster"
    NETWORKS = "azure-native:network:NetworkSecurityGroup"
    APP = "kubernetes:core/v1:Service"


@dataclass
class Judgement:
    """How settings are judged.

    standing: what the stack has. lenient: whether a rule that came later lets pass what stands. advice:
    gathers warnings.
    """

    standing: Standing = field(default_factory=dict)
    lenient: bool = False
    advice: list[str] = field(default_factory=list)


@contextmanager
def judged(judgement: Judgement) -> Iterator[Judgement]:
    """Have rules judge by `judgement` until the end of the block."""
    token = _CURRENT.set(judgement)
    try:
        yield judgement
    finally:
        _CURRENT.reset(token)


def refuse(rule: str, *, unless: Made | tuple[Made, ...], source: str = OURS, right: str = "") -> None:
    """Raise the error of `broken`, unless a resource of a type in `unless` stands: see Settings.parse."""
    judgement = _CURRENT.get()
    types = (unless,) if isinstance(unless, Made) else unless
    if judgement is None or not judgement.lenient or not any(standing(type_) is not None for type_ in types):
        raise broken(rule, source=source, right=right, unless=" or ".join(types))


def advise(text: str) -> None:
    """Have the preview warn of something that is no mistake."""
    judgement = _CURRENT.get()
    if judgement is not None and text not in judgement.advice:
        judgement.advice.append(text)


def standing(type_: str) -> Mapping[str, Any] | None:
    """The outputs of the stack's resource of a type; None where it has none."""
    judgement = _CURRENT.get()
    return None if judgement is None else judgement.standing.get(type_)


_CURRENT: ContextVar[Judgement | None] = ContextVar("judgement", default=None)
