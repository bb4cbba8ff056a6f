"""What exists already of all that the settings describe."""

from __future__ import annotations

from dataclasses import dataclass

from .aks import ExistingAks
from .kafka import ExistingKafka
from .network import ExistingNetwork
from .registry import ExistingRegistry


@dataclass(frozen=True)
class Existing:
    """What exists already; None stands for what the program makes itself."""

    group: str | None = None
    """The resource group's name."""
    kafka: ExistingKafka | None = None
    aks: ExistingAks | None = None
    registry: ExistingRegistry | None = None
    hdinsight_network: ExistingNetwork | None = None
    aks_network: ExistingNetwork | None = None
