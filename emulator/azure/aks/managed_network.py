"""The managed virtual network, which AKS creates for a cluster that is given no subnet.

It lies in the node resource group, and its name ends in random digits.

Sources: the resources that `az aks create` leaves without --vnet-subnet-id, and "Configure Azure CNI
networking".
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
    """Returns the id of the subnet in a managed network of a new name."""
    number = secrets.randbelow(90_000_000) + 10_000_000
    name = f"aks-vnet-{number}"
    return arm.resource_id(node_group, Subnet.kind, name, _SUBNET, subscription=subscription)


def make_managed_network(cloud: Cloud, cluster: Record, subnet_id: str) -> None:
    """Creates or updates the network, its subnet with this id, and the subnet's security group."""
    network = arm.name(arm.parent(subnet_id))
    security_group = network.replace("aks-vnet", "aks-agentpool") + "-nsg"
    group = {"resourceGroupName": cluster.facts["node_group"]}
    group_and_region = {**group, "location": cluster.inputs["location"]}
    subscription = arm.subscription_of(cluster.id)
    security_group_id = arm.resource_id(
        group["resourceGroupName"], NetworkSecurityGroup.kind, security_group, subscription=subscription
    )
    address_space = {"addressPrefixes": [ADDRESS_SPACE]}
    resources = (
        (NetworkSecurityGroup.token, {**group_and_region, "networkSecurityGroupName": security_group}),
        (
            VirtualNetwork.token,
            {**group_and_region, "virtualNetworkName": network, "addressSpace": address_space},
        ),
        (
            Subnet.token,
            {
                **group,
                "virtualNetworkName": network,
                "subnetName": _SUBNET,
                "addressPrefix": SUBNET_PREFIX,
                "networkSecurityGroup": {"id": security_group_id},
            },
        ),
    )
    for token, inputs in resources:
        cloud.put(token, inputs, cluster.urn, create=False, subscription=subscription)
