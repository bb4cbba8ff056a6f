"""Microsoft.HDInsight/clusters."""

import itertools
import secrets
import string
from typing import Any

from emulator.azure.hdinsight.dependencies import check_dependencies, check_storage_access
from emulator.azure.hdinsight.request import CLUSTER_TOKEN, GATEWAYS, ClusterRequest
from emulator.azure.hdinsight.response import describe_cluster
from emulator.azure.hdinsight.rules import check_request
from emulator.azure.network.addressing import free_addresses
from emulator.azure.network.occupancy import ADDRESSES_FACT, GATEWAYS_FACT, SUBNET_FACT, taken_addresses
from emulator.azure.network.subnets import Subnet, prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import ResourceType, new_etag, new_guid, now
from emulator.azure.resource_manager.runtimes import HdinsightRuntime
from emulator.azure.schema import differences
from emulator.ports import LOOPBACK, choose_port, require_free
from emulator.specifications import HdinsightSpec

_SUFFIX_ALPHABET = string.ascii_lowercase + string.digits


class HdinsightCluster(ResourceType):
    """An HDInsight Kafka cluster in a subnet, with Ambari on a port of this machine."""

    token = CLUSTER_TOKEN
    kind = "Microsoft.HDInsight/clusters"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.HDInsight/clusters/{clusterName}"
    )
    bare_errors = True
    modelled = frozenset(
        {
            "identity.type",
            "identity.userAssignedIdentities",
            "properties.clusterDefinition.componentVersion",
            "properties.clusterDefinition.configurations",
            "properties.clusterDefinition.kind",
            "properties.clusterVersion",
            "properties.computeProfile.roles[].dataDisksGroups[].disksPerNode",
            "properties.computeProfile.roles[].hardwareProfile.vmSize",
            "properties.computeProfile.roles[].name",
            "properties.computeProfile.roles[].osProfile.linuxOperatingSystemProfile",
            "properties.computeProfile.roles[].targetInstanceCount",
            "properties.computeProfile.roles[].virtualNetworkProfile",
            "properties.encryptionInTransitProperties",
            "properties.minSupportedTlsVersion",
            "properties.osType",
            "properties.storageProfile.storageaccounts",
            "properties.tier",
        }
    )

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused, or NotModelled, for a new cluster that is invalid, or a change other than of tags.

        A cluster whose creation failed can't be changed. One whose creation was interrupted, with the engine
        killed before it saw the outcome, can be put again.
        """
        if existing is not None and existing.state == "Succeeded":
            _refuse_change(existing, inputs)
            return
        name = arm.name(resource_id)
        if existing is not None and existing.state == "Failed" and existing.known:
            message = f"Cluster '{name}' is in state Error. It can't be changed, only deleted."
            raise Refused(409, "ClusterInErrorState", message)
        for other in cloud.all(self.token):
            if other.name.lower() == name.lower() and not arm.same(other.id, resource_id):
                message = f"The DNS name {name.lower()}.azurehdinsight.net is already in use."
                raise Refused(409, "DnsNameInUse", message)
        request = ClusterRequest(inputs)
        check_request(name, request)
        check_dependencies(cloud, resource_id, request)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses the nodes' addresses and domain, and Ambari's port; they last as long as the cluster."""
        request = ClusterRequest(record.inputs)
        subnet = cloud.require(Subnet.kind, request.subnet_id)
        prefix, taken = prefix_of(subnet), taken_addresses(cloud, subnet.id, record.id)
        gateways = itertools.islice(free_addresses(prefix, taken, from_the_end=True), GATEWAYS)
        suffix = "".join(secrets.choice(_SUFFIX_ALPHABET) for _ in range(24))
        return {
            "guid": new_guid(),
            "etag": new_etag(),
            "time": now(),
            SUBNET_FACT: subnet.id,
            ADDRESSES_FACT: dict(zip(request.nodes(), map(str, free_addresses(prefix, taken)), strict=False)),
            GATEWAYS_FACT: [str(address) for address in gateways],
            "domain": f"{suffix}bx.internal.cloudapp.net",
            "port": choose_port({other.facts["port"] for other in cloud.all(self.token)}),
        }

    def provision(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Starts the cluster, after removing what a failed creation left behind. Raises Refused."""
        if previous is not None and previous.state == "Succeeded":
            return
        cluster = _runtime(cloud, record)
        if previous is not None:
            cluster.delete()
        check_storage_access(cloud, ClusterRequest(record.inputs))
        cluster.create()
        cloud.hdinsight[arm.key(record.id)] = cluster

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Describes the cluster in HDInsight's own spelling; see `emulator.azure.hdinsight.response`."""
        return describe_cluster(cloud, record)

    def not_found_error(self, resource_id: str) -> Refused:
        """HDInsight's 404, as in Azure SDK for .NET's recording HDInsightClusterTests/Delete (2022)."""
        message = f"Cluster with id '{arm.name(resource_id)}' not found"
        return Refused(404, "NotFound", message, bare=True)

    def remove(self, cloud: Cloud, record: Record) -> None:
        """Stops the cluster and deletes its data."""
        cluster = cloud.hdinsight.pop(arm.key(record.id), None) or _runtime(cloud, record)
        cluster.delete()

    def revive(self, cloud: Cloud, record: Record) -> None:
        """Starts the cluster again with its data and Ambari's port. Raises OSError if that port is taken."""
        require_free(record.facts["port"], f"{record.name}'s Ambari")
        cluster = _runtime(cloud, record)
        cluster.revive()
        cloud.hdinsight[arm.key(record.id)] = cluster


def require_cluster(cloud: Cloud, cluster_id: str) -> Record:
    """The cluster with this id. Raises Refused (404) when there is none."""
    record = cloud.find(cluster_id) if arm.is_kind(cluster_id, HdinsightCluster.kind) else None
    if record is None:
        raise HdinsightCluster().not_found_error(cluster_id)
    return record


def _refuse_change(existing: Record, inputs: dict[str, Any]) -> None:
    old = {name: value for name, value in existing.inputs.items() if name != "tags"}
    new = {name: value for name, value in inputs.items() if name != "tags"}
    changed = differences.difference(old, new, frozenset()).changed
    if changed:
        message = (
            f"Cluster '{existing.name}' can't be changed in place: {', '.join(sorted(changed))}. HDInsight "
            "changes tags, the number of workers (resize) and the gateway's credentials only."
        )
        raise Refused(409, "ClusterCannotBeUpdated", message)


def _runtime(cloud: Cloud, record: Record) -> HdinsightRuntime:
    request = ClusterRequest(record.inputs)
    subnet = cloud.require(Subnet.kind, record.facts[SUBNET_FACT])
    spec = HdinsightSpec(
        name=record.name,
        network=arm.parent(subnet.id),
        subnet_prefix=str(prefix_of(subnet)),
        addresses=record.facts[ADDRESSES_FACT],
        domain=record.facts["domain"],
        user=request.user,
        password=request.password,
        ambari_address=(LOOPBACK, record.facts["port"]),
        disks_per_worker=request.disks_per_worker,
        kafka_broker=request.kafka_broker,
    )
    return cloud.runtimes.hdinsight(spec)
