"""The provider's calls against a simulated cluster, where no broker has to be restarted."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from components.ambari.errors import ConfigurationConflict, Unreachable
from components.ambari.kafka_env import BLOCK
from components.ambari.resource import IpAdvertisingProvider
from tests.simulated.ambari.bench import BEFORE, Bench, bench
from tests.unit.ambari.test_resource import INPUTS

LOG4J = ("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")


@pytest.fixture
def cluster() -> Iterator[Bench]:
    with bench() as cluster:
        cluster.run().change.advertise()
        yield cluster


@pytest.fixture
def provider(cluster: Bench) -> IpAdvertisingProvider:
    provider = IpAdvertisingProvider()
    provider.configure(ConfigureRequest(Config({"aks-kafka:ambariPassword": "admin"}, "aks-kafka")))
    return provider


def inputs(cluster: Bench, provider: IpAdvertisingProvider, **changes: object) -> dict[str, Any]:
    return provider.check({}, {**INPUTS, "ambariUrl": cluster.simulation.url, **changes}).inputs


def test_what_is_in_place_is_adopted_with_everything_known_about_it(
    cluster: Bench, provider: IpAdvertisingProvider
):
    mark = cluster.simulation.server.log.mark
    created = provider.create(inputs(cluster, provider))
    assert created.id == "mykafka/KAFKA"
    outs = created.outs or {}
    assert outs["bootstrapServers"] == "10.0.0.11:9092,10.0.0.12:9092,10.0.0.13:9092"
    assert [broker["rack"] for broker in outs["brokers"]] == ["/default-rack"] * 3
    assert (outs["listenersBefore"], outs["kafkaEnvBlock"], outs["staleBrokers"]) == (BEFORE, BLOCK, [])
    assert {entry.method for entry in cluster.simulation.server.log.since(mark)} == {"GET"}
    assert not provider.diff("id", outs, inputs(cluster, provider)).changes


def test_the_version_is_the_one_that_made_it_so_whatever_is_edited_later(
    cluster: Bench, provider: IpAdvertisingProvider
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    made = cluster.ambari().current().version.number
    cluster.edit(*LOG4J)
    read = provider.read("id", created)
    assert (read.outs or {})["configVersion"] == created["configVersion"] == made
    cluster.run().change.advertise()
    updated = provider.update("id", created, inputs(cluster, provider, strict=True))
    assert (updated.outs or {})["configVersion"] == made
    assert (updated.outs or {})["strict"] is True


def test_a_read_tells_each_drift_and_which_brokers_would_restart(
    cluster: Bench, provider: IpAdvertisingProvider
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    cluster.edit(*LOG4J)
    cluster.edit("kafka-broker", "listeners", BEFORE)
    cluster.edit("kafka-env", "content", "export A=1\n")
    read = provider.read("id", created)
    outs = read.outs or {}
    hosts = [agent.host_name for agent in cluster.simulation.brokers]
    assert (outs["listeners"], outs["kafkaEnvBlock"]) == (BEFORE, "")
    assert outs["staleBrokers"] == outs["plan"] == hosts
    assert provider.diff("id", outs, inputs(cluster, provider)).changes
    shown = {name: value for name, value in (read.inputs or {}).items() if value != created[name]}
    assert set(shown) == {"listeners", "kafkaEnvBlock", "staleBrokers"}


def test_a_note_that_nobody_can_read_is_told_by_a_read_and_stops_an_update(
    cluster: Bench, provider: IpAdvertisingProvider
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    cluster.ambari().create_artifact("ip-advertising-1", "from somebody else")
    outs = provider.read("id", created).outs or {}
    assert "delete the artifact" in outs["interrupted"]
    with pytest.raises(ConfigurationConflict, match="ip-advertising-1"):
        provider.update("id", outs, inputs(cluster, provider))


def test_a_cluster_that_is_gone_is_read_as_gone_and_deleting_from_it_is_done(
    cluster: Bench, provider: IpAdvertisingProvider
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    gone = {**created, "clusterName": "gone"}
    assert provider.read("id", gone).id == ""
    mark = cluster.simulation.server.log.mark
    provider.delete("id", gone)
    assert {entry.method for entry in cluster.simulation.server.log.since(mark)} == {"GET"}


def test_a_cluster_that_cannot_be_reached_is_an_error(cluster: Bench, provider: IpAdvertisingProvider):
    created = provider.create(inputs(cluster, provider)).outs or {}
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        away = {**created, "ambariUrl": f"https://127.0.0.1:{unused.getsockname()[1]}"}
        with pytest.raises(Unreachable, match=r"can't be reached \(\[.* refused\).*`pulumi state delete"):
            provider.delete("id", away)
        with pytest.raises(Unreachable, match="can't be reached"):
            provider.read("id", away)


def test_check_and_diff_ask_nobody(
    cluster: Bench, provider: IpAdvertisingProvider, monkeypatch: pytest.MonkeyPatch
):
    mark = cluster.simulation.server.log.mark
    olds = inputs(cluster, provider)

    def no_socket(*_: object, **__: object) -> None:
        raise AssertionError("it opened a socket")

    monkeypatch.setattr(socket, "socket", no_socket)
    assert provider.diff("id", olds, inputs(cluster, provider, settleSeconds=1)).changes
    assert cluster.simulation.server.log.since(mark) == []
