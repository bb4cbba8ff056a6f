"""The cluster that HDInsight creates, and how it answers."""

import json

import pytest

from emulator.tests.azure_clusters import PASSWORD, KafkaSite
from emulator.tests.azure_subscription import Subscription
from emulator.tests.hdinsight_requests import linux_profile_of


def test_nodes_get_the_first_free_addresses(azure: Subscription, kafka_site: KafkaSite) -> None:
    kafka_site.create()
    specification = azure.runtimes.specifications[0]
    assert specification.addresses == {
        "hn0": "10.10.0.4",
        "hn1": "10.10.0.5",
        "zk0": "10.10.0.6",
        "zk3": "10.10.0.7",
        "zk5": "10.10.0.8",
        "wn0": "10.10.0.9",
        "wn3": "10.10.0.10",
        "wn4": "10.10.0.11",
    }
    kafka_site.create({**kafka_site.request(), "clusterName": "second"})
    assert azure.runtimes.specifications[1].addresses["hn0"] == "10.10.0.12"


def test_gateways_get_the_last_addresses(azure: Subscription, kafka_site: KafkaSite) -> None:
    inside = [
        endpoint["privateIPAddress"]
        for name in ("mykafka", "second")
        for endpoint in kafka_site.create({**kafka_site.request(), "clusterName": name}).outputs[
            "properties"
        ]["connectivityEndpoints"]
        if endpoint["name"] == "HTTPS-INTERNAL"
    ]
    assert inside == ["10.10.0.254", "10.10.0.252"]


def test_the_cluster_is_run_as_asked(azure: Subscription, kafka_site: KafkaSite) -> None:
    request = kafka_site.request()
    brokers = {"auto.create.topics.enable": True, "num.partitions": 8}
    request["properties"]["clusterDefinition"]["configurations"]["kafka-broker"] = brokers
    kafka_site.create(request)
    specification = azure.runtimes.specifications[0]
    assert specification.network == kafka_site.network.id
    assert specification.subnet_prefix == "10.10.0.0/24"
    assert (specification.user, specification.password) == ("admin", PASSWORD)
    assert specification.disks_per_worker == 2
    assert specification.kafka_broker == {"auto.create.topics.enable": "True", "num.partitions": "8"}
    assert specification.domain.endswith("bx.internal.cloudapp.net")
    assert azure.runtimes.calls == ["create mykafka"]


def test_versions_carry_a_build_number(kafka_site: KafkaSite) -> None:
    assert kafka_site.create().outputs["properties"]["clusterVersion"] == "5.1.3000.0"


@pytest.mark.parametrize("sent", ["Kafka", "KAFKA", "kafka"])
def test_the_kind_comes_back_as_it_was_sent(kafka_site: KafkaSite, sent: str) -> None:
    request = kafka_site.request()
    request["properties"]["clusterDefinition"]["kind"] = sent
    assert kafka_site.create(request).outputs["properties"]["clusterDefinition"]["kind"] == sent


def test_sizes_and_tier_come_back_in_lower_case(kafka_site: KafkaSite) -> None:
    properties = kafka_site.create().outputs["properties"]
    sizes = {role["hardwareProfile"]["vmSize"] for role in properties["computeProfile"]["roles"]}
    assert sizes == {"standard_e4_v3"}
    assert properties["tier"] == "standard"


def test_no_secret_comes_back(kafka_site: KafkaSite) -> None:
    request = kafka_site.request()
    linux_profile_of(request)["password"] = "Another-Secret-1"
    echoed = json.dumps(kafka_site.create(request).outputs)
    assert PASSWORD not in echoed
    assert "Another-Secret-1" not in echoed
    assert "certificateData" not in echoed
    assert "restAuthCredential.username" not in echoed


def test_disks_come_back_with_what_azure_chose(kafka_site: KafkaSite) -> None:
    workers = kafka_site.create().outputs["properties"]["computeProfile"]["roles"][1]
    assert workers["dataDisksGroups"] == [
        {"disksPerNode": 2, "diskSizeGB": 1023, "storageAccountType": "Standard_LRS"}
    ]


def test_endpoints_say_where_ambari_and_ssh_are(azure: Subscription, kafka_site: KafkaSite) -> None:
    endpoints = kafka_site.create().outputs["properties"]["connectivityEndpoints"]
    address, port = azure.runtimes.specifications[0].ambari_address
    ssh = {"name": "SSH", "protocol": "TCP", "location": "mykafka-ssh.azurehdinsight.net", "port": 22}
    assert endpoints[:2] == [ssh, {"name": "HTTPS", "protocol": "TCP", "location": address, "port": port}]
    assert address == "127.0.0.1"


def test_the_identity_comes_back_with_its_principal(kafka_site: KafkaSite) -> None:
    identity = kafka_site.create().outputs["identity"]
    principal = kafka_site.identity.outputs["principalId"]
    assert identity["userAssignedIdentities"][kafka_site.identity.id]["principalId"] == principal


@pytest.mark.parametrize("encrypted", [True, False])
def test_encryption_in_transit_is_answered_whether_or_not_it_was_asked_for(
    azure: Subscription, kafka_site: KafkaSite, encrypted: bool
) -> None:
    request = kafka_site.request()
    if encrypted:
        request["properties"]["encryptionInTransitProperties"] = {"isEncryptionInTransitEnabled": True}
    cluster = kafka_site.create(request)
    answered = cluster.outputs["properties"]["encryptionInTransitProperties"]
    assert answered == {"isEncryptionInTransitEnabled": encrypted}
    assert azure.refresh(cluster) == []


def test_what_is_spelt_differently_is_no_drift(azure: Subscription, kafka_site: KafkaSite) -> None:
    cluster = kafka_site.create()
    assert azure.refresh(cluster) == []
    assert azure.diff(cluster).changed == []
