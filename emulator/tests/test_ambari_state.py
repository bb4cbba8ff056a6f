"""What outlives a restart of the whole process: everything that Ambari keeps in its database."""

from pathlib import Path

from emulator.tests.ambari_replay import HOSTS, replaying, wait_for


def test_a_second_process_goes_on_where_the_first_one_ended(tmp_path: Path) -> None:
    with replaying("requests", folder=tmp_path) as replay:
        cluster = replay.simulation.cluster
        replay.put_configuration("kafka-env", "v1", {"content": "new"})
        replay.put("/clusters/mykafka/services/KAFKA", {"ServiceInfo": {"maintenance_state": "ON"}})
        replay.put(f"/clusters/mykafka/hosts/{HOSTS['wn0']}", {"Hosts": {"rack_info": "/ud1"}})
        replay.post("/clusters/mykafka/artifacts/note", {"artifact_data": {"v": "kept"}})
        replay.post("/clusters/mykafka/artifacts/lock", {"artifact_data": {"v": "deleted"}})
        replay.delete("/clusters/mykafka/artifacts/lock")
        replay.post("/users", {"Users": {"user_name": "viewer", "password": "pw"}})
        cluster.set_password("admin", "changed")
        with cluster.lock:
            versions = cluster.configurations.service_versions()
    with replaying("requests", folder=tmp_path) as replay:
        cluster = replay.simulation.cluster
        with cluster.lock:
            assert cluster.configurations.desired()["kafka-env"].properties == {"content": "new"}
            assert cluster.configurations.service_versions() == versions
            assert cluster.topology.service_maintenance("KAFKA") == "ON"
            assert cluster.topology.host(HOSTS["wn0"]).rack == "/ud1"
            assert [item.host for item in cluster.topology.components() if item.stale] == [
                HOSTS[short] for short in ("wn0", "wn1", "wn2")
            ]
            assert [item.data for item in cluster.artifacts.all("")] == [{"v": "kept"}]
            assert cluster.users.sign_in("viewer", "pw").roles == []
            assert cluster.users.sign_in("admin", "changed").name == "admin"


def test_requests_that_ran_when_the_process_died_are_aborted(tmp_path: Path) -> None:
    with replaying("requests", folder=tmp_path) as replay:
        replay.simulation.cluster.topology.mark_stale("KAFKA")
        for broker in replay.simulation.brokers:
            broker.hold()
        replay.spend_request_ids(13)
        replay.play("m01-restart-before-server-restart")
        wait_for(lambda: all(broker.commands for broker in replay.simulation.brokers))
    with replaying("requests", folder=tmp_path) as replay:
        replay.play("m01b-request-after-server-restart")
        assert all(item.stale for item in replay.simulation.cluster.topology.components() if _is_broker(item))
        replay.play("f02-retry-only-failed-host", ignoring=["ids"])
        replay.settle()
        assert [request.id for request in replay.simulation.cluster.execution.requests()] == [14, 15]


def test_a_host_whose_joining_was_cut_short_is_forgotten(tmp_path: Path) -> None:
    with replaying("requests", folder=tmp_path) as replay:
        joined = replay.simulation.join("wn3").host_name
    with replaying("requests", folder=tmp_path) as replay:
        replay.simulation.cluster.check_status()
        assert replay.simulation.cluster.topology.find_host(joined) is None
        assert replay.simulation.cluster.topology.components(joined) == []


def test_passwords_are_not_kept_in_the_clear(tmp_path: Path) -> None:
    with replaying("requests", folder=tmp_path) as replay:
        replay.simulation.cluster.set_password("admin", "Secret-Passw0rd")
    assert all("Secret-Passw0rd" not in path.read_text() for path in tmp_path.iterdir())


def _is_broker(item: object) -> bool:
    return getattr(item, "component", None) == "KAFKA_BROKER"
