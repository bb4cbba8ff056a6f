"""Whole runs against clusters with listeners as people have them, and what is refused before a save."""

import pytest

from components.ambari.api.errors import ConfigurationConflict
from components.ambari.configuration.kafka_env import with_block
from tests.simulated.ambari.bench import BEFORE, Bench, bench
from tests.simulated.ambari.calls import PROGRESS, SAVE
from tests.unit.ambari.test_situation import EARLIER

SASL_BESIDE_PLAIN = "SASL_PLAINTEXT://localhost:9092,PLAINTEXT://localhost:9094"
SHARED_TLS = "PLAINTEXT://localhost:9092,SSL://localhost:9093"


def set_broker(cluster: Bench, **properties: str) -> None:
    for key, value in properties.items():
        cluster.edit("kafka-broker", key.replace("_", "."), value)


def refused(cluster: Bench, match: str) -> None:
    """Nothing is written, and no broker is restarted."""
    run = cluster.run()
    with pytest.raises(ConfigurationConflict, match=match):
        run.change.advertise()
    assert run.writes == []
    assert cluster.restarts() == {"wn0": 0, "wn1": 0, "wn2": 0}


def test_every_listener_is_there_after_the_change_and_as_it_was_after_the_way_back():
    with bench() as cluster:
        set_broker(cluster, listeners=SASL_BESIDE_PLAIN)
        original = cluster.value("kafka-env", "content")
        run = cluster.run()
        before = run.change.listeners_before(run.change.survey())
        run.change.advertise()
        opened = SASL_BESIDE_PLAIN.replace("localhost", "0.0.0.0")
        assert cluster.value("kafka-broker", "listeners") == opened
        rendered = [agent.rendered["KAFKA_BROKER"]["kafka-broker"] for agent in cluster.simulation.brokers]
        assert [one["listeners"] for one in rendered] == [opened] * 3
        cluster.run().change.take_back(before)
        assert cluster.value("kafka-broker", "listeners") == before == SASL_BESIDE_PLAIN
        assert cluster.value("kafka-env", "content") == original


def test_listeners_from_before_are_found_in_the_history_though_others_came_between():
    with bench() as cluster:
        set_broker(cluster, listeners=SASL_BESIDE_PLAIN)
        cluster.run().change.advertise()
        set_broker(cluster, num_partitions="3")
        change = cluster.run().change
        assert change.listeners_before(change.survey()) == SASL_BESIDE_PLAIN
        set_broker(cluster, listeners="PLAINTEXT://0.0.0.0:9095")
        assert change.listeners_before(change.survey()) == "PLAINTEXT://0.0.0.0:9095"


def test_kerberos_is_refused_before_anything_is_saved():
    with bench() as cluster:
        turn_on_kerberos(cluster)
        refused(cluster, "uses Kerberos .*tickets are made out to names.* tier Standard")


def test_a_cluster_with_kerberos_in_which_there_is_nothing_to_do_goes_on_as_it_is():
    with bench() as cluster:
        cluster.run().change.advertise()
        turn_on_kerberos(cluster)
        run = cluster.run()
        run.change.advertise()
        assert run.writes == []


def turn_on_kerberos(cluster: Bench) -> None:
    desired = {"type": "cluster-env", "tag": "secured", "properties": {"security_enabled": "true"}}
    cluster.write("PUT", "", [{"Clusters": {"desired_config": [desired]}}])


def test_listeners_that_contradict_each_other_are_refused_before_anything_is_saved():
    with bench() as cluster:
        set_broker(cluster, listeners="PLAINTEXT://localhost:9092,SSL://localhost:9092")
        refused(cluster, "two listeners on port 9092")


def test_no_broker_is_restarted_with_listeners_that_contradict_each_other():
    with bench() as cluster:
        cluster.run().change.advertise()
        before = cluster.restarts()
        set_broker(cluster, listeners="CLIENTS://0.0.0.0:9092")
        run = cluster.run()
        with pytest.raises(ConfigurationConflict, match="gives CLIENTS no protocol"):
            run.change.advertise()
        assert run.writes == []
        assert cluster.restarts() == before


def test_tls_that_clients_share_with_brokers_is_refused_where_a_certificate_has_no_address():
    with bench() as cluster:
        set_broker(cluster, listeners=SHARED_TLS, security_inter_broker_protocol="SSL")
        run = cluster.run(
            trouble_with_address=lambda host, port: f"no {host} at {port}" if "2" in host else ""
        )
        with pytest.raises(ConfigurationConflict, match=r"listener SSL, over TLS.*: no 10.0.0.12 at 9093\. "):
            run.change.advertise()
        assert run.writes == []


def test_tls_that_clients_share_with_brokers_is_advertised_by_address_where_all_certificates_have_theirs():
    with bench() as cluster:
        set_broker(cluster, listeners=SHARED_TLS, security_inter_broker_protocol="SSL")
        looked_at: list[tuple[str, int]] = []

        def no_trouble(host: str, port: int) -> str:
            looked_at.append((host, port))
            return ""

        cluster.run(trouble_with_address=no_trouble).change.advertise()
        assert looked_at == [("10.0.0.11", 9093), ("10.0.0.12", 9093), ("10.0.0.13", 9093)]
        assert cluster.value("kafka-broker", "listeners") == SHARED_TLS.replace("localhost", "0.0.0.0")


def test_the_block_of_an_earlier_version_restarts_nobody_and_goes_with_the_next_save():
    with bench() as cluster:
        original = cluster.value("kafka-env", "content")
        cluster.run().change.advertise()
        cluster.edit("kafka-env", "content", f"{original}\n{EARLIER}\n")
        for agent in cluster.simulation.brokers:
            cluster.restart_by_hand(agent.host_name)
            cluster.let_restarts_end(PROGRESS)
        run = cluster.run()
        cluster_before = cluster.restarts()
        run.change.advertise()
        assert (run.writes, cluster.restarts()) == ([], cluster_before)

        set_broker(cluster, listeners=BEFORE)
        run = cluster.run()
        run.change.advertise()
        assert run.writes.count(SAVE) == 1
        assert cluster.value("kafka-env", "content") == with_block(original)


def test_listeners_that_somebody_opened_by_hand_before_stay_open_when_the_change_is_taken_back():
    with bench() as cluster:
        cluster.edit("kafka-broker", "listeners", "PLAINTEXT://0.0.0.0:9092")
        change = cluster.run().change
        before = change.listeners_before(change.survey())
        change.advertise()
        cluster.run().change.take_back(before)
        assert cluster.value("kafka-broker", "listeners") == "PLAINTEXT://0.0.0.0:9092"
