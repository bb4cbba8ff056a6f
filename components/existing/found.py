"""Everything that the settings say exists already, as Azure tells it now."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from ..mistakes import Mistake
from ..settings import Settings, WrongSettings
from .aks import ExistingAks, read_aks
from .azure import Azure, Unusable
from .rules import clashes


@dataclass(frozen=True)
class Found:
    """None is for what the program makes itself."""

    aks: ExistingAks | None = None


def find_existing(settings: Settings) -> Found:
    """Reads what the settings adopt, and holds the rest against it. Raises WrongSettings.

    Azure isn't asked at all where nothing is adopted.
    """
    azure, aks = Azure(), None
    mistakes: list[Mistake] = []
    if settings.aks.existing:
        try:
            aks = read_aks(azure, settings.aks.existing)
            mistakes += clashes(settings.hdinsight_address_space, aks)
        except Unusable as unusable:
            mistakes += unusable.mistakes
    if mistakes:
        raise WrongSettings(mistakes, pulumi.get_stack())
    return Found(aks)
