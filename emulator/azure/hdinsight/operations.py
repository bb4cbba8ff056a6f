"""The operations of `az hdinsight` on a cluster: show, delete, resize, and changes of credentials and tags.

Source: the descriptions of `resize` and `updateGatewaySettings` in Microsoft.HDInsight's API. A PUT can do
neither.
"""

import copy
import time
from dataclasses import dataclass, replace
from typing import Any

from emulator.azure.hdinsight.clusters import HdinsightCluster, require_cluster
from emulator.azure.hdinsight.credentials import check_gateway
from emulator.azure.hdinsight.dependencies import check_free_addresses
from emulator.azure.hdinsight.request import WORKER, ClusterRequest, next_worker_names
from emulator.azure.hdinsight.response import CHANGED_FACT
from emulator.azure.network.addressing import free_addresses
from emulator.azure.network.occupancy import ADDRESSES_FACT, assigned_addresses, taken_addresses
from emulator.azure.network.subnets import Subnet, prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.manager import ResourceManager
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.resource_manager.subscriptions import require_subscription


@dataclass(frozen=True)
class HdinsightOperations:
    """Operations on clusters. All raise Refused; those that change one raise ProvisioningFailed as well."""

    cloud: ResourceManager

    def show(self, resource_group: str, name: str, subscription: str | None) -> dict[str, Any]:
        """A cluster as `az hdinsight show` prints it."""
        record = self._find(resource_group, name, subscription)
        return {"id": record.id, **self.cloud.response(record)}

    def delete(self, resource_group: str, name: str, subscription: str | None) -> None:
        """Deletes a cluster and its data, whatever state it is in."""
        self.cloud.delete(self._find(resource_group, name, subscription).id)

    def resize(self, resource_group: str, name: str, subscription: str | None, workers: int) -> None:
        """Adds workers, each with a broker, until there are `workers` of them."""
        cluster_id = self._find(resource_group, name, subscription).id

        def plan(now: Record) -> Record:
            return _with_workers(self.cloud, now, workers)

        def carry_out(before: Record, planned: Record) -> None:
            known, addresses = before.facts[ADDRESSES_FACT], planned.facts[ADDRESSES_FACT]
            new = {node: address for node, address in addresses.items() if node not in known}
            self.cloud.hdinsight[arm.key(cluster_id)].add_workers(new)

        self.cloud.operate(cluster_id, plan, carry_out)

    def update_gateway(
        self, resource_group: str, name: str, subscription: str | None, user: str, password: str
    ) -> None:
        """Changes the password of the gateway's user, who is Ambari's administrator."""
        cluster_id = self._find(resource_group, name, subscription).id

        def plan(now: Record) -> Record:
            return _with_password(now, user, password)

        def carry_out(before: Record, planned: Record) -> None:
            self.cloud.hdinsight[arm.key(cluster_id)].set_password(password)

        self.cloud.operate(cluster_id, plan, carry_out)

    def patch(self, cluster_id: str, body: dict[str, Any]) -> None:
        """Changes a cluster's tags, at once, or its identity, which takes `Propagation.cluster_change`."""
        if body.keys() not in ({"tags"}, {"identity"}):
            raise NotModelled(f"a PATCH of HDInsight's {', '.join(sorted(body.keys() - {'tags'}))}")
        cluster_id = require_cluster(self.cloud, cluster_id).id

        def plan(now: Record) -> Record:
            changed = {CHANGED_FACT: time.time()} if "identity" in body else {}
            return replace(now, inputs={**now.inputs, **body}, facts={**now.facts, **changed})

        self.cloud.operate(cluster_id, plan, lambda before, planned: None)

    def _find(self, resource_group: str, name: str, subscription: str | None) -> Record:
        subscription = subscription or arm.SUBSCRIPTION
        require_subscription(subscription)
        cluster_id = arm.resource_id(resource_group, HdinsightCluster.kind, name, subscription=subscription)
        return require_cluster(self.cloud, cluster_id)


def _with_workers(cloud: ResourceManager, record: Record, workers: int) -> Record:
    """The cluster's record with `workers` workers, the new ones with addresses of the subnet."""
    current = ClusterRequest(record.inputs).count(WORKER)
    _check_growth(record.name, current, workers)
    inputs = copy.deepcopy(record.inputs)
    request = ClusterRequest(inputs)
    request.roles[WORKER]["targetInstanceCount"] = workers
    subnet = cloud.require(Subnet.kind, request.subnet_id)
    check_free_addresses(cloud, record.id, request, subnet)
    known = record.facts[ADDRESSES_FACT]
    taken = [*taken_addresses(cloud, subnet.id, record.id), *assigned_addresses(record)]
    new = next_worker_names(known, workers - current)
    addresses = zip(new, map(str, free_addresses(prefix_of(subnet), taken)), strict=False)
    return replace(
        record, inputs=inputs, facts={**record.facts, ADDRESSES_FACT: {**known, **dict(addresses)}}
    )


def _with_password(record: Record, user: str, password: str) -> Record:
    inputs = copy.deepcopy(record.inputs)
    request = ClusterRequest(inputs)
    if user != request.user:
        raise NotModelled(f"another user of the gateway of {record.name}: {user} in place of {request.user}")
    check_gateway(user, password)
    request.configurations["gateway"]["restAuthCredential.password"] = password
    return replace(record, inputs=inputs)


def _check_growth(name: str, current: int, wanted: int) -> None:
    """Raises Refused for fewer workers: clusters only grow ("What is Apache Kafka in Azure HDInsight")."""
    if wanted < current:
        message = (
            f"Kafka cluster '{name}' can't be scaled down from {current} to {wanted} worker nodes: HDInsight "
            "does not take brokers away."
        )
        raise Refused(400, "InvalidKafkaScaleDownRequestErrorCode", message)
    if wanted == current:
        raise NotModelled(f"a resize to the {current} worker nodes that there are")
