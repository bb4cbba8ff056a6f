"""A cluster as `az aks create` makes it: AKS itself makes its network, in a resource group of its own."""

from pulumi_azure_native import containerservice, resources

group = resources.ResourceGroup("group", resource_group_name="shop", location="westeurope")
containerservice.ManagedCluster(
    "aks",
    resource_name_="shop-aks",
    resource_group_name=group.name,
    location=group.location,
    dns_prefix="shop-aks",
    identity={"type": containerservice.ResourceIdentityType.SYSTEM_ASSIGNED},
    agent_pool_profiles=[
        {
            "name": "nodepool1",
            "mode": containerservice.AgentPoolMode.SYSTEM,
            "count": 2,
            "vm_size": "Standard_D2s_v5",
        }
    ],
    network_profile={"network_plugin": containerservice.NetworkPlugin.AZURE},
)
