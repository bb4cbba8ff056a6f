"""The operations of `az hdinsight` on a cluster: show, delete, resize, and changes of credentials and tags.

From the descriptions of `resize` and `updateGatewaySettings` in Microsoft.HDInsight's API. A PUT changes
neither.
"""

import copy
import time
from dataclasses import dataclass, replace
from typing import Any

from emulator.azure.hdinsight.clusters import HdinsightCluster, require_cluster
from emulator.azure.hdinsight.credentials import check_gateway
from emulator.azure.hdinsight.echo import CHANGED_FACT
from emulator.azure.hdinsight.request import WORKER, ClusterRequest, further_workers
from emulator.azure.hdinsight.surroundings import check_room
from emulator.azure.network.addressing import free
from emulator.azure.network.occupancy import ADDRESSES_FACT, assigned_addresses, taken_addresses
from emulator.azure.network.subnets import Subnet, prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.manager import ResourceManager
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.resource_manager.subscriptions import require_subscription


@dataclass(frozen=True)
class HdinsightOperations:
    """Operations on clusters. All raise Refused, those that write RealisationFailed as well."""

    cloud: ResourceManager

    def show(self, resource_group: str, name: str, subscription: str | None) -> dict[str, Any]:
        """A cluster as the API describes it."""
        record = self._find(resource_group, name, subscription)
        return {"id": record.id, **self.cloud.echo(record)}

    def delete(self, resource_group: str, name: str, subscription: str | None) -> None:
        """Removes a cluster with its data, in whatever state it is."""
        self.cloud.delete(self._find(resource_group, name, subscription).id)

    def resize(self, resource_group: str, name: str, subscription: str | None, workers: int) -> None:
        """Adds workers until there are `workers`, each with a broker."""
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
        """Gives the gateway's user, who is Ambari's administrator, another password."""
        cluster_id = self._find(resource_group, name, subscription).id

        def plan(now: Record) -> Record:
            return _with_password(now, user, password)

        def carry_out(before: Record, planned: Record) -> None:
            self.cloud.hdinsight[arm.key(cluster_id)].set_password(password)

        self.cloud.operate(cluster_id, plan, carry_out)

    def patch(self, cluster_id: str, body: dict[str, Any]) -> None:
        """Gives a cluster other tags, at once, or another identity, which takes a while."""
        if body.keys() not in ({"tags"}, {"identity"}):
            raise NotModelled(f"a PATCH of HDInsight's {', '.join(sorted(body.keys() - {'tags'}))}")
        cluster_id = require_cluster(self.cloud, cluster_id).id

        def plan(now: Record) -> Record:
            begun = {CHANGED_FACT: time.time()} if "identity" in body else {}
            return replace(now, inputs={**now.inputs, **body}, facts={**now.facts, **begun})

        self.cloud.operate(cluster_id, plan, lambda before, planned: None)

    def _find(self, resource_group: str, name: str, subscription: str | None) -> Record:
        subscription = subscription or arm.SUBSCRIPTION
        require_subscription(subscription)
        cluster_id = arm.resource_id(resource_group, HdinsightCluster.kind, name, subscription=subscription)
        return require_cluster(self.cloud, cluster_id)


def _with_workers(cloud: ResourceManager, record: Record, workers: int) -> Record:
    """The cluster with further workers, each with an address of the subnet."""
    has = ClusterRequest(record.inputs).count(WORKER)
    _check_growth(record.name, has, workers)
    inputs = copy.deepcopy(record.inputs)
    request = ClusterRequest(inputs)
    request.roles[WORKER]["targetInstanceCount"] = workers
    subnet = cloud.require(Subnet.kind, request.subnet_id)
    check_room(cloud, record.id, request, subnet)
    known = record.facts[ADDRESSES_FACT]
    taken = [*taken_addresses(cloud, subnet.id, record.id), *assigned_addresses(record)]
    new = further_workers(known, workers - has)
    addresses = zip(new, map(str, free(prefix_of(subnet), taken)), strict=False)
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


def _check_growth(name: str, has: int, wanted: int) -> None:
    """From "What is Apache Kafka in Azure HDInsight": clusters only grow."""
    if wanted < has:
        message = (
            f"Kafka cluster '{name}' can't be scaled down from {has} to {wanted} worker nodes: HDInsight "
            "does not take brokers away."
        )
        raise Refused(400, "InvalidKafkaScaleDownRequestErrorCode", message)
    if wanted == has:
        raise NotModelled(f"a resize to the {has} worker nodes that there are")
