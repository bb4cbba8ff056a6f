"""Somebody else's program: networks and an AKS cluster of its own, and two components out of aks_kafka."""

import pulumi
from aks_kafka import IpAdvertising, IpAdvertisingArgs, KafkaCluster, KafkaClusterArgs
from clusters import aks_cluster
from networks import peered_subnets
from pulumi_azure_native import resources

config = pulumi.Config()
location = config.require("location")
group = resources.ResourceGroup("shop", resource_group_name="shop", location=location)
brokers, pods = peered_subnets(group, callers=config.require("callers"))

kafka = KafkaCluster(
    "orders",
    KafkaClusterArgs(
        name=config.require("clusterName"),
        resource_group=group.name,
        location=location,
        network_id=brokers.vnet.id,
        subnet_id=brokers.subnet.id,
        storage_account_name=config.require("storageAccountName"),
        gateway_password=config.require_secret("ambariPassword"),
        ssh_public_key=config.require("sshPublicKey"),
        protect=config.require_bool("protect"),
        storage_role_seconds=config.require_int("storageRoleSeconds"),
    ),
)
advertising = IpAdvertising(
    "orders-advertise-addresses",
    IpAdvertisingArgs(
        ambari_url=kafka.ambari_url,
        cluster_name=kafka.name,
        user="admin",
        password_config_key=config.full_key("ambariPassword"),
        workers=kafka.workers,
        settle_seconds=config.require_int("settleSeconds"),
    ),
    opts=kafka.bound(),
)

aks_cluster(group, pods.subnet)

# What a workload of this program's in AKS takes as KAFKA_BOOTSTRAP_SERVERS, or however it calls it.
pulumi.export("bootstrapServers", advertising.bootstrap_servers)
