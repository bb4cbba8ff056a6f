"""A virtual network that exists already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_azure_native as azure_native
from pulumi_azure_native import network

from ..settings.existing import ExistingResource, ExistingSubnet
from ..settings.mistakes import Mistake
from .azure import Azure, Unusable


@dataclass(frozen=True)
class ExistingPeering:
    """One half of a peering, and the ranges behind it."""

    name: str
    remote_id: str
    ranges: tuple[IPv4Network, ...]


@dataclass(frozen=True)
class ExistingNetwork:
    """A network, and the subnet of it that matters."""

    id: str
    location: str
    address_prefixes: tuple[str, ...]
    """Its address space as Azure states it."""
    subnet_id: str
    subnet: tuple[IPv4Network, ...]
    """The subnet's ranges."""
    security_group_id: str
    """Of the subnet; empty where it has none."""
    peerings: tuple[ExistingPeering, ...]
    """Those of somebody else's."""
    provider: azure_native.Provider | None
    """For what is added to it; None where that is the default one."""

    @property
    def address_space(self) -> tuple[IPv4Network, ...]:
        """The part of it that brokers can have addresses of."""
        return ranges(self.address_prefixes)

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
    return _read(azure, setting, named, subnet_id.rpartition("/")[2])


def read_subnet(azure: Azure, setting: str, named: ExistingSubnet) -> ExistingNetwork:
    """The network with the subnet that `named` stands for. Raises Unusable."""
    return _read(azure, setting, named, named.subnet)


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


def _read(azure: Azure, setting: str, named: ExistingResource, subnet_name: str) -> ExistingNetwork:
    found = azure.read(setting, named, network.get_virtual_network, virtual_network_name=named.name)
    subnets = {(subnet.name or "").lower(): subnet for subnet in found.subnets or ()}
    subnet = subnets.get(subnet_name.lower()) if subnet_name else next(iter(subnets.values()), None)
    if subnet is None:
        rule = f"must be one of the subnets of {named}"
        raise Unusable(Mistake(setting, subnet_name, rule, "", " or ".join(subnets)))
    return ExistingNetwork(
        id=found.id or "",
        location=found.location or "",
        address_prefixes=tuple((found.address_space and found.address_space.address_prefixes) or ()),
        subnet_id=subnet.id or "",
        subnet=ranges(subnet.address_prefixes or ([subnet.address_prefix] if subnet.address_prefix else [])),
        security_group_id=(subnet.network_security_group.id if subnet.network_security_group else None) or "",
        peerings=tuple(
            _peering(peering)
            for peering in found.virtual_network_peerings or ()
            if peering.name != name_of_our_peering()
        ),
        provider=azure.provider(named.subscription),
    )


def _peering(found: network.outputs.VirtualNetworkPeeringVirtualNetworkResponse) -> ExistingPeering:
    space = found.remote_address_space
    return ExistingPeering(
        name=found.name or "",
        remote_id=(found.remote_virtual_network.id if found.remote_virtual_network else None) or "",
        ranges=ranges(space.address_prefixes if space else None),
    )
