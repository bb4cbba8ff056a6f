"""Generates the custom role for deploying this program: `python -m tools.deployer_role` writes it into docs/.

Tests compare it with the resources, functions and commands that the program uses, and with the operations
that Azure publishes: Azure refuses a role that names an operation it does not have.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.roles import Role

ROOT = Path(__file__).resolve().parents[1]
ROLE = ROOT / "docs" / "deployer-role.json"
CONDITION = ROOT / "docs" / "deployer-condition.txt"


@dataclass(frozen=True)
class Kind:
    """A resource type of Azure, with the operations needed beside read, write and delete.

    used: operations by which other resources use one of this type: a subnet joins a NAT gateway, for example.
    watched: operations that report the progress of a long-running one.
    """

    name: str
    used: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()

    @property
    def actions(self) -> set[str]:
        """The operations needed from a resource's creation to its deletion."""
        return {*(f"{self.name}/{verb}" for verb in ("read", "write", "delete", *self.used)), *self.watched}


def _of_network(name: str, *used: str) -> Kind:
    watched = (
        "Microsoft.Network/locations/operations/read",
        "Microsoft.Network/locations/operationResults/read",
    )
    return Kind(f"Microsoft.Network/{name}", used, watched)


TYPES: Mapping[str, Kind] = {
    "azure-native:authorization:RoleAssignment": Kind("Microsoft.Authorization/roleAssignments"),
    "azure-native:containerregistry:Registry": Kind(
        "Microsoft.ContainerRegistry/registries",
        watched=(
            "Microsoft.ContainerRegistry/registries/operationStatuses/read",
            "Microsoft.ContainerRegistry/locations/operationResults/read",
        ),
    ),
    "azure-native:containerservice:ManagedCluster": Kind(
        "Microsoft.ContainerService/managedClusters",
        watched=(
            "Microsoft.ContainerService/locations/operations/read",
            "Microsoft.ContainerService/locations/operationresults/read",
        ),
    ),
    "azure-native:hdinsight:Cluster": Kind(
        "Microsoft.HDInsight/clusters",
        # Progress is read below the cluster (azureasyncoperations, operationresults), that of a deletion
        # below the location. Azure's list lacks these operations; its role HDInsight Cluster Operator has
        # this wildcard.
        watched=("Microsoft.HDInsight/*/read",),
    ),
    "azure-native:managedidentity:UserAssignedIdentity": Kind(
        "Microsoft.ManagedIdentity/userAssignedIdentities", ("assign/action",)
    ),
    "azure-native:network:NatGateway": _of_network("natGateways", "join/action"),
    "azure-native:network:NetworkSecurityGroup": _of_network("networkSecurityGroups", "join/action"),
    "azure-native:network:PublicIPAddress": _of_network("publicIPAddresses", "join/action"),
    "azure-native:network:Subnet": _of_network("virtualNetworks/subnets", "join/action"),
    # https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#permissions
    # HDInsight names its network beside the subnet: both are joined.
    "azure-native:network:VirtualNetwork": _of_network("virtualNetworks", "join/action", "peer/action"),
    "azure-native:network:VirtualNetworkPeering": _of_network("virtualNetworks/virtualNetworkPeerings"),
    "azure-native:resources:ResourceGroup": Kind(
        "Microsoft.Resources/subscriptions/resourceGroups",
        watched=("Microsoft.Resources/subscriptions/operationresults/read",),
    ),
    "azure-native:storage:StorageAccount": Kind(
        "Microsoft.Storage/storageAccounts", watched=("Microsoft.Storage/operations/read",)
    ),
}
"""The resource types by their types in Pulumi."""

FUNCTIONS: Mapping[str, set[str]] = {
    "azure-native:authorization:getClientConfig": set(),
    "azure-native:containerregistry:getRegistry": {"Microsoft.ContainerRegistry/registries/read"},
    "azure-native:containerservice:getManagedCluster": {"Microsoft.ContainerService/managedClusters/read"},
    "azure-native:containerservice:listManagedClusterUserCredentials": {
        "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action"
    },
    "azure-native:hdinsight:getCluster": {"Microsoft.HDInsight/clusters/read"},
    "azure-native:hdinsight:getClusterGatewaySettings": {
        "Microsoft.HDInsight/clusters/getGatewaySettings/action"
    },
    "azure-native:network:getNetworkSecurityGroup": {"Microsoft.Network/networkSecurityGroups/read"},
    "azure-native:network:getVirtualNetwork": {"Microsoft.Network/virtualNetworks/read"},
    "azure-native:resources:getResourceGroup": {"Microsoft.Resources/subscriptions/resourceGroups/read"},
}
"""The operations that each function of azure-native needs; those that read are for existing resources."""

COMMANDS: Mapping[str, set[str]] = {
    # Uploads the sources and follows the log of the run.
    "az acr build": {
        "Microsoft.ContainerRegistry/registries/read",
        "Microsoft.ContainerRegistry/registries/listBuildSourceUploadUrl/action",
        "Microsoft.ContainerRegistry/registries/scheduleRun/action",
        "Microsoft.ContainerRegistry/registries/runs/read",
        "Microsoft.ContainerRegistry/registries/runs/listLogSasUrl/action",
    },
    # Tells how roles are assigned on an existing registry.
    "az acr show": {"Microsoft.ContainerRegistry/registries/read"},
    "az hdinsight show": {"Microsoft.HDInsight/clusters/read"},
    "az hdinsight resize": {"Microsoft.HDInsight/clusters/roles/resize/action"},
    "az hdinsight credentials update": {"Microsoft.HDInsight/clusters/updateGatewaySettings/action"},
    # Finds the network of an existing cluster, and whether its nodes may pull from an existing registry.
    "az network vnet list": {"Microsoft.Network/virtualNetworks/read"},
    "az role assignment list": {
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleDefinitions/read",
    },
    # A PATCH of the cluster.
    "az rest": {"Microsoft.HDInsight/clusters/write"},
}
"""The operations that each command of Azure's command line needs."""


def all_actions() -> set[str]:
    """The operations that the program needs from its first `up` to its `destroy`."""
    actions = (*(kind.actions for kind in TYPES.values()), *FUNCTIONS.values(), *COMMANDS.values())
    return set().union(*actions)


def role() -> dict[str, object]:
    """The definition, as `az role definition create` reads it; SUBSCRIPTION stands for an id."""
    return {
        "Name": "Deployer of Kafka on HDInsight for AKS",
        "Description": "Deploys, changes and destroys this program's resources, and gives them their roles.",
        "IsCustom": True,
        "Actions": sorted(all_actions()),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": ["/subscriptions/SUBSCRIPTION"],
    }


def condition() -> str:
    """The condition of the role's assignment: which roles the deployer may assign and remove, and to whom.

    https://learn.microsoft.com/azure/role-based-access-control/delegate-role-assignments-examples
    """
    roles = ", ".join(sorted(Role))
    return "\nAND\n".join(
        f"((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{verb}'}})) OR "
        f"({side}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] "
        f"ForAnyOfAnyValues:GuidEquals {{{roles}}} AND "
        f"{side}[Microsoft.Authorization/roleAssignments:PrincipalType] "
        "ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'}))"
        for verb, side in (("write", "@Request"), ("delete", "@Resource"))
    )


def files() -> dict[Path, str]:
    """The generated files, each with its text."""
    return {ROLE: json.dumps(role(), indent=2) + "\n", CONDITION: condition() + "\n"}


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="python -m tools.deployer_role", description=__doc__).parse_args(arguments)
    for path, text in files().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
