"""All existing resources that the settings adopt."""

from __future__ import annotations

from dataclasses import dataclass

from .aks import ExistingAks
from .kafka import ExistingKafka
from .network import ExistingNetwork
from .registry import ExistingRegistry


@dataclass(frozen=True)
class Existing:
    """The existing resources; None where this stack creates one."""

    group: str | None = None
    """Name of the resource group."""
    kafka: ExistingKafka | None = None
    aks: ExistingAks | None = None
    registry: ExistingRegistry | None = None
    hdinsight_network: ExistingNetwork | None = None
    aks_network: ExistingNetwork | None = None
