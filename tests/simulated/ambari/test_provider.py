"""The provider's calls against a simulated cluster, where no broker has to be restarted."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from components.ambari.api.errors import ConfigurationConflict, Unreachable
from components.ambari.configuration.kafka_env import BLOCK
from components.ambari.resource import IpAdvertisingProvider
from components.ambari.rolling_restart.roll import RollOptions
from tests.simulated.ambari.bench import BEFORE, QUICK, Bench, bench
from tests.simulated.ambari.calls import PROGRESS
from tests.unit.ambari.test_kafka_env import HAND_PASTED
from tests.unit.ambari.test_resource import INPUTS
from tests.unit.ambari.test_situation import EARLIER

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


def test_a_cluster_in_another_spelling_of_azures_is_adopted(cluster: Bench, provider: IpAdvertisingProvider):
    created = provider.create(inputs(cluster, provider, clusterName="MyKafka")).outs or {}
    assert created["bootstrapServers"] == "10.0.0.11:9092,10.0.0.12:9092,10.0.0.13:9092"


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
    assert set(shown) == {"listeners", "kafkaEnvBlock", "staleBrokers", "plan"}
    news = provider.check(read.inputs or {}, created).inputs
    assert news["effect"] == "3 brokers restart, one at a time: " + ", ".join(
        host.partition(".")[0] for host in hosts
    )


def test_a_broker_that_was_stopped_on_purpose_is_no_drift_and_a_read_names_it(
    cluster: Bench, provider: IpAdvertisingProvider, capsys: pytest.CaptureFixture[str]
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    cluster.simulation.change_state("wn1", "STOP")
    read = provider.read("id", created)
    assert (read.outs or {})["staleBrokers"] == []
    assert not provider.diff("id", read.outs or {}, inputs(cluster, provider)).changes
    assert (
        "warning: wn1-mykafk (10.0.0.12) is INSTALLED, as somebody wants it to be" in capsys.readouterr().err
    )


def test_a_worker_that_was_added_is_no_drift_and_stands_among_the_servers(
    cluster: Bench, provider: IpAdvertisingProvider
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    cluster.simulation.add_worker("wn3")
    read = provider.read("id", created).outs or {}
    assert (read["staleBrokers"], read["plan"]) == ([], [])
    assert read["bootstrapServers"].endswith(",10.0.0.15:9092")
    mark = cluster.simulation.server.log.mark
    updated = provider.update("id", read, inputs(cluster, provider, workers=4)).outs or {}
    assert updated["bootstrapServers"] == read["bootstrapServers"]
    assert {entry.method for entry in cluster.simulation.server.log.since(mark)} == {"GET"}


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


def test_clients_are_told_servers_for_each_protocol(cluster: Bench, provider: IpAdvertisingProvider):
    created = provider.create(inputs(cluster, provider)).outs or {}
    assert (created["bootstrapServersTls"], created["bootstrapServersSasl"]) == ("", "")
    cluster.edit("kafka-broker", "security.inter.broker.protocol", "SASL_PLAINTEXT")
    cluster.edit("kafka-broker", "listeners", "SASL_PLAINTEXT://0.0.0.0:9092,SSL://0.0.0.0:9093")
    read = provider.read("id", created).outs or {}
    assert read["bootstrapServers"] == ""
    assert read["bootstrapServersTls"] == "10.0.0.11:9093,10.0.0.12:9093,10.0.0.13:9093"
    assert read["bootstrapServersSasl"] == "10.0.0.11:9092,10.0.0.12:9092,10.0.0.13:9092"
    assert read["bootstrapServersSaslTls"] == ""


def test_a_read_tells_what_an_up_would_refuse_and_a_preview_stops_at_it(
    cluster: Bench, provider: IpAdvertisingProvider
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    cluster.edit("kafka-broker", "listeners", "PLAINTEXT://0.0.0.0:9092,SSL://0.0.0.0:9092")
    read = provider.read("id", created)
    assert "two listeners on port 9092" in (read.outs or {})["refused"]
    checked = provider.check(read.inputs or {}, {**INPUTS, "ambariUrl": cluster.simulation.url})
    assert "two listeners on port 9092" in checked.failures[-1].reason
    with pytest.raises(ConfigurationConflict, match="two listeners on port 9092"):
        provider.update("id", read.outs or {}, checked.inputs)


def test_a_listener_that_came_later_is_remembered_as_it_was(cluster: Bench, provider: IpAdvertisingProvider):
    created = provider.create(inputs(cluster, provider)).outs or {}
    cluster.edit("kafka-broker", "listeners", "PLAINTEXT://0.0.0.0:9092,SSL://localhost:9093")
    read = provider.read("id", created).outs or {}
    assert provider.diff("id", read, inputs(cluster, provider)).changes
    props = inputs(cluster, provider, restart="all-at-once", settleSeconds=0)
    updated = provider.update("id", read, props).outs or {}
    assert updated["listeners"] == "PLAINTEXT://0.0.0.0:9092,SSL://0.0.0.0:9093"
    assert updated["listenersBefore"] == "PLAINTEXT://localhost:9092,SSL://localhost:9093"
    assert not provider.diff("id", updated, props).changes


def test_a_state_of_an_earlier_version_is_read_without_a_difference(
    cluster: Bench, provider: IpAdvertisingProvider
):
    created = provider.create(inputs(cluster, provider)).outs or {}
    content = cluster.value("kafka-env", "content").replace(BLOCK, EARLIER)
    cluster.edit("kafka-env", "content", content)
    cluster.run(RollOptions("all", pace=QUICK.pace)).change.advertise()
    added = (
        "listenersWanted",
        "refused",
        *(name for name in created if name.startswith("bootstrapServersT")),
    )
    earlier = {name: value for name, value in created.items() if name not in added}
    earlier["kafkaEnvBlock"] = EARLIER
    read = provider.read("id", earlier)
    assert (read.outs or {})["kafkaEnvBlock"] == EARLIER
    news = provider.check(read.inputs or {}, {**INPUTS, "ambariUrl": cluster.simulation.url}).inputs
    assert not provider.diff("id", read.outs or {}, news).changes
    assert {name: news[name] for name in read.inputs or {}} == read.inputs


def test_a_snippet_that_an_earlier_version_adopted_is_read_without_a_difference(
    cluster: Bench, provider: IpAdvertisingProvider
):
    """Whatever its form, and though no brokers are asked."""
    created = provider.create(inputs(cluster, provider)).outs or {}
    snippet = HAND_PASTED.replace("IP_ADDRESS", "NODE_IP")
    original = cluster.value("kafka-env", "content").replace(f"\n{BLOCK}\n", "")
    cluster.edit("kafka-env", "content", f"{original}{snippet}export B=2\n")
    for agent in cluster.simulation.brokers:
        cluster.restart_by_hand(agent.host_name)
        cluster.let_restarts_end(PROGRESS)
    earlier = {**created, "pasted": "a snippet pasted by hand does the same"}
    before = cluster.restarts()
    read = provider.read("id", earlier)
    assert {**(read.outs or {}), "configVersion": 0} == {**earlier, "configVersion": 0}
    news = provider.check(read.inputs or {}, {**INPUTS, "ambariUrl": cluster.simulation.url}).inputs
    assert not provider.diff("id", read.outs or {}, news).changes
    updated = provider.update("id", earlier, inputs(cluster, provider, settleSeconds=1)).outs or {}
    assert (updated["pasted"], cluster.restarts()) == (earlier["pasted"], before)

    unknown = provider.read("id", {**earlier, "pasted": ""}).outs or {}
    assert provider.diff("id", unknown, news).changes
