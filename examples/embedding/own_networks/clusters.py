"""An AKS cluster, as its owner has it."""

import pulumi
from pulumi_azure_native import authorization, containerservice, managedidentity, network, resources

NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"


def aks_cluster(group: resources.ResourceGroup, subnet: network.Subnet) -> containerservice.ManagedCluster:
    """Two nodes in that subnet, which the cluster's identity may use."""
    identity = managedidentity.UserAssignedIdentity(
        "aks", resource_name_="shop-aks", resource_group_name=group.name, location=group.location
    )
    may_join = authorization.RoleAssignment(
        "aks-joins-subnet",
        scope=subnet.id,
        principal_id=identity.principal_id,
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=subnet.id.apply(_network_contributor),
    )
    return containerservice.ManagedCluster(
        "aks",
        resource_name_="shop-aks",
        resource_group_name=group.name,
        location=group.location,
        dns_prefix="shop",
        identity={
            "type": containerservice.ResourceIdentityType.USER_ASSIGNED,
            "user_assigned_identities": [identity.id],
        },
        agent_pool_profiles=[
            {
                "name": "nodes",
                "mode": containerservice.AgentPoolMode.SYSTEM,
                "count": 2,
                "vm_size": "Standard_D4s_v5",
                "vnet_subnet_id": subnet.id,
            }
        ],
        network_profile={
            "network_plugin": containerservice.NetworkPlugin.AZURE,
            "service_cidr": "10.130.0.0/16",
            "dns_service_ip": "10.130.0.10",
        },
        opts=pulumi.ResourceOptions(depends_on=[may_join], ignore_changes=["kubernetesVersion"]),
    )


def _network_contributor(scope: str) -> str:
    subscription = "/".join(scope.split("/")[:3])
    return f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{NETWORK_CONTRIBUTOR}"
