"""What an AKS cluster is made from."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class KubernetesSpec:
    """One cluster, as its ManagedCluster describes it."""

    name: str
    """Unique in the world; nodes and pods carry it in front of their names."""
    network: str
    """The world's network that nodes and pods are in."""
    subnet_prefix: str
    """Nodes get addresses of this subnet, and pods too where they form no overlay."""
    reserved: Sequence[str]
    """Addresses of the subnet that are taken by others."""
    node_count: int
    service_cidr: str
    kubelet_identity: str
    """Object id of the identity by which images are pulled."""
    version: str
    """Of Kubernetes, e.g. "1.33"."""
    pod_cidr: str | None
    """Addresses of pods where they form an overlay (Azure CNI Overlay); it has a /24 for each node."""
