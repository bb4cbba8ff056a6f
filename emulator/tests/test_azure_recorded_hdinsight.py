"""The emulated HDInsight answers as HDInsight was recorded to; see azure_recordings."""

import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.azure.hdinsight.clusters import require_cluster
from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.azure.hdinsight.request import ClusterRequest
from emulator.azure.hdinsight.response import CHANGED_FACT, ERRORS_FACT
from emulator.azure.network.occupancy import GATEWAYS_FACT
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Propagation
from emulator.tests.azure_clusters import KafkaSite
from emulator.tests.azure_recordings import differences, form, recorded
from emulator.tests.azure_subscription import Made, Subscription, refused


@pytest.fixture
def site(tmp_path: Path) -> KafkaSite:
    subscription = Subscription(tmp_path)
    subscription.group(location="eastasia")
    site = KafkaSite(subscription)
    site.grant()
    return site


def as_recorded(site: KafkaSite) -> dict[str, Any]:
    """The request of the recording, but for what makes it Kafka."""
    request = site.request()
    request["location"] = "eastasia"
    properties = request["properties"]
    sizes = {"zookeepernode": "Standard_A2_v2"}
    for role in properties["computeProfile"]["roles"]:
        role["hardwareProfile"]["vmSize"] = sizes.get(role["name"], "STANDARD_E8_V3")
        role.pop("dataDisksGroups", None)
    workers = ClusterRequest(request).roles["workernode"]
    workers["dataDisksGroups"] = [{"disksPerNode": 4}]
    account = properties["storageProfile"]["storageaccounts"][0]
    account["msiResourceId"] = account["msiResourceId"].replace("/resourcegroups/", "/resourceGroups/")
    request["identity"]["userAssignedIdentities"] = {account["msiResourceId"]: {}}
    return request


def body_in(error: BaseException) -> dict[str, str]:
    """The whole body of a bare refusal, which azure-native shows for its message."""
    return json.loads(re.sub(r'^.* Message="(.*)"$', r"\1", str(error)))


OF_KAFKA = {
    "properties.clusterDefinition.blueprint": (
        "https://blueprints.azurehdinsight.net/spark-5.1.3000.0.2504170544.json",
        "https://blueprints.azurehdinsight.net/kafka-5.1.3000.0.2504170544.json",
    ),
    "properties.clusterDefinition.kind": ("spark", "Kafka"),
    "properties.clusterDefinition.componentVersion.spark": ("3.3", None),
}


def of_this_machine(cluster: Made) -> dict[str, tuple[Any, Any]]:
    """Where Ambari answers here: no name that anybody resolves."""
    [https] = [
        endpoint
        for endpoint in cluster.outputs["properties"]["connectivityEndpoints"]
        if endpoint["name"] == "HTTPS"
    ]
    path = "properties.connectivityEndpoints[1]"
    return {
        f"{path}.location": ("mykafka.azurehdinsight.net", form(https["location"])),
        f"{path}.port": (443, https["port"]),
    }


def test_a_cluster_that_runs(site: KafkaSite) -> None:
    cluster = site.create(as_recorded(site))
    found = differences("hdinsight:Cluster", recorded("hdinsight-running")["body"], cluster.outputs)
    assert found == {**OF_KAFKA, **of_this_machine(cluster)}


def test_a_cluster_that_is_being_made(site: KafkaSite) -> None:
    seen: list[dict[str, Any]] = []

    def look() -> None:
        [record] = [each for each in site.subscription.cloud.everything() if each.name == "mykafka"]
        seen.append(site.subscription.cloud.response(record))

    site.subscription.runtimes.on_create = look
    site.create(as_recorded(site))
    body = recorded("hdinsight-running")["body"]
    for path, value in recorded("hdinsight-accepted")["changes"].items():
        *above, last = path.split(".")
        place = body
        for name in above:
            place = place[name]
        place[last] = value
    assert differences("hdinsight:Cluster", body, seen[0]) == OF_KAFKA
    assert "connectivityEndpoints" not in seen[0]["properties"]


def test_a_clusters_disks_and_kind(site: KafkaSite) -> None:
    told = recorded("hdinsight-disks")
    request = as_recorded(site)
    request["properties"]["clusterDefinition"]["kind"] = told["kind"]["sent"]
    properties = site.create(request).outputs["properties"]
    assert properties["clusterDefinition"]["kind"] == told["kind"]["answered"]
    assert properties["computeProfile"]["roles"][1]["dataDisksGroups"] == told["dataDisksGroups"]


def test_a_cluster_whose_identity_was_changed(site: KafkaSite) -> None:
    told = recorded("hdinsight-identity-changed")
    cluster = site.create(as_recorded(site))
    cloud = site.subscription.cloud
    operations = HdinsightOperations(cloud)
    cloud.propagation = Propagation(cluster_change=3600)
    operations.patch(cluster.id, {"identity": as_recorded(site)["identity"]})
    shown = operations.show("group", "mykafka", None)
    assert shown["identity"]["userAssignedIdentities"] == told["userAssignedIdentities"]
    record = require_cluster(cloud, cluster.id)
    cloud.save(replace(record, facts={**record.facts, CHANGED_FACT: time.time() - 2400}))
    later = operations.show("group", "mykafka", None)
    states = [each["properties"]["clusterState"] for each in (shown, later)]
    assert states == told["clusterStates"]
    assert shown["properties"]["provisioningState"] == told["provisioningState"]
    assert len(shown["properties"]["connectivityEndpoints"]) == 3


def test_numbers_of_hosts_have_gaps(site: KafkaSite) -> None:
    hosts = recorded("hdinsight-hosts")["hosts"]
    cluster = site.create(as_recorded(site))
    [specification] = site.subscription.runtimes.specifications
    assert sorted(specification.addresses) == [host for host in hosts if not host.startswith("gw")]
    record = require_cluster(site.subscription.cloud, cluster.id)
    assert len(record.facts[GATEWAYS_FACT]) == len([host for host in hosts if host.startswith("gw")])


def test_a_cluster_with_errors_runs(site: KafkaSite) -> None:
    told = recorded("hdinsight-errors")
    cluster = site.create(as_recorded(site))
    record = require_cluster(site.subscription.cloud, cluster.id)
    site.subscription.cloud.save(replace(record, facts={**record.facts, ERRORS_FACT: told["errors"]}))
    assert site.subscription.refresh(cluster) == []
    assert cluster.outputs["properties"]["errors"] == told["errors"]
    assert cluster.outputs["properties"]["clusterState"] == told["clusterState"]


def test_what_hdinsight_refuses(site: KafkaSite) -> None:
    absent = recorded("hdinsight-refusals")["GET after DELETE"]
    message = absent["body"]["message"].replace("CLUSTER", "absent")
    with refused("NotFound", message) as caught:
        site.subscription.invoke("hdinsight:getCluster", resourceGroupName="group", clusterName="absent")
    assert f"Status={absent['status']} " in str(caught.value)
    assert body_in(caught.value) == {**absent["body"], "message": message}


def test_a_network_of_another_subscription_is_refused_in_azures_words(site: KafkaSite) -> None:
    told = recorded("hdinsight-refusals")["PUT with a network of another subscription"]
    network, subnet = site.network.id, site.subnet.id
    request = as_recorded(site)
    with site.subscription.within(arm.OTHER_SUBSCRIPTION):
        site.subscription.group(location="eastasia")
        with refused(told["body"]["code"]) as caught:
            site.create(request)
    words = told["body"]["message"].replace("VNET/subnets/default", subnet).replace("VNET", network)
    assert f"Status={told['status']} " in str(caught.value)
    assert body_in(caught.value) == {
        **told["body"],
        "message": words.replace("GUID", arm.OTHER_SUBSCRIPTION),
    }
