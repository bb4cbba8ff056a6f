"""Specifications of clusters, which the resource manager hands to what runs them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class KubernetesSpec:
    """An AKS cluster, as its ManagedCluster resource describes it."""

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


@dataclass(frozen=True)
class HdinsightSpec:
    """An HDInsight cluster, as its Cluster resource describes it."""

    name: str
    network: str
    """The virtual network's name in the world."""
    subnet_prefix: str
    addresses: Mapping[str, str]
    """Of each node by its short name: hn0, hn1, zk0.., wn0.."""
    domain: str
    """Of the hosts, such as "abc.bx.internal.cloudapp.net"."""
    user: str
    password: str = field(repr=False)
    """Of the gateway, hence of Ambari."""
    ambari_address: tuple[str, int]
    """Where Ambari is to listen on this machine."""
    disks_per_worker: int = 1
    """Data disks of each worker."""
    kafka_broker: Mapping[str, str] = field(default_factory=dict)
    """Properties of kafka-broker that differ from the default."""
