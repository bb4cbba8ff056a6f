"""Kafka: the component KafkaCluster in types that each language has."""

# The schema is made of these annotations as they are, not as text: hence no `annotations` from __future__.
from dataclasses import replace
from typing import NotRequired, TypedDict

import pulumi
from aks_kafka import KafkaCluster, KafkaClusterArgs


class KafkaArgs(TypedDict):
    """What a new Kafka cluster is made of; what is left out has the default of this repository's settings."""

    name: str
    """Of the cluster: unique in all of Azure."""
    resource_group: pulumi.Input[str]
    """Name of a resource group that exists."""
    location: pulumi.Input[str]
    """Azure region, that of the network."""
    network_id: pulumi.Input[str]
    """Of the virtual network that its nodes are in."""
    subnet_id: pulumi.Input[str]
    """Of a subnet of that network, as HDInsight needs it: `hdinsightSubnetId` of `Networks` is one."""
    storage_account_name: str
    """Of the storage account that is made for the cluster: unique in all of Azure."""
    gateway_password: pulumi.Input[str]
    """Password of Ambari's administrator; pass a secret."""
    ssh_public_key: str
    """Of the user sshuser on the nodes: RSA, in OpenSSH's format."""
    workers: NotRequired[int]
    """Worker nodes, each with one broker; more can be added later, and none removed."""
    disks_per_worker: NotRequired[int]
    """Managed disks of each worker, 1 TB each."""
    worker_size: NotRequired[str]
    """Name of the workers' VM size."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete or replace the cluster and its storage; true if left out."""
    storage_role_seconds: NotRequired[int]
    """How long the cluster's identity has its role on the storage before the cluster is created."""
    tags: NotRequired[dict[str, str]]
    """Of everything that can have any."""


class Kafka(pulumi.ComponentResource):
    """A new HDInsight 5.1 cluster with Kafka 3.2, whose brokers advertise names.

    That they advertise addresses takes a program in Python: IpAdvertising of the package aks_kafka, with
    `ambariUrl` and `clusterName` of this component.
    """

    cluster_name: pulumi.Output[str]
    """The cluster's name, as Ambari spells it."""
    ambari_url: pulumi.Output[str]
    """Where Ambari answers: https://HOST[:PORT]."""
    worker_count: pulumi.Output[int]
    """Number of workers, known once all of them exist."""

    def __init__(self, name: str, args: KafkaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:Kafka", name, None, opts)
        wanted = KafkaClusterArgs(**args)
        # From other languages every number arrives as a float.
        wanted = replace(
            wanted,
            workers=int(wanted.workers),
            disks_per_worker=int(wanted.disks_per_worker),
            storage_role_seconds=int(wanted.storage_role_seconds),
        )
        cluster = KafkaCluster(name, wanted, pulumi.ResourceOptions(parent=self))
        self.cluster_name = cluster.name
        self.ambari_url = cluster.ambari_url
        self.worker_count = cluster.workers
        self.register_outputs(
            {
                "clusterName": self.cluster_name,
                "ambariUrl": self.ambari_url,
                "workerCount": self.worker_count,
            }
        )
