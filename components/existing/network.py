"""An existing virtual network with its subnet and peerings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_azure_native as azure_native
from pulumi_azure_native import network

from ..settings.objects.existing import ExistingResource, ExistingSubnet
from ..settings.validation.mistakes import Mistake
from .azure import Azure, Unusable

HALVES: tuple[str, str] = ("hdinsight-to-aks", "aks-to-hdinsight")
"""This stack's resources of the peering, in the order in which they are made."""
PEERING = "azure-native:network:VirtualNetworkPeering"


@dataclass(frozen=True)
class ExistingPeering:
    """One half of a peering, in an existing network; `ranges` are the remote network's."""

    id: str
    name: str
    state: str
    """Connected, Initiated where the other half is missing yet, or Disconnected where it was deleted."""
    remote_id: str
    ranges: tuple[IPv4Network, ...]


@dataclass(frozen=True)
class ExistingNetwork:
    """An existing network, and the subnet of it that is used."""

    id: str
    location: str
    address_prefixes: tuple[str, ...]
    """Its address space as Azure states it."""
    subnet_id: str
    subnet: tuple[IPv4Network, ...]
    """The subnet's ranges."""
    subnets: Mapping[str, tuple[IPv4Network, ...]]
    """The ranges of every subnet, by its id in lower case."""
    security_group_id: str
    """Of the subnet; empty where it has none."""
    peerings: tuple[ExistingPeering, ...]
    """All but the one that is named as this stack names its own."""
    own_peering: ExistingPeering | None
    """The one that is named as this stack names its own; None where there is no such peering."""
    provider: azure_native.Provider | None
    """Provider for resources in its subscription; None for the default provider."""

    @property
    def address_space(self) -> tuple[IPv4Network, ...]:
        """Its IPv4 ranges, the only ones that brokers have addresses of."""
        return ranges(self.address_prefixes)

    @property
    def name(self) -> str:
        """The network's name."""
        return name_in(self.id, "virtualNetworks")

    @property
    def resource_group(self) -> str:
        """The network's resource group."""
        return name_in(self.id, "resourceGroups")


def read_network(azure: Azure, setting: str, network_id: str, subnet_id: str) -> ExistingNetwork:
    """Read the network with this id. An empty `subnet_id` stands for its first subnet. Raises Unusable."""
    reference = ExistingResource.model_construct(
        resource_group=name_in(network_id, "resourceGroups"),
        name=name_in(network_id, "virtualNetworks"),
        subscription=name_in(network_id, "subscriptions").lower(),
    )
    return _read(azure, setting, reference, subnet_id.rpartition("/")[2])


def read_subnet(azure: Azure, setting: str, reference: ExistingSubnet) -> ExistingNetwork:
    """Read the network and subnet that `reference` identifies. Raises Unusable."""
    return _read(azure, setting, reference, reference.subnet)


def name_of_our_peering() -> str:
    """The name of this stack's peering in an existing network, which no other stack's peering has."""
    return f"{pulumi.get_project()}-{pulumi.get_stack()}"[:80].rstrip("-.")


def name_of_new_network(side: str) -> str:
    """The name of the network that this stack makes for `side`: hdinsight or aks."""
    return f"{side}-network"


def ranges(texts: Iterable[str] | None) -> tuple[IPv4Network, ...]:
    """The IPv4 ranges among `texts`; brokers have no IPv6 addresses."""
    return tuple(IPv4Network(text, strict=False) for text in texts or () if ":" not in text)


def name_in(resource_id: str, collection: str) -> str:
    """The name that follows `collection` in a resource's id, in which upper and lower case are the same."""
    parts = resource_id.split("/")
    lowered = [part.lower() for part in parts]
    return parts[lowered.index(collection.lower()) + 1]


def _read(azure: Azure, setting: str, reference: ExistingResource, subnet_name: str) -> ExistingNetwork:
    found = azure.read(setting, reference, network.get_virtual_network, virtual_network_name=reference.name)
    subnets = {(subnet.name or "").lower(): subnet for subnet in found.subnets or ()}
    subnet = subnets.get(subnet_name.lower()) if subnet_name else next(iter(subnets.values()), None)
    if subnet is None:
        rule = f"must be one of the subnets of {reference}"
        raise Unusable(Mistake(setting, subnet_name, rule, "", " or ".join(subnets)))
    peerings = [_peering(peering) for peering in found.virtual_network_peerings or ()]
    own = name_of_our_peering()
    return ExistingNetwork(
        id=found.id or "",
        location=found.location or "",
        address_prefixes=tuple((found.address_space and found.address_space.address_prefixes) or ()),
        subnet_id=subnet.id or "",
        subnet=_ranges_of(subnet),
        subnets={(each.id or "").lower(): _ranges_of(each) for each in subnets.values()},
        security_group_id=(subnet.network_security_group.id if subnet.network_security_group else None) or "",
        peerings=tuple(peering for peering in peerings if peering.name != own),
        own_peering=next((peering for peering in peerings if peering.name == own), None),
        provider=azure.provider(reference.subscription),
    )


def _ranges_of(subnet: network.outputs.SubnetResponse) -> tuple[IPv4Network, ...]:
    return ranges(subnet.address_prefixes or ([subnet.address_prefix] if subnet.address_prefix else []))


def _peering(found: network.outputs.VirtualNetworkPeeringVirtualNetworkResponse) -> ExistingPeering:
    space = found.remote_address_space
    return ExistingPeering(
        id=found.id or "",
        name=found.name or "",
        state=found.peering_state or "",
        remote_id=(found.remote_virtual_network.id if found.remote_virtual_network else None) or "",
        ranges=ranges(space.address_prefixes if space else None),
    )
