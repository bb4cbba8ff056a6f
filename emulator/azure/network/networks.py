"""Microsoft.Network/virtualNetworks."""

from ipaddress import IPv4Network
from typing import Any

from emulator.azure.network.addressing import find_overlap, parse_prefix
from emulator.azure.network.occupancy import clusters_in, peerings_of, subnets_of
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import ResourceType, new_etag, new_guid
from emulator.azure.resource_manager.subscriptions import require_subscription


class VirtualNetwork(ResourceType):
    """A virtual network: a bridge in a network namespace. Subnets and peerings are separate resources."""

    token = "azure-native:network:VirtualNetwork"
    kind = "Microsoft.Network/virtualNetworks"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}"
    )
    replaced_by = frozenset({"location"})
    in_use_code = "InUseSubnetCannotBeDeleted"
    modelled = frozenset({"addressSpace.addressPrefixes", "privateEndpointVNetPolicies"})

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for ranges that are invalid or overlap, or a change that removes a range in use."""
        name = arm.name(resource_id)
        naming.VIRTUAL_NETWORK.require(name)
        prefixes = address_space(inputs, name)
        if not prefixes:
            raise Refused(400, "VnetAddressSpaceEmpty", f"Virtual network '{name}' has no address space.")
        pair = find_overlap(prefixes)
        if pair:
            message = f"Address prefixes {pair[0]} and {pair[1]} of virtual network '{name}' overlap."
            raise Refused(400, "OverlappingVirtualNetworkAddressPrefixes", message)
        if existing is not None and prefixes != address_space(existing.inputs, name):
            _check_change(cloud, existing, prefixes)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses GUID and entity tag."""
        return {"guid": new_guid(), "etag": new_etag()}

    def provision(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Creates the network, or changes its address space, which peerings follow once they are synced."""
        prefixes = [str(prefix) for prefix in address_space(record.inputs, "")]
        if arm.key(record.id) in cloud.networks:
            cloud.world.resize_network(record.id, prefixes)
        else:
            cloud.world.add_network(record.id, prefixes)
            cloud.networks.add(arm.key(record.id))

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The network, with its subnets and peerings."""
        return {
            "addressSpace": {"addressPrefixes": list(record.inputs["addressSpace"]["addressPrefixes"])},
            "enableDdosProtection": False,
            "etag": record.facts["etag"],
            "privateEndpointVNetPolicies": record.inputs.get("privateEndpointVNetPolicies", "Disabled"),
            "provisioningState": record.state,
            "resourceGuid": record.facts["guid"],
            "subnets": [_nested(cloud, part) for part in subnets_of(cloud, record.id)],
            "virtualNetworkPeerings": [_nested(cloud, part) for part in peerings_of(cloud, record.id)],
        }

    def dependents(self, cloud: Cloud, record: Record) -> list[str]:
        """The clusters in the network's subnets."""
        return [
            cluster.id for subnet in subnets_of(cloud, record.id) for cluster in clusters_in(cloud, subnet.id)
        ]

    def remove(self, cloud: Cloud, record: Record) -> None:
        """Removes the network namespace."""
        if arm.key(record.id) in cloud.networks:
            cloud.world.remove_network(record.id)
            cloud.networks.discard(arm.key(record.id))

    def revive(self, cloud: Cloud, record: Record) -> None:
        """Creates the network again."""
        self.provision(cloud, record, None)


def address_space(inputs: dict[str, Any], name: str) -> list[IPv4Network]:
    """The address ranges in the inputs of the network `name`. Raises Refused for an invalid one."""
    texts = (inputs.get("addressSpace") or {}).get("addressPrefixes") or []
    return [parse_prefix(text, f"the address space of virtual network '{name}'") for text in texts]


def list_networks(cloud: Cloud, resource_group: str, subscription: str | None) -> list[dict[str, Any]]:
    """The networks of a resource group, each as `az network vnet list` shows it.

    Raises Refused when the group or the subscription doesn't exist.
    """
    subscription = subscription or arm.SUBSCRIPTION
    require_subscription(subscription)
    group = arm.resource_group_id(resource_group, subscription)
    if cloud.find(group) is None:
        message = f"Resource group '{resource_group}' could not be found."
        raise Refused(404, "ResourceGroupNotFound", message)
    return [
        {"id": network.id, "resourceGroup": resource_group, **cloud.response(network)}
        for network in cloud.all(VirtualNetwork.token)
        if arm.contains(group, network.id)
    ]


def _check_change(cloud: Cloud, network: Record, prefixes: list[IPv4Network]) -> None:
    """Raises Refused unless ranges that go have no subnet, and ranges that come overlap no peer.

    Source: "Update the address space for a peered virtual network".
    """
    for subnet in subnets_of(cloud, network.id):
        prefix = IPv4Network(subnet.inputs.get("addressPrefix") or subnet.inputs["addressPrefixes"][0])
        if not any(prefix.subnet_of(space) for space in prefixes):
            message = f"IpPrefix {prefix} of subnet '{subnet.name}' on Vnet {network.name} is in use."
            raise Refused(400, "InUsePrefixCannotBeDeleted", message)
    for peering in peerings_of(cloud, network.id):
        remote = cloud.find(peering.inputs["remoteVirtualNetwork"]["id"])
        pair = find_overlap(prefixes, address_space(remote.inputs, remote.name)) if remote else None
        if remote and pair:
            message = (
                f"Cannot update address space of {network.id}, which is peered with {remote.id}, because "
                f"their address spaces would overlap. Overlapping address prefixes: {pair[0]}, {pair[1]}."
            )
            raise Refused(400, "VnetAddressSpacesOverlap", message)


def _nested(cloud: Cloud, part: Record) -> dict[str, Any]:
    return {"id": part.id, **cloud.response(part)}
