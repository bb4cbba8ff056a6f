"""The provider of the brokers' addresses against a simulated cluster: it asks, and changes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from components.ambari.addresses import BrokerAddressesProvider
from emulator.ambari.server.faults import Fault
from tests.simulated.ambari.bench import BEFORE, Bench, bench
from tests.unit.ambari.test_addresses import INPUTS

SERVERS = "10.0.0.11:9092,10.0.0.12:9092,10.0.0.13:9092"


@pytest.fixture
def cluster() -> Iterator[Bench]:
    with bench() as cluster:
        yield cluster


@pytest.fixture
def provider() -> BrokerAddressesProvider:
    provider = BrokerAddressesProvider()
    provider.configure(ConfigureRequest(Config({"aks-kafka:ambariPassword": "admin"}, "aks-kafka")))
    return provider


def created(cluster: Bench, provider: BrokerAddressesProvider, **changes: object) -> dict[str, Any]:
    news = {**INPUTS, "ambariUrl": cluster.simulation.url, **changes}
    made = provider.create(provider.check({}, news).inputs)
    assert made.id == "mykafka/KAFKA"
    return made.outs or {}


def test_addresses_are_the_same_before_and_after_brokers_advertise_them(
    cluster: Bench, provider: BrokerAddressesProvider
) -> None:
    mark = cluster.simulation.server.log.mark
    before = created(cluster, provider)
    assert before["bootstrapServers"] == SERVERS
    assert [broker["ip"] for broker in before["brokers"]] == ["10.0.0.11", "10.0.0.12", "10.0.0.13"]
    assert {entry.method for entry in cluster.simulation.server.log.since(mark)} == {"GET"}
    cluster.run().change.advertise()
    read = provider.read("mykafka/KAFKA", before)
    assert read.outs == before
    # Made again with its cluster it would lack anything more, which Pulumi takes for a violation of its plan.
    assert read.inputs == provider.check({}, {**INPUTS, "ambariUrl": cluster.simulation.url}).inputs
    cluster.edit("kafka-broker", "listeners", BEFORE)
    assert provider.read("mykafka/KAFKA", before).outs == before


def test_each_protocol_has_its_own(cluster: Bench, provider: BrokerAddressesProvider) -> None:
    made = created(cluster, provider)
    cluster.edit("kafka-broker", "listeners", "PLAINTEXT://localhost:9092,SSL://localhost:9093")
    told = provider.update("mykafka/KAFKA", made, made).outs or {}
    assert told["bootstrapServersTls"] == SERVERS.replace("9092", "9093")
    assert told["bootstrapServersSasl"] == told["bootstrapServersSaslTls"] == ""


def test_a_cluster_that_is_gone_is_gone(cluster: Bench, provider: BrokerAddressesProvider) -> None:
    made = created(cluster, provider)
    assert provider.read("mykafka/KAFKA", {**made, "clusterName": "other"}).id == ""


def test_that_ambari_is_away_for_a_while_is_told(
    cluster: Bench, provider: BrokerAddressesProvider, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.simulation.server.faults.add(Fault("GET", "/clusters/{cluster}/hosts", 1, "before", "503"))
    assert created(cluster, provider)["bootstrapServers"] == SERVERS
    said = capsys.readouterr().err
    assert "Ambari: waiting:" in said
    assert "Ambari answers again, after" in said
