"""The subnets and peerings of a network, and the clusters and addresses in a subnet."""

from emulator.azure.network import tokens
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record

# A resource that sits in a subnet notes it under these names among its facts.
SUBNET_FACT = "subnet"
ADDRESSES_FACT = "addresses"
GATEWAYS_FACT = "gateways"
"""Addresses of what has no node here."""


def subnets_of(cloud: Cloud, network_id: str) -> list[Record]:
    """The subnets of a network."""
    return _parts(cloud, network_id, tokens.SUBNET)


def peerings_of(cloud: Cloud, network_id: str) -> list[Record]:
    """The peerings that start at a network."""
    return _parts(cloud, network_id, tokens.PEERING)


def subnets_with(cloud: Cloud, reference: str, resource_id: str) -> list[Record]:
    """The subnets whose input `reference`, such as `natGateway`, names this resource."""
    return [
        subnet
        for subnet in cloud.all(tokens.SUBNET)
        if arm.same((subnet.inputs.get(reference) or {}).get("id", ""), resource_id)
    ]


def users_of(cloud: Cloud, subnet_id: str) -> list[Record]:
    """The clusters that have nodes in a subnet, those included that are being made."""
    return [record for record in cloud.everything() if arm.same(record.facts.get(SUBNET_FACT, ""), subnet_id)]


def taken_addresses(cloud: Cloud, subnet_id: str, by_others_than: str) -> list[str]:
    """The addresses in a subnet that were assigned to other clusters than this one."""
    return [
        address
        for user in users_of(cloud, subnet_id)
        if not arm.same(user.id, by_others_than)
        for address in assigned_addresses(user)
    ]


def assigned_addresses(user: Record) -> list[str]:
    """The addresses of a cluster's nodes and gateways."""
    return [*user.facts.get(ADDRESSES_FACT, {}).values(), *user.facts.get(GATEWAYS_FACT, [])]


def _parts(cloud: Cloud, network_id: str, token: str) -> list[Record]:
    return [record for record in cloud.all(token) if arm.same(arm.parent(record.id), network_id)]
