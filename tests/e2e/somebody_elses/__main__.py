"""A registry, and a cluster as `az aks create` makes it: AKS makes its network, in another resource group.

All of it lies in the subscription that the environment names.
"""

import os

import pulumi
import pulumi_azure_native as azure_native
from pulumi_azure_native import containerregistry, containerservice, resources

there = azure_native.Provider("there", subscription_id=os.environ["SHOP_SUBSCRIPTION"])
opts = pulumi.ResourceOptions(provider=there)
group = resources.ResourceGroup("group", resource_group_name="shop", location="westeurope", opts=opts)
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
    opts=opts,
)
containerregistry.Registry(
    "registry",
    registry_name="shopimages",
    resource_group_name=group.name,
    location=group.location,
    sku={"name": containerregistry.SkuName.BASIC},
    opts=opts,
)
