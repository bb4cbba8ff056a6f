"""What the emulator answers has the shape of what Azure was recorded to answer.

The files in recordings/azure are cut down from recordings that Azure's own tools keep for their tests; each
names its source. Ids, names, GUIDs, addresses and times in them are placeholders, and "..." is any value.
Both sides are compared property by property, as azure-native hands them on.
"""

import ipaddress
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emulator.azure.hdinsight.clusters import require_cluster
from emulator.azure.hdinsight.echo import CHANGED_FACT, ERRORS_FACT
from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.azure.hdinsight.request import ClusterRequest
from emulator.azure.network.occupancy import GATEWAYS_FACT
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Propagation
from emulator.azure.schema import sdk
from emulator.azure.schema.sdk import Shape
from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_subscription import ACR_PULL, STORAGE_OWNER, Made, Subscription, refused

RECORDED = Path(__file__).parent / "recordings" / "azure"
ANYTHING = "..."
LOST = {"id", "metadataSearch", "networkRuleSet.ipv6Rules", "sku.tier", "routeServiceVips"}
"""What azure-native does not hand on: its versions of the APIs lack it, or it has a place of its own."""
RENAMED = {"networkAcls": "networkRuleSet", "supportsHttpsTrafficOnly": "enableHttpsTrafficOnly"}
_FORMS = {
    "guid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "etag": r'W/"[0-9a-f-]{36}"',
    "32 digits": r"[0-9a-f]{32}",
    "24 digits": r"[0-9a-f]{24}",
    "time": r"\d{4}-\d\d-\d\dT[\d:]{8}",
    "time with seven decimals": r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}Z",
}


def recorded(name: str) -> dict[str, Any]:
    return json.loads((RECORDED / f"{name}.json").read_text())


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value at the end of a path, in its form; what is null is not there."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from leaves(item, f"{path}.{_form(name)}".lstrip("."))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}[{number}]")
    elif value is not None:
        yield path, _form(value)


def _form(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith("/subscriptions/"):
        return re.sub(_FORMS["guid"], "guid", value)
    for form, pattern in _FORMS.items():
        if re.fullmatch(pattern, value):
            return form
    try:
        return f"address {type(ipaddress.ip_address(value)).__name__}"
    except ValueError:
        return value


def known(shape: Shape, value: Any) -> Any:
    """What azure-native hands on of an answer: the properties that its outputs have."""
    if isinstance(value, dict) and shape.kind == "object":
        properties = shape.properties
        return {name: known(properties[name], item) for name, item in value.items() if name in properties}
    if isinstance(value, list) and shape.item is not None:
        return [known(shape.item, item) for item in value]
    return value


def differences(
    token: str, body: Mapping[str, Any], outputs: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Where an answer differs from the recorded one: what was recorded, and what is answered, by path."""
    shape = sdk.outputs(f"azure-native:{token}")
    whole = dict(body)
    if "properties" not in shape.properties:
        whole |= {RENAMED.get(name, name): item for name, item in whole.pop("properties", {}).items()}
    handed_on = known(shape, whole)
    lost = {path for path, _ in leaves(whole)} - {path for path, _ in leaves(handed_on)}
    assert lost <= LOST, "azure-native hands on less than is said here"
    expected = dict(leaves(handed_on))
    answered = dict(leaves(dict(outputs)))
    return {
        path: (value, answered.get(path))
        for path, value in expected.items()
        if not (value == ANYTHING and _has(answered, path)) and answered.get(path) != value
    }


def _has(answered: Mapping[str, Any], path: str) -> bool:
    return any(known == path or known.startswith((f"{path}.", f"{path}[")) for known in answered)


@pytest.fixture
def azure(tmp_path: Path) -> Subscription:
    subscription = Subscription(tmp_path)
    subscription.group(location="westus")
    return subscription


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


# HDInsight

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
        f"{path}.location": ("mykafka.azurehdinsight.net", _form(https["location"])),
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
        seen.append(site.subscription.cloud.echo(record))

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


# Networks


def test_a_network(azure: Subscription) -> None:
    network = azure.network("kafka-network", "10.10.0.0/16")
    assert differences("network:VirtualNetwork", recorded("network")["body"], network.outputs) == {}


def test_a_subnet_with_a_nat_gateway(azure: Subscription) -> None:
    site = KafkaSite(azure, defaultOutboundAccess=False)
    assert differences("network:Subnet", recorded("subnet")["body"], site.subnet.outputs) == {}
    found = differences("network:NatGateway", recorded("nat-gateway")["body"], site.nat.outputs)
    assert found == {"zones[0]": ("2", None)}, "theirs was in a zone"


@pytest.mark.parametrize("first", [True, False])
def test_the_way_out_of_an_empty_subnet_can_be_changed(azure: Subscription, first: bool) -> None:
    network = azure.network("kafka-network", "10.10.0.0/16")
    subnet = azure.subnet(network, "kafka-subnet", "10.10.0.0/24", defaultOutboundAccess=first)
    azure.update(subnet, defaultOutboundAccess=not first)
    assert subnet.outputs["defaultOutboundAccess"] is not first


def test_both_halves_of_a_peering(azure: Subscription) -> None:
    told = recorded("peering")
    here, there = azure.network("kafka-network", "10.10.0.0/16"), azure.network("other", "10.20.0.0/16")
    first = azure.peering(here, there, "there", allowVirtualNetworkAccess=False)
    found = differences("network:VirtualNetworkPeering", told["body"], first.outputs)
    assert found == {"allowGatewayTransit": (True, False)}, "asked for in the recording, and not modelled"
    second = azure.peering(there, here, "back")
    azure.refresh(first)
    for half in (first, second):
        assert {name: half.outputs[name] for name in told["connected"]} == told["connected"]
    assert first.outputs["resourceGuid"] == second.outputs["resourceGuid"]


# AKS

OF_THEIR_REQUEST = {
    # Their pods had a range of their own.
    "networkProfile.podCidr": (ANYTHING, None),
    "networkProfile.podCidrs": (ANYTHING, None),
    "currentKubernetesVersion": ("1.29.7", "1.33.5"),
    "kubernetesVersion": ("1.29", "1.33"),
    "agentPoolProfiles[0].currentOrchestratorVersion": ("1.29.7", "1.33.5"),
    "agentPoolProfiles[0].orchestratorVersion": ("1.29", "1.33"),
    "agentPoolProfiles[0].nodeImageVersion": (
        "AKSUbuntu-2204gen2containerd-202408.12.0",
        "AKSUbuntu-2204gen2containerd-202510.03.0",
    ),
}


def test_an_aks_cluster(azure: Subscription) -> None:
    site = AksSite(azure)
    site.grant()
    cluster = site.create({**site.request(), "location": "westus"})
    host = cluster.outputs["fqdn"].partition(".")[0]
    text = json.dumps(recorded("aks")["body"]).replace("westus2", "westus")
    body = json.loads(text.replace("aks-a1b2c3d4", host))
    found = differences("containerservice:ManagedCluster", body, {"id": cluster.id, **cluster.outputs})
    assert found == OF_THEIR_REQUEST
    assert cluster.id == body["id"]
    identity = recorded("aks-identity")["identity"]
    assert dict(leaves(cluster.outputs["identity"])) == dict(leaves(identity))


# Registries, storage, roles, identities


def test_a_registry(azure: Subscription) -> None:
    registry = azure.registry(tags={})
    body = recorded("registry")["body"]
    assert differences("containerregistry:Registry", body, registry.outputs) == {}


def test_a_storage_account(azure: Subscription) -> None:
    account = azure.storage(tags={})
    body = recorded("storage")["body"]
    found = differences("storage:StorageAccount", body, account.outputs)
    assert found == {
        "minimumTlsVersion": ("TLS1_0", "TLS1_2"),  # 1.0 is retired since
        "primaryEndpoints.web": tuple(
            f"https://kafkastorage.{zone}.web.core.windows.net/" for zone in ("z21", "z13")
        ),
    }


def test_an_identity(azure: Subscription) -> None:
    identity = azure.identity("kafka-identity", tags={})
    body = recorded("identity")["body"]
    assert differences("managedidentity:UserAssignedIdentity", body, identity.outputs) == {}
    assert identity.id == body["id"]


def test_a_role_assignment(azure: Subscription) -> None:
    site = KafkaSite(azure)
    role = site.grant()
    told = recorded("role-assignment")
    body = told["body"]
    body["properties"] |= told["read"]
    found = differences("authorization:RoleAssignment", body, role.outputs)
    assert found == {}
    exists = told["exists"]
    with refused(exists["body"]["error"]["code"]) as caught:
        azure.role(site.identity, STORAGE_OWNER, site.storage.id, "again")
    assert f"Status={exists['status']} " in str(caught.value)
    assert exists["body"]["error"]["message"].rstrip(".") in str(caught.value)
    registry = azure.registry()
    azure.role(site.identity, ACR_PULL, registry.id, "pull")


def test_every_recording_names_its_source_and_date_and_is_compared() -> None:
    text = Path(__file__).read_text()
    for path in RECORDED.glob("*.json"):
        told = json.loads(path.read_text())
        assert "https://github.com/Azure/azure-" in told["source"], path
        assert re.search(r"commit [0-9a-f]{9}", told["source"]), path
        assert re.match(r"20\d\d-\d\d", told["recorded"]), path
        assert f'recorded("{path.stem}")' in text, path
