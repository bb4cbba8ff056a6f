"""Changing configurations, as recorded from a real Ambari, and what becomes stale."""

import threading

import pytest

from emulator.tests.ambari_replay import HOSTS, Replay, replaying, wait_for

BROKERS = [HOSTS[short] for short in ("wn0", "wn1", "wn2")]


def test_the_recorded_changes_one_after_another() -> None:
    """From the first version to the sixteenth: every shape of a PUT, and what it leaves."""
    with replaying("configurations") as replay:
        names = [name for name in replay.recordings.names() if not name.startswith("b22")]
        replay.play(*names, ignoring=["versionTag"])


@pytest.mark.parametrize(
    "name",
    [
        "b22-utf8-raw-no-content-type",
        "b22b-utf8-raw-text-plain-charset",
        "b22c-utf8-raw-form",
        "b22d-utf8-raw-form-charset",
        "b22e-ascii-escaped",
    ],
)
def test_text_beyond_ascii_is_kept_whatever_the_content_type(name: str) -> None:
    with replaying("configurations") as replay:
        replay.play(name, ignoring=["href", "version", "service_config_version"])
        desired = replay.simulation.cluster.configurations.desired()["kafka-env"]
        configurations = replay.recordings[name]["response"]["body"]["resources"][0]["configurations"]
        assert desired.properties == configurations[0]["configs"]


def test_a_tag_is_taken_only_once_and_without_a_lock_the_last_one_wins() -> None:
    with replaying("races") as replay:
        names = replay.recordings.names("h02-") + replay.recordings.names("h02b-")
        statuses: dict[str, int] = {}

        def send(name: str) -> None:
            statuses[name] = replay.send(name).status

        threads = [threading.Thread(target=send, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [statuses[name] for name in replay.recordings.names("h02-")] == [200] * 4
        same_tag = sorted(statuses[name] for name in replay.recordings.names("h02b-"))
        assert same_tag == [200, 500, 500, 500]
        versions = replay.simulation.cluster.configurations.service_versions()
        assert [version.version for version in versions if version.service == "KAFKA"] == [
            1,
            2,
            3,
            4,
            5,
            6,
            7,
        ]


def test_config_groups() -> None:
    with replaying("config_groups") as replay:
        replay.simulation.cluster.execution.next_group_id()
        replay.play("n01-create-config-group", "n02-current-with-config-group")
        replay.play("n03-desired-configs-with-config-group", "n04-config-groups")
        assert _stale(replay) == [HOSTS["wn2"]]
        configurations = replay.simulation.cluster.configurations
        listeners = {
            host: configurations.for_host(host)["kafka-broker"]["listeners"]
            for host in (HOSTS["wn1"], HOSTS["wn2"])
        }
        assert listeners == {
            HOSTS["wn1"]: "PLAINTEXT://localhost:9092",
            HOSTS["wn2"]: "PLAINTEXT://localhost:9099",
        }
        replay.play("n05-put-default-with-group")
        current = [version for version in configurations.service_versions() if version.current]
        assert [version.group_name for version in current if version.service == "KAFKA"] == [
            "wn2group",
            "Default",
        ]
        for item in replay.simulation.cluster.topology.components():
            replay.simulation.cluster.topology.clear_stale(item)
        replay.play("n06-delete-config-group")
        assert configurations.groups() == []
        assert _stale(replay) == [HOSTS["wn2"]]


def test_a_change_that_lands_during_a_restart_is_forgotten() -> None:
    with replaying("odds") as replay:
        for broker in replay.simulation.brokers:
            broker.hold()
        replay.play("o01-restart", ignoring=["ids"])
        wait_for(lambda: all(broker.commands for broker in replay.simulation.brokers))
        replay.play("o01b-put-during-restart", ignoring=["href", "version", "service_config_version"])
        assert _stale(replay) == BROKERS
        for broker in replay.simulation.brokers:
            broker.release()
        replay.settle()
        replay.play("o01c-stale-after")
        started_with = replay.simulation.brokers[0].rendered["KAFKA_BROKER"]["kafka-broker"]
        assert started_with["num.partitions"] == "1"
        assert replay.simulation.cluster.configurations.desired()["kafka-broker"].tag == "o2"


@pytest.mark.parametrize(
    ("config_type", "stale"),
    [
        ("kafka-env", {"KAFKA_BROKER"}),
        ("kafka-log4j", {"KAFKA_BROKER"}),
        ("zookeeper-env", {"KAFKA_BROKER", "ZOOKEEPER_SERVER", "ZOOKEEPER_CLIENT"}),
        ("zookeeper-log4j", {"ZOOKEEPER_SERVER", "ZOOKEEPER_CLIENT"}),
        ("cluster-env", set()),
    ],
)
def test_what_a_change_makes_stale(config_type: str, stale: set[str]) -> None:
    with replaying("odds") as replay:
        replay.put_configuration(config_type, "v1", {"a": "new"})
        topology = replay.simulation.cluster.topology
        assert {item.component for item in topology.components() if item.stale} == stale


def test_tags_and_notes() -> None:
    with replaying("odds") as replay:
        replay.play_all("o03", ignoring=["href", "version", "service_config_version"])
        replay.play_all("o04", ignoring=["href", "version", "service_config_version"])


def test_queries_that_are_percent_encoded() -> None:
    with replaying("odds") as replay:
        replay.put_configuration("kafka-broker", "o3", {"a": "new"})
        replay.play("o02-encoded-or", ignoring=["version", "properties"])
        replay.play("o02b-fully-encoded", "o02c-encoded-equals")


def test_going_back_does_not_make_fresh_again() -> None:
    with replaying("odds") as replay:
        replay.put_configuration("kafka-env", "v1", {"a": "new"})
        replay.put_configuration("kafka-env", "TOPOLOGY_RESOLVED", {})
        assert replay.simulation.cluster.configurations.desired()["kafka-env"].tag == "TOPOLOGY_RESOLVED"
        assert _stale(replay) == BROKERS


def test_types_of_two_services_do_not_go_into_one_version() -> None:
    with replaying("odds") as replay:
        change = [
            {"type": "kafka-env", "tag": "v1", "properties": {"a": "new"}},
            {"type": "zookeeper-env", "tag": "v1", "properties": {"a": "new"}},
        ]
        response = replay.put("/clusters/mykafka", {"Clusters": {"desired_config": change}})
        assert response.status == 400
        assert b"Config type zookeeper-env belongs to KAFKA service" in response.body
        assert replay.simulation.cluster.configurations.find("kafka-env", "v1") is None


def _stale(replay: Replay) -> list[str]:
    topology = replay.simulation.cluster.topology
    return [item.host for item in topology.components() if item.stale and item.component == "KAFKA_BROKER"]
