"""Hosts, racks, and the states that components go through, as recorded from a real Ambari."""

import pytest

from emulator.tests.ambari_replay import HOSTS, Replay, replaying, wait_for


def test_a_rack_change_makes_every_broker_stale() -> None:
    with replaying("hosts") as replay:
        replay.play("p50-hosts-rack", "p50b-rack-put", "p50c-rack-put-query", "p50d-rack-get")
        replay.play("p50e-rack-put-no-slash", "p50f-rack-get", "p50g-stale-after-rack")
        replay.play("p52-host-component-all-fields", "p52b-host-component-during-restart")


def test_the_rack_of_one_host_matters_to_all_brokers() -> None:
    with replaying("hosts") as replay:
        replay.play("p55b-rack-same-again")
        replay.put(f"/clusters/mykafka/hosts/{HOSTS['wn0']}", {"Hosts": {"rack_info": "/default-rack"}})
        assert _stale(replay) == []
        replay.play("p55-rack-one-host")
        assert _stale(replay) == [HOSTS[short] for short in ("wn0", "wn1", "wn2")]


def test_the_rack_of_a_host_without_brokers_matters_to_none() -> None:
    with replaying("hosts") as replay:
        replay.put(f"/clusters/mykafka/hosts/{HOSTS['zk0']}", {"Hosts": {"rack_info": "/ud0"}})
        assert replay.simulation.cluster.topology.host(HOSTS["zk0"]).rack == "/ud0"
        assert _stale(replay) == []


def test_alerts_are_never_reported() -> None:
    with replaying("hosts") as replay:
        replay.play_all("p51")


def test_the_states_of_stop_start_and_restart() -> None:
    with replaying("states") as replay:
        replay.simulation.cluster.topology.mark_stale("KAFKA")
        replay.spend_request_ids(48)
        agent = replay.simulation.agents["wn1"]
        assert _track(replay, "p54-stop") == [
            ("STOPPING", "INSTALLED", True, "STOPPING"),
            ("INSTALLED", "INSTALLED", True, "INSTALLED"),
        ]
        assert _track(replay, "p54b-start") == [
            ("STARTING", "STARTED", True, "STARTING"),
            ("STARTED", "STARTED", False, "STARTED"),
        ]
        assert _track(replay, "p54c-restart") == [
            ("STARTED", "STARTED", False, "STARTED"),
            ("STARTED", "STARTED", False, "STARTED"),
        ]
        agent.failures = 1
        assert _track(replay, "p54d-restart-fails") == [
            ("STARTED", "STARTED", False, "STARTED"),
            ("INSTALLED", "STARTED", False, "INSTALLED"),
        ]
        assert _track(replay, "p54e-start-after-failed") == [
            ("STARTING", "STARTED", False, "STARTING"),
            ("STARTED", "STARTED", False, "STARTED"),
        ]


def test_a_process_that_dies_is_noticed_at_the_next_status_check() -> None:
    with replaying("states", status_interval=0.01) as replay:
        item = replay.simulation.cluster.topology.component(HOSTS["wn0"], "KAFKA_BROKER")
        assert item is not None
        replay.simulation.agents["wn0"].kill("KAFKA_BROKER")
        wait_for(lambda: item.state == "INSTALLED")
        assert item.desired_state == "STARTED"
        assert replay.simulation.cluster.topology.service_state("KAFKA") == "INSTALLED"


def test_starting_what_is_started_is_no_request() -> None:
    with replaying("states") as replay:
        path = f"/clusters/mykafka/hosts/{HOSTS['wn0']}/host_components/KAFKA_BROKER"
        assert replay.put(path, {"HostRoles": {"state": "STARTED"}}).status == 200
        assert replay.simulation.cluster.execution.requests() == []


@pytest.mark.parametrize("state", ["UNINSTALLED", "started"])
def test_other_states_are_refused(state: str) -> None:
    with replaying("states") as replay:
        path = f"/clusters/mykafka/hosts/{HOSTS['wn0']}/host_components/KAFKA_BROKER"
        assert replay.put(path, {"HostRoles": {"state": state}}).status == 501


def _track(replay: Replay, name: str) -> list[tuple[str, str, bool, str]]:
    """State, desired state, staleness and the service's state, while the command runs and after it."""
    agent = replay.simulation.agents["wn1"]
    agent.hold()
    before = len(agent.commands)
    replay.play(name)
    wait_for(lambda: len(agent.commands) > before)
    running = _look(replay)
    agent.release()
    replay.settle()
    return [running, _look(replay)]


def _look(replay: Replay) -> tuple[str, str, bool, str]:
    topology = replay.simulation.cluster.topology
    item = topology.component(HOSTS["wn1"], "KAFKA_BROKER")
    assert item is not None
    return item.state, item.desired_state, item.stale, topology.service_state("KAFKA")


def _stale(replay: Replay) -> list[str]:
    return [item.host for item in replay.simulation.cluster.topology.components() if item.stale]


@pytest.mark.parametrize("leaves", [True, False])
def test_what_a_host_was_doing_when_it_left_or_fell_silent(leaves: bool) -> None:
    with replaying("requests") as replay:
        simulation, cluster = replay.simulation, replay.simulation.cluster
        simulation.agents["wn1"].hold()
        replay.spend_request_ids(22)
        replay.play("l03-restart-one-hangs-ignores-cancel")
        (request,) = cluster.execution.requests()
        if leaves:
            simulation.remove_worker("wn1")
            assert all(task.host != HOSTS["wn1"] for task in request.tasks)
            assert cluster.topology.find_host(HOSTS["wn1"]) is None
        else:
            cluster.set_heartbeat(HOSTS["wn1"], lost=True)
            assert {task.status for task in request.tasks if task.host == HOSTS["wn1"]} == {"ABORTED"}
