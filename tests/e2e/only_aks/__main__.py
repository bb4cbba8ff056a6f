"""The component that makes the AKS cluster, with what the environment says of its pool and its callers."""

import os

from pulumi_azure_native import network, resources

from components.aks import AksCluster, AksClusterArgs
from components.settings.objects.aks_entra import AksEntra

group = resources.ResourceGroup("group", resource_group_name="only-aks", location="westeurope")
net = network.VirtualNetwork(
    "network",
    virtual_network_name="network",
    resource_group_name=group.name,
    location=group.location,
    address_space={"address_prefixes": ["10.20.0.0/16"]},
)
subnet = network.Subnet(
    "subnet",
    subnet_name="subnet",
    resource_group_name=group.name,
    virtual_network_name=net.name,
    address_prefix="10.20.0.0/20",
)
AksCluster(
    "aks",
    AksClusterArgs(
        name="only-aks",
        resource_group=group.name,
        location=group.location,
        subnet_id=subnet.id,
        entra=AksEntra(),
        kubernetes_version="",
        upgrade_channel="patch",
        node_os_upgrade_channel="NodeImage",
        api_source_ranges=os.environ["CALLERS"].split(),
        node_count=2,
        max_node_count=int(os.environ["MOST_NODES"]),
        node_size=os.environ["NODE_SIZE"],
        zones=["1", "2"],
        max_pods=30,
        network_policy="cilium",
        service_cidr="10.30.0.0/16",
        dns_service_ip="10.30.0.10",
        pod_cidr=None,
        never_replace=False,
        made_with={},
        tags={},
    ),
)
