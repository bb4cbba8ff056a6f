"""The ids of resources in Azure, derived from the names that the program gives them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"
_NETWORK = f"{_GROUP}/providers/Microsoft.Network"
_VNET = f"{_NETWORK}/virtualNetworks/{{virtualNetworkName}}"
# For these types Azure answers with this spelling, and other resources' inputs hold the ids it answered.
_LOWER_GROUP = "/subscriptions/{subscription}/resourcegroups/{resourceGroupName}"

IDS: Mapping[str, str] = {
    "azure-native:authorization:RoleAssignment": (
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
    ),
    "azure-native:containerregistry:Registry": (
        f"{_GROUP}/providers/Microsoft.ContainerRegistry/registries/{{registryName}}"
    ),
    "azure-native:containerservice:ManagedCluster": (
        f"{_LOWER_GROUP}/providers/Microsoft.ContainerService/managedClusters/{{resourceName}}"
    ),
    "azure-native:hdinsight:Cluster": f"{_GROUP}/providers/Microsoft.HDInsight/clusters/{{clusterName}}",
    "azure-native:managedidentity:UserAssignedIdentity": (
        f"{_LOWER_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{resourceName}}"
    ),
    "azure-native:network:NatGateway": f"{_NETWORK}/natGateways/{{natGatewayName}}",
    "azure-native:network:NetworkSecurityGroup": (
        f"{_NETWORK}/networkSecurityGroups/{{networkSecurityGroupName}}"
    ),
    "azure-native:network:PublicIPAddress": f"{_NETWORK}/publicIPAddresses/{{publicIpAddressName}}",
    "azure-native:network:Subnet": f"{_VNET}/subnets/{{subnetName}}",
    "azure-native:network:VirtualNetwork": _VNET,
    "azure-native:network:VirtualNetworkPeering": (
        f"{_VNET}/virtualNetworkPeerings/{{virtualNetworkPeeringName}}"
    ),
    "azure-native:resources:ResourceGroup": _GROUP,
    "azure-native:storage:StorageAccount": (
        f"{_GROUP}/providers/Microsoft.Storage/storageAccounts/{{accountName}}"
    ),
}
"""The form of a resource's id by its type, with the inputs that name it in braces."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""A preview's text for an unknown value: `plugin.UnknownStringValue` of Pulumi's Go SDK."""


def id_of(type_: str, inputs: Mapping[str, Any], subscription: str) -> str | None:
    """The id of a resource of this type; None for a type that is not in `IDS`, or if a name is unknown."""
    pattern = IDS.get(type_)
    if pattern is None:
        return None
    known = {"subscription": subscription, **inputs}
    names = re.findall(r"{(\w+)}", pattern)
    return None if any(known.get(name, UNKNOWN) == UNKNOWN for name in names) else pattern.format(**known)
