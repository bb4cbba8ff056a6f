"""Specifications of clusters, from which the resource manager's runtimes create them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class KubernetesSpec:
    """An AKS cluster, as its ManagedCluster resource describes it."""

    name: str
    """The cluster's name, unique in the world; it is the first part of the names of nodes and pods."""
    network: str
    """The name in the world of the network that nodes and pods are in."""
    subnet_prefix: str
    """The range of the subnet. Nodes get addresses of it, and pods, too, unless they form an overlay."""
    reserved: Sequence[str]
    """Addresses of the subnet that other clusters have."""
    node_count: int
    service_cidr: str
    kubelet_identity: str
    """The object id of the identity with which images are pulled."""
    version: str
    """The version of Kubernetes, e.g. "1.33"."""
    pod_cidr: str | None
    """The range of pods' addresses in an overlay (Azure CNI Overlay), with a /24 for each node; else None."""


@dataclass(frozen=True)
class HdinsightSpec:
    """An HDInsight cluster, as its Cluster resource describes it."""

    name: str
    network: str
    """The name in the world of the network that the nodes are in."""
    subnet_prefix: str
    addresses: Mapping[str, str]
    """The nodes' addresses by short name: hn0, hn1, zk0, ..., wn0, ..."""
    domain: str
    """The domain of the host names, such as "abc.bx.internal.cloudapp.net"."""
    user: str
    """The gateway's user, who is Ambari's administrator."""
    password: str = field(repr=False)
    """The password of `user`."""
    ambari_address: tuple[str, int]
    """Host and port on which Ambari listens on this machine."""
    disks_per_worker: int = 1
    """How many data disks each worker has."""
    kafka_broker: Mapping[str, str] = field(default_factory=dict)
    """Properties of kafka-broker that are set at creation, in place of the defaults."""
