"""The virtual network that AKS makes when it is given no subnet.

It lies in the node resource group, and its name ends in random digits.

From what `az aks create` leaves without --vnet-subnet-id, and "Configure Azure CNI networking".
"""

import secrets

from emulator.azure.network.networks import VirtualNetwork
from emulator.azure.network.security_groups import NetworkSecurityGroup
from emulator.azure.network.subnets import Subnet
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record

ADDRESS_SPACE = "10.224.0.0/12"
SUBNET_PREFIX = "10.224.0.0/16"
_SUBNET = "aks-subnet"


def new_subnet_id(node_group: str, subscription: str) -> str:
    """Returns the id of the subnet in a network whose name ends in random digits."""
    number = secrets.randbelow(90_000_000) + 10_000_000
    name = f"aks-vnet-{number}"
    return arm.resource_id(node_group, Subnet.kind, name, _SUBNET, subscription=subscription)


def make_network(cloud: Cloud, cluster: Record, subnet_id: str) -> None:
    """Creates or updates the network, its subnet with this id, and the subnet's security group."""
    network = arm.name(arm.parent(subnet_id))
    guard = network.replace("aks-vnet", "aks-agentpool") + "-nsg"
    place = {"resourceGroupName": cluster.facts["node_group"]}
    region = {**place, "location": cluster.inputs["location"]}
    subscription = arm.subscription_of(cluster.id)
    guard_id = arm.resource_id(
        place["resourceGroupName"], NetworkSecurityGroup.kind, guard, subscription=subscription
    )
    parts = (
        (NetworkSecurityGroup.token, {**region, "networkSecurityGroupName": guard}),
        (
            VirtualNetwork.token,
            {**region, "virtualNetworkName": network, "addressSpace": {"addressPrefixes": [ADDRESS_SPACE]}},
        ),
        (
            Subnet.token,
            {
                **place,
                "virtualNetworkName": network,
                "subnetName": _SUBNET,
                "addressPrefix": SUBNET_PREFIX,
                "networkSecurityGroup": {"id": guard_id},
            },
        ),
    )
    for token, inputs in parts:
        cloud.put(token, inputs, cluster.urn, create=False, subscription=subscription)
