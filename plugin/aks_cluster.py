"""Aks: the component AksCluster in types that each language has."""

# The schema is made of these annotations as they are, not as text: hence no `annotations` from __future__.
from dataclasses import replace
from typing import NotRequired, TypedDict

import pulumi
from aks_kafka import AksCluster, AksClusterArgs


class AksArgs(TypedDict):
    """What a new AKS cluster is made of; what is left out has the default of this repository's settings."""

    name: str
    """Of the cluster."""
    resource_group: pulumi.Input[str]
    """Name of a resource group that exists."""
    location: pulumi.Input[str]
    """Azure region, that of the subnet."""
    subnet_id: pulumi.Input[str]
    """Of nodes and pods: `aksSubnetId` of `Networks` is one."""
    kubernetes_version: NotRequired[str]
    """Empty, or left out, for AKS's default at the cluster's creation."""
    node_count: NotRequired[int]
    """Nodes of the cluster's only pool."""
    node_size: NotRequired[str]
    """Name of a VM size."""
    api_source_ranges: NotRequired[list[str]]
    """From where Kubernetes' API may be used; left out for everywhere."""
    service_cidr: NotRequired[str]
    """Addresses of Kubernetes services, outside of every network that the cluster talks to."""
    dns_service_ip: NotRequired[str]
    """Address of the cluster's DNS, within `serviceCidr`."""
    tags: NotRequired[dict[str, str]]
    """Of everything that can have any."""


class Aks(pulumi.ComponentResource):
    """A new AKS cluster in a subnet, with an identity of its own that may use it."""

    cluster_id: pulumi.Output[str]
    """Id of the cluster in Azure."""
    kubelet_principal_id: pulumi.Output[str]
    """Principal of the nodes' identity, which pulls images."""
    kubeconfig: pulumi.Output[str]
    """Credentials of whoever deploys; a secret."""

    def __init__(self, name: str, args: AksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:Aks", name, None, opts)
        wanted = AksClusterArgs(**args)
        # From other languages every number arrives as a float.
        wanted = replace(wanted, node_count=int(wanted.node_count))
        cluster = AksCluster(name, wanted, pulumi.ResourceOptions(parent=self))
        self.cluster_id = cluster.id
        self.kubelet_principal_id = cluster.kubelet_principal_id
        self.kubeconfig = cluster.kubeconfig
        self.register_outputs(
            {
                "clusterId": self.cluster_id,
                "kubeletPrincipalId": self.kubelet_principal_id,
                "kubeconfig": self.kubeconfig,
            }
        )
