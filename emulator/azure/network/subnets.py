"""Microsoft.Network/virtualNetworks/subnets."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Any

from emulator.azure.network import tokens
from emulator.azure.network.addressing import parse_prefix
from emulator.azure.network.nat_gateways import NatGateway
from emulator.azure.network.networks import VirtualNetwork, address_space
from emulator.azure.network.occupancy import clusters_in, subnets_of
from emulator.azure.network.security_groups import NetworkSecurityGroup
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.references import require_reference
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.resource_manager.resource_type import RecordsOnly, new_etag

# The smallest subnet that leaves addresses to use ("Azure Virtual Network frequently asked questions").
_LONGEST_PREFIX = 29


class Subnet(RecordsOnly):
    """A subnet of a virtual network. It exists as a record only; nodes get addresses from its range."""

    token = tokens.SUBNET
    kind = "Microsoft.Network/virtualNetworks/subnets"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}"
    )
    autonaming = "copy"
    located = False
    in_use_code = "InUseSubnetCannotBeDeleted"
    modelled = frozenset(
        {
            "addressPrefix",
            "addressPrefixes",
            "defaultOutboundAccess",
            "name",
            "natGateway.id",
            "networkSecurityGroup.id",
            "privateEndpointNetworkPolicies",
            "privateLinkServiceNetworkPolicies",
        }
    )

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for a range outside the network, an overlap, or a missing resource referred to."""
        naming.SUBNET.require(arm.name(resource_id))
        network = cloud.require(VirtualNetwork.kind, arm.parent(resource_id))
        prefix = _prefix(inputs, arm.name(resource_id))
        _check_range(cloud, network, resource_id, prefix)
        for reference, kind in (
            ("networkSecurityGroup", NetworkSecurityGroup.kind),
            ("natGateway", NatGateway.kind),
        ):
            if inputs.get(reference):
                require_reference(
                    cloud, kind, inputs[reference]["id"], resource_id, network.inputs["location"]
                )
        if existing is not None:
            _check_change(cloud, existing, prefix)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses the entity tag."""
        return {"etag": new_etag()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The subnet, with references to its NAT gateway and security group."""
        described: dict[str, Any] = {
            "delegations": [],
            "etag": record.facts["etag"],
            "ipamPoolPrefixAllocations": [],
            "privateEndpointNetworkPolicies": record.inputs.get("privateEndpointNetworkPolicies", "Disabled"),
            "privateLinkServiceNetworkPolicies": record.inputs.get(
                "privateLinkServiceNetworkPolicies", "Enabled"
            ),
            "provisioningState": record.state,
        }
        for given in ("addressPrefix", "addressPrefixes", "defaultOutboundAccess"):
            if record.inputs.get(given) is not None:
                described[given] = record.inputs[given]
        for reference in ("natGateway", "networkSecurityGroup"):
            if record.inputs.get(reference):
                described[reference] = {"id": record.inputs[reference]["id"]}
        return described

    def dependents(self, cloud: Cloud, record: Record) -> list[str]:
        """The clusters with nodes in the subnet."""
        return [cluster.id for cluster in clusters_in(cloud, record.id)]

    def write_locks(self, resource_id: str) -> Sequence[str]:
        """The subnet and its network: Azure changes one subnet or peering of a network at a time."""
        return [resource_id, arm.parent(resource_id)]


def prefix_of(subnet: Record) -> IPv4Network:
    """The address range of a subnet."""
    return _prefix(subnet.inputs, subnet.name)


def _prefix(inputs: dict[str, Any], name: str) -> IPv4Network:
    texts = inputs.get("addressPrefixes") or [text for text in [inputs.get("addressPrefix")] if text]
    if not texts:
        raise Refused(400, "AddressPrefixMissing", f"Subnet '{name}' has no address prefix.")
    if len(texts) > 1:
        raise NotModelled(f"several address prefixes of one subnet ('{name}': {', '.join(texts)})")
    return parse_prefix(texts[0], f"subnet '{name}'")


def _check_range(cloud: Cloud, network: Record, resource_id: str, prefix: IPv4Network) -> None:
    name = arm.name(resource_id)
    if prefix.prefixlen > _LONGEST_PREFIX:
        message = f"Subnet '{name}' is too small: {prefix} is longer than /{_LONGEST_PREFIX}."
        raise Refused(400, "SubnetTooSmall", message)
    if not any(prefix.subnet_of(space) for space in address_space(network.inputs, network.name)):
        message = f"Subnet '{name}' ({prefix}) is not within virtual network '{network.name}'."
        raise Refused(400, "NetcfgInvalidSubnet", message)
    for other in subnets_of(cloud, network.id):
        if not arm.same(other.id, resource_id) and prefix.overlaps(prefix_of(other)):
            message = f"Subnet '{name}' ({prefix}) overlaps with subnet '{other.name}' ({prefix_of(other)})."
            raise Refused(400, "NetcfgSubnetRangesOverlap", message)


def _check_change(cloud: Cloud, existing: Record, prefix: IPv4Network) -> None:
    if prefix != prefix_of(existing) and clusters_in(cloud, existing.id):
        message = f"Subnet {existing.name} is in use and its address prefix cannot be changed."
        raise Refused(400, "InUsePrefixCannotBeDeleted", message)
