"""Reads all existing resources that the settings adopt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import TypeVar

import pulumi
from pulumi_azure_native import resources

from ..settings import Settings, WrongSettings
from ..settings.objects.existing import ExistingGroup, ExistingResource, ExistingSubnet
from ..settings.state import Recorded, of_type
from ..settings.validation.mistakes import Mistake
from .aks import private_api_warning, read_aks
from .azure import Azure, Unusable
from .kafka import read_kafka
from .leftovers import Half, halves_between, of_no_use
from .model import Existing
from .network import PEERING, ExistingNetwork, read_subnet
from .registry import read_registry
from .rules import across_regions, mistakes_beside, tight_subnets
from .security import DEFAULT_PORTS, warnings

_IMAGE = "aks-kafka:index:AppImage"
"""In the state of a stack that has built its image."""
T = TypeVar("T")
N = TypeVar("N")


def read_existing(
    settings: Settings,
    kafka_ports: Sequence[int] = DEFAULT_PORTS,
    recorded: Recorded = MappingProxyType({}),
) -> Existing:
    """Read the existing resources that the settings adopt, and check the other settings against them.

    Raises WrongSettings. Logs warnings of what may keep pods from Kafka and yet stops nobody, among them a
    security group that denies AKS one of `kafka_ports`.
    Makes no call to Azure where nothing is adopted.

    recorded: what the stack's last run left. What runs already is warned of, where a new stack is refused.
    """
    azure = Azure()
    mistakes: list[Mistake] = []

    def read(reference: N | None, how: Callable[[Azure, N], T]) -> T | None:
        try:
            return how(azure, reference) if reference else None
        except Unusable as unusable:
            mistakes.extend(unusable.mistakes)
            return None

    kafka, aks = read(settings.kafka.existing, read_kafka), read(settings.aks.existing, read_aks)
    hdinsight_network = read(settings.hdinsight_network.existing, _hdinsight_subnet)
    aks_network = read(settings.aks_network.existing, _aks_subnet)
    existing = Existing(
        group=read(settings.group.existing, _group),
        kafka=kafka,
        aks=aks,
        registry=read(
            settings.registry.existing,
            lambda azure, reference: read_registry(azure, reference, aks, builds=not settings.app_image),
        ),
        hdinsight_network=kafka.network if kafka else hdinsight_network,
        aks_network=aks.network if aks else aks_network,
    )
    if existing.registry and existing.registry.troubles:
        # Nodes may be allowed to pull a ready image by another role than AcrPull.
        if settings.app_image or of_type(recorded, _IMAGE):
            for trouble in existing.registry.troubles:
                pulumi.log.warn(f"{trouble.setting} {trouble.rule}. {trouble.right}")
        else:
            mistakes.extend(existing.registry.troubles)
    halves: list[Half] = []
    if existing.hdinsight_network or existing.aks_network:
        halves = halves_between(settings, existing, azure.subscription, of_type(recorded, PEERING))
    if mistakes := mistakes or mistakes_beside(settings, existing, halves, azure):
        raise WrongSettings(mistakes, pulumi.get_stack())
    for warning in _warnings(azure, settings, existing, halves, kafka_ports):
        pulumi.log.warn(warning)
    return existing


def _warnings(
    azure: Azure, settings: Settings, existing: Existing, halves: Sequence[Half], kafka_ports: Sequence[int]
) -> Iterator[str]:
    """What may keep pods from Kafka, or this program from pods, and yet may be meant so."""
    if not settings.peering:
        yield from of_no_use(halves)
    yield from across_regions(settings, existing)
    yield from tight_subnets(settings, existing)
    if existing.aks and existing.aks.private:
        yield private_api_warning(existing.aks)
    if existing.hdinsight_network:
        callers = [settings.aks_subnet]
        if existing.aks_network:
            callers = existing.aks.callers if existing.aks else existing.aks_network.subnet
        yield from warnings(azure, existing.hdinsight_network, callers, kafka_ports)


def _group(azure: Azure, reference: ExistingGroup) -> str:
    where = ExistingResource.model_construct(
        resource_group=reference.name, name=reference.name, subscription=""
    )
    return azure.read("group.existing", where, resources.get_resource_group).name


def _hdinsight_subnet(azure: Azure, reference: ExistingSubnet) -> ExistingNetwork:
    return read_subnet(azure, "hdinsightNetwork.existing", reference)


def _aks_subnet(azure: Azure, reference: ExistingSubnet) -> ExistingNetwork:
    return read_subnet(azure, "aksNetwork.existing", reference)
