"""Everything that the settings say exists already, as Azure tells it now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import pulumi
from pulumi_azure_native import resources

from ..adoption import ExistingGroup, ExistingResource, ExistingSubnet
from ..mistakes import Mistake
from ..settings import Settings, WrongSettings
from .aks import ExistingAks, read_aks
from .azure import Azure, Unusable
from .kafka import ExistingKafka, read_kafka
from .network import ExistingNetwork, read_subnet
from .registry import ExistingRegistry, read_registry
from .rules import mistakes_beside
from .security import warnings

T = TypeVar("T")
N = TypeVar("N")


@dataclass(frozen=True)
class Found:
    """None is for what the program makes itself."""

    group: str | None = None
    """The resource group's name."""
    kafka: ExistingKafka | None = None
    aks: ExistingAks | None = None
    registry: ExistingRegistry | None = None
    hdinsight_network: ExistingNetwork | None = None
    aks_network: ExistingNetwork | None = None


def find_existing(settings: Settings) -> Found:
    """Reads what the settings adopt, and holds the rest against it. Raises WrongSettings, and may warn.

    Azure isn't asked at all where nothing is adopted.
    """
    azure = Azure()
    mistakes: list[Mistake] = []

    def read(named: N | None, how: Callable[[Azure, N], T]) -> T | None:
        try:
            return how(azure, named) if named else None
        except Unusable as unusable:
            mistakes.extend(unusable.mistakes)
            return None

    kafka, aks = read(settings.kafka.existing, read_kafka), read(settings.aks.existing, read_aks)
    hdinsight_network = read(settings.hdinsight_network.existing, _hdinsight_subnet)
    aks_network = read(settings.aks_network.existing, _aks_subnet)
    found = Found(
        group=read(settings.group.existing, _group),
        kafka=kafka,
        aks=aks,
        registry=read(settings.registry.existing, lambda azure, named: read_registry(azure, named, aks)),
        hdinsight_network=kafka.network if kafka else hdinsight_network,
        aks_network=aks.network if aks else aks_network,
    )
    if mistakes := mistakes or mistakes_beside(settings, found):
        raise WrongSettings(mistakes, pulumi.get_stack())
    if found.hdinsight_network:
        callers = found.aks_network.subnet if found.aks_network else [settings.aks_subnet]
        for warning in warnings(azure, found.hdinsight_network, callers):
            pulumi.log.warn(warning)
    return found


def _group(azure: Azure, named: ExistingGroup) -> str:
    where = ExistingResource.model_construct(resource_group=named.name, name=named.name, subscription="")
    return azure.read("group.existing", where, resources.get_resource_group).name


def _hdinsight_subnet(azure: Azure, named: ExistingSubnet) -> ExistingNetwork:
    return read_subnet(azure, "hdinsightNetwork.existing", named)


def _aks_subnet(azure: Azure, named: ExistingSubnet) -> ExistingNetwork:
    return read_subnet(azure, "aksNetwork.existing", named)
