"""A virtual network that exists already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_azure_native as azure_native
from pulumi_azure_native import network

from ..adoption import ExistingResource
from .azure import Azure


@dataclass(frozen=True)
class ExistingNetwork:
    """`peers` are the ranges behind each of its peerings, by the peering's name."""

    id: str
    location: str
    address_space: tuple[IPv4Network, ...]
    subnet_id: str
    peers: Mapping[str, tuple[IPv4Network, ...]]
    provider: azure_native.Provider | None
    """For what is added to it; None where that is the default one."""

    @property
    def name(self) -> str:
        """Its own name."""
        return name_in(self.id, "virtualNetworks")

    @property
    def resource_group(self) -> str:
        """The resource group that it lies in."""
        return name_in(self.id, "resourceGroups")


def read_network(azure: Azure, setting: str, network_id: str, subnet_id: str) -> ExistingNetwork:
    """The network with this id. An empty `subnet_id` is its only subnet, or the first. Raises Unusable."""
    named = ExistingResource.model_construct(
        resource_group=name_in(network_id, "resourceGroups"),
        name=name_in(network_id, "virtualNetworks"),
        subscription=name_in(network_id, "subscriptions").lower(),
    )
    found = azure.read(setting, named, network.get_virtual_network, virtual_network_name=named.name)
    subnets = [subnet.id or "" for subnet in found.subnets or ()]
    return ExistingNetwork(
        id=found.id or network_id,
        location=found.location or "",
        address_space=ranges(found.address_space.address_prefixes if found.address_space else None),
        subnet_id=subnet_id or next(iter(subnets), ""),
        peers={
            peering.name or "": ranges(
                peering.remote_address_space.address_prefixes if peering.remote_address_space else None
            )
            for peering in found.virtual_network_peerings or ()
        },
        provider=azure.provider(named.subscription),
    )


def name_of_our_peering() -> str:
    """What our half of a peering is called in a network of somebody else's: no other stack uses the name."""
    return f"{pulumi.get_project()}-{pulumi.get_stack()}"[:80].rstrip("-.")


def ranges(texts: Iterable[str] | None) -> tuple[IPv4Network, ...]:
    """The IPv4 ranges among `texts`: brokers have no other addresses."""
    return tuple(IPv4Network(text, strict=False) for text in texts or () if ":" not in text)


def name_in(resource_id: str, collection: str) -> str:
    """The name that follows `collection` in the id of a resource: ids don't tell upper from lower case."""
    parts = resource_id.split("/")
    lowered = [part.lower() for part in parts]
    return parts[lowered.index(collection.lower()) + 1]
