"""The Kafka cluster on HDInsight, new or existing, with its storage account and managed identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_azure_native import authorization, hdinsight, managedidentity, storage

from .existing import ExistingKafka
from .kafka_access import https_url
from .kafka_creation import begun_when_effective, cleanup_advice
from .kafka_operations import keep_gateway_password, keep_tags, keep_worker_count
from .made_with import RECORD
from .roles import Role, assign_role

WORKERS = "kafkaWorkers"
"""Where the component's record says how many workers the cluster has."""
HEAD_NODES = 2
ZOOKEEPER_NODES = 3
_WORKERS_ROLE = 1
_CHANGED_BY_OTHER_CALLS = [
    "identity",
    "tags",
    f"properties.computeProfile.roles[{_WORKERS_ROLE}].targetInstanceCount",
    'properties.clusterDefinition.configurations.gateway["restAuthCredential.password"]',
]
"""Changed by `kafka_operations`, or by a PATCH of somebody else's; not by an update of the resource.

The identity that is declared follows from the cluster's name and group, by which another cluster is made.
Azure spells its id differently at times, all in lower case after a PATCH of it.
"""
_KEPT = ["identity", "properties", "tags"]


@dataclass(frozen=True, kw_only=True)
class KafkaClusterArgs:
    """What a new Kafka cluster is made of. Later, Azure changes its workers, password and tags alone."""

    name: str
    """Of the cluster: unique in all of Azure."""
    resource_group: pulumi.Input[str]
    """Name of the group for everything of the cluster."""
    location: pulumi.Input[str]
    """Azure region, that of the network."""
    network_id: pulumi.Input[str]
    """Of the virtual network that its nodes are in."""
    subnet_id: pulumi.Input[str]
    """Of that network. HDInsight's services have to reach Ambari in it, and its nodes Azure:
    https://learn.microsoft.com/azure/hdinsight/control-network-traffic."""
    workers: int = 3
    """Worker nodes, each with one broker; more can be added later, and none removed."""
    disks_per_worker: int = 2
    """Managed disks of each worker, 1 TB each."""
    worker_size: str = "Standard_E4_V3"
    """Name of the workers' VM size: https://learn.microsoft.com/azure/hdinsight/hdinsight-supported-node-configuration."""
    head_size: str = "Standard_E4_V3"
    """The same of the two head nodes."""
    zookeeper_size: str = "Standard_A4_V2"
    """The same of the three ZooKeeper nodes."""
    encrypt_between_nodes: bool = False
    """Whether nodes encrypt (IPSec) what they send each other."""
    storage_account_name: str
    """Of the storage account that is made for the cluster: unique in all of Azure."""
    storage_suffix: str = "dfs.core.windows.net"
    """Domain of Data Lake Storage in the cloud that the region belongs to."""
    gateway_user: str = "admin"
    """Administrator of Ambari, who signs in at HDInsight's gateway."""
    gateway_password: pulumi.Input[str]
    """The password of `gateway_user`; pass a secret."""
    ssh_user: str = "sshuser"
    """User for SSH on the nodes."""
    ssh_public_key: str
    """RSA, in OpenSSH's format."""
    protect: bool = True
    """Whether Pulumi refuses to delete or replace the cluster and its storage."""
    storage_role_seconds: int = 600
    """How long the cluster's identity has its role on the storage before the cluster is created: Azure takes
    up to 10 minutes to put a role into effect, and a cluster made earlier fails."""
    never_replace: bool = False
    """Whether no difference between state and program may replace the cluster: for one that exists, and of
    which no immutable setting changed."""
    made_with: Mapping[str, Any] = field(default_factory=dict)
    """Settings to record among the component's outputs once the cluster exists; see `made_with`."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Of everything that can have any."""


class KafkaCluster(pulumi.ComponentResource):
    """A new HDInsight 5.1 cluster with Kafka 3.2; a managed identity has access to its storage account.

    It takes Azure 21 to 35 minutes. Its brokers advertise names, which `IpAdvertising` changes. Workers,
    password and tags change by the Azure CLI (`az`), which has to be signed in then. Raises pulumi.RunError
    for a cluster that Azure could not finish (state Error), with what to do.
    """

    name: pulumi.Output[str]
    ambari_url: pulumi.Output[str]
    """`https://HOST[:PORT]`, as `IpAdvertisingArgs` takes it."""
    workers: pulumi.Output[int]
    """Number of workers, known once all of them exist."""

    def __init__(self, name: str, args: KafkaClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:KafkaCluster", name, None, opts)
        self._name, self._args = name, args

        identity = managedidentity.UserAssignedIdentity(
            f"{name}-identity",
            resource_name_=f"{args.name}-identity",
            resource_group_name=args.resource_group,
            location=args.location,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        account = self._storage_account()
        may_use_storage = assign_role(
            f"{name}-uses-storage",
            Role.STORAGE_BLOB_DATA_OWNER,
            to=identity.principal_id,
            on=account.id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.cluster = self._cluster(identity, account, may_use_storage)
        ours = pulumi.ResourceOptions(parent=self)
        self.workers = keep_worker_count(name, self.cluster, args.workers, ours)
        keep_gateway_password(name, self.cluster, args.gateway_user, args.gateway_password, ours)
        keep_tags(name, self.cluster, args.tags, ours)
        self.name = self.cluster.name
        # Not nested: while the properties are not known, a preview has to know what the group depends on.
        found = pulumi.Output.all(self.cluster.properties.apply(_ambari_url), args.resource_group)
        self.ambari_url = found.apply(lambda url_and_group: self._usable(*url_and_group))
        record = self.workers.apply(lambda workers: {**args.made_with, WORKERS: workers})
        self.register_outputs({"name": self.name, "ambariUrl": self.ambari_url, RECORD: record})

    def bound(self) -> pulumi.ResourceOptions:
        """Options of resources inside the cluster: deleted with it, and replaced when it is replaced."""
        return pulumi.ResourceOptions(
            depends_on=[self], deleted_with=self.cluster, replace_with=[self.cluster]
        )

    def _usable(self, url: str, group: str) -> str:
        """The address of Ambari, unless the cluster could not be made. Raises pulumi.RunError."""
        if not url:
            raise pulumi.RunError(cleanup_advice(self._args.name, group, []))
        return url

    def _storage_account(self) -> storage.StorageAccount:
        return storage.StorageAccount(
            f"{self._name}-storage",
            account_name=self._args.storage_account_name,
            resource_group_name=self._args.resource_group,
            location=self._args.location,
            kind=storage.Kind.STORAGE_V2,
            sku=storage.SkuArgs(name=storage.SkuName.STANDARD_LRS),
            # Data Lake Storage Gen2, which HDInsight accesses by identity. No key is used, yet the account
            # has them: no document says that HDInsight can be created on an account that refuses keys.
            is_hns_enabled=True,
            allow_blob_public_access=False,
            minimum_tls_version=storage.MinimumTlsVersion.TLS1_2,
            enable_https_traffic_only=True,
            tags=self._args.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )

    def _cluster(
        self,
        identity: managedidentity.UserAssignedIdentity,
        account: storage.StorageAccount,
        may_use_storage: authorization.RoleAssignment,
    ) -> hdinsight.Cluster:
        args = self._args
        return hdinsight.Cluster(
            f"{self._name}-cluster",
            cluster_name=args.name,
            resource_group_name=args.resource_group,
            location=args.location,
            identity=hdinsight.ClusterIdentityArgs(
                type=hdinsight.ResourceIdentityType.USER_ASSIGNED,
                user_assigned_identities=identity.id.apply(
                    lambda id_: {id_: hdinsight.UserAssignedIdentityArgs()}
                ),
            ),
            properties=self._properties(identity, account),
            tags=args.tags,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[may_use_storage],
                hooks=begun_when_effective(
                    self._name,
                    may_use_storage,
                    args.storage_role_seconds,
                    cluster=args.name,
                    resource_group=args.resource_group,
                ),
                protect=args.protect,
                # Azure changes none of this in place: an update would fail, a replacement shows in preview.
                replace_on_changes=["properties"],
                ignore_changes=_KEPT if args.never_replace else _CHANGED_BY_OTHER_CALLS,
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="90m", delete="60m"),
            ),
        )

    def _properties(
        self, identity: managedidentity.UserAssignedIdentity, account: storage.StorageAccount
    ) -> hdinsight.ClusterCreatePropertiesArgs:
        args = self._args
        return hdinsight.ClusterCreatePropertiesArgs(
            cluster_version="5.1",
            os_type=hdinsight.OSType.LINUX,
            tier=hdinsight.Tier.STANDARD,
            min_supported_tls_version="1.2",
            cluster_definition=hdinsight.ClusterDefinitionArgs(
                kind="Kafka",
                component_version={"Kafka": "3.2"},
                configurations=self._gateway(),
            ),
            compute_profile=hdinsight.ComputeProfileArgs(roles=self._roles()),
            # https://learn.microsoft.com/azure/hdinsight/domain-joined/encryption-in-transit
            encryption_in_transit_properties=hdinsight.EncryptionInTransitPropertiesArgs(
                is_encryption_in_transit_enabled=True
            )
            if args.encrypt_between_nodes
            else None,
            storage_profile=hdinsight.StorageProfileArgs(
                storageaccounts=[
                    hdinsight.StorageAccountArgs(
                        name=f"{args.storage_account_name}.{args.storage_suffix}",
                        is_default=True,
                        file_system=args.name,
                        resource_id=account.id,
                        msi_resource_id=identity.id,
                    )
                ]
            ),
        )

    def _gateway(self) -> Mapping[str, Mapping[str, pulumi.Input[str]]]:
        return {
            "gateway": {
                "restAuthCredential.isEnabled": "true",
                "restAuthCredential.username": self._args.gateway_user,
                "restAuthCredential.password": self._args.gateway_password,
            }
        }

    def _roles(self) -> Sequence[hdinsight.RoleArgs]:
        args = self._args
        disks = [hdinsight.DataDisksGroupsArgs(disks_per_node=args.disks_per_worker)]
        return [
            self._role("headnode", HEAD_NODES, args.head_size),
            self._role("workernode", args.workers, args.worker_size, disks),
            self._role("zookeepernode", ZOOKEEPER_NODES, args.zookeeper_size),
        ]

    def _role(
        self, name: str, count: int, size: str, disks: Sequence[hdinsight.DataDisksGroupsArgs] | None = None
    ) -> hdinsight.RoleArgs:
        return hdinsight.RoleArgs(
            name=name,
            target_instance_count=count,
            hardware_profile=hdinsight.HardwareProfileArgs(vm_size=size),
            data_disks_groups=disks,
            os_profile=hdinsight.OsProfileArgs(
                linux_operating_system_profile=hdinsight.LinuxOperatingSystemProfileArgs(
                    username=self._args.ssh_user,
                    ssh_profile=hdinsight.SshProfileArgs(
                        public_keys=[hdinsight.SshPublicKeyArgs(certificate_data=self._args.ssh_public_key)]
                    ),
                )
            ),
            virtual_network_profile=hdinsight.VirtualNetworkProfileArgs(
                id=self._args.network_id, subnet=self._args.subnet_id
            ),
        )


def _ambari_url(properties: hdinsight.outputs.ClusterGetPropertiesResponse) -> str:
    """Empty for a cluster that Azure could not make."""
    return "" if properties.cluster_state == "Error" else https_url(properties.connectivity_endpoints)


class ExistingKafkaCluster(pulumi.ComponentResource):
    """An existing Kafka cluster, with the outputs of KafkaCluster; it is no resource of the stack."""

    name: pulumi.Output[str]
    ambari_url: pulumi.Output[str]
    workers: pulumi.Output[int]

    def __init__(
        self, name: str, existing: ExistingKafka, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("aks-kafka:index:ExistingKafkaCluster", name, None, opts)
        self.cluster = None
        self.name = pulumi.Output.from_input(existing.name)
        self.ambari_url = pulumi.Output.from_input(existing.ambari_url)
        self.workers = pulumi.Output.from_input(existing.workers)
        self.register_outputs({"name": self.name, "ambariUrl": self.ambari_url})

    def bound(self) -> pulumi.ResourceOptions:
        """No options: the stack does not manage the cluster, so nothing is deleted or replaced with it."""
        return pulumi.ResourceOptions()


def kafka_cluster(name: str, args: ExistingKafka | KafkaClusterArgs) -> KafkaCluster | ExistingKafkaCluster:
    """The component for an existing cluster or for a new one, by the type of `args`."""
    if isinstance(args, ExistingKafka):
        return ExistingKafkaCluster(name, args)
    return KafkaCluster(name, args)
