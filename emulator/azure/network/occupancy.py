"""Which subnets and peerings a network has, and which clusters and addresses are in a subnet."""

from emulator.azure.network import tokens
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record

# The names under which clusters record their subnet and addresses among their facts.
SUBNET_FACT = "subnet"
ADDRESSES_FACT = "addresses"
GATEWAYS_FACT = "gateways"
"""Addresses of gateway nodes, which are not emulated."""


def subnets_of(cloud: Cloud, network_id: str) -> list[Record]:
    """The subnets of a network."""
    return _children(cloud, network_id, tokens.SUBNET)


def peerings_of(cloud: Cloud, network_id: str) -> list[Record]:
    """The peerings that start at a network."""
    return _children(cloud, network_id, tokens.PEERING)


def subnets_referring_to(cloud: Cloud, reference: str, resource_id: str) -> list[Record]:
    """The subnets whose input `reference`, such as `natGateway`, names this resource."""
    return [
        subnet
        for subnet in cloud.all(tokens.SUBNET)
        if arm.same((subnet.inputs.get(reference) or {}).get("id", ""), resource_id)
    ]


def clusters_in(cloud: Cloud, subnet_id: str) -> list[Record]:
    """The clusters that have nodes in a subnet, including those that are being created."""
    return [record for record in cloud.everything() if arm.same(record.facts.get(SUBNET_FACT, ""), subnet_id)]


def taken_addresses(cloud: Cloud, subnet_id: str, by_others_than: str) -> list[str]:
    """The addresses in a subnet that are assigned to other clusters than `by_others_than`."""
    return [
        address
        for cluster in clusters_in(cloud, subnet_id)
        if not arm.same(cluster.id, by_others_than)
        for address in assigned_addresses(cluster)
    ]


def assigned_addresses(cluster: Record) -> list[str]:
    """The addresses of a cluster's nodes and gateways."""
    return [*cluster.facts.get(ADDRESSES_FACT, {}).values(), *cluster.facts.get(GATEWAYS_FACT, [])]


def _children(cloud: Cloud, network_id: str, token: str) -> list[Record]:
    return [record for record in cloud.all(token) if arm.same(arm.parent(record.id), network_id)]
