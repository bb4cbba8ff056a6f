"""Restarts: refusals, failures, aborts, lost hosts, a restarting server; as recorded from a real Ambari."""

import pytest

from emulator.tests.ambari_replay import HOSTS, Recordings, Replay, replaying, wait_for

_REFUSED = [
    name
    for name in Recordings("requests").names()
    if name.startswith(("f07", "f08", "f09")) and not name.startswith("f08l")
]


def test_ids_are_spent_by_refusals_too() -> None:
    with replaying("requests") as replay:
        replay.spend_request_ids(82)
        for name in _REFUSED[:17]:
            replay.play(name)
            replay.settle()


@pytest.mark.parametrize("name", _REFUSED)
def test_odd_requests_are_answered_as_recorded(name: str) -> None:
    with replaying("requests") as replay:
        replay.play(name, ignoring=["ids"])
        replay.settle()
        if replay.recordings[name]["response"]["status"] != 202:
            assert replay.simulation.cluster.execution.requests() == []


def test_one_of_three_fails() -> None:
    with replaying("requests") as replay:
        _make_stale(replay)
        replay.simulation.agents["wn1"].failures = 1
        replay.spend_request_ids(76)
        replay.play("f01-restart-one-of-three-fails")
        replay.settle()
        replay.play("f01b-request-failed-partial", "f01c-request-failed-min")
        replay.play("f01d-host-components-after-failure")
        replay.play("f02-retry-only-failed-host")
        replay.settle()
        item = replay.simulation.cluster.topology.component(HOSTS["wn1"], "KAFKA_BROKER")
        assert item is not None
        assert (item.state, item.stale) == ("STARTED", False)


def test_one_of_one_fails() -> None:
    with replaying("requests") as replay:
        replay.simulation.agents["wn0"].failures = 1
        replay.spend_request_ids(78)
        replay.play("f03-restart-single-fails")
        replay.settle()
        replay.play("f03b-request-failed-single", "f03c-service-state")


def test_a_failure_shows_before_the_others_have_ended() -> None:
    with replaying("requests") as replay:
        agents = replay.simulation.agents
        agents["wn1"].failures = 1
        for short in ("wn0", "wn1", "wn2"):
            agents[short].hold()
        replay.spend_request_ids(105)
        replay.play("j01-early-failure")
        wait_for(lambda: all(agents[short].commands for short in ("wn0", "wn1", "wn2")))
        replay.play("j01-early-failure-poll-1", ignoring=["status", "progress_percent"])
        replay.play("j01-early-failure-poll-2")
        agents["wn1"].release()
        request = replay.simulation.cluster.execution.requests()[0]
        wait_for(lambda: any(task.finished for task in request.tasks))
        replay.play("j01-early-failure-poll-3")
        agents["wn0"].release()
        agents["wn2"].release()
        replay.settle()
        replay.play("j01-early-failure-poll-4")


def test_an_abort_leaves_the_agents_to_themselves() -> None:
    with replaying("requests") as replay:
        _make_stale(replay)
        _hold_all(replay)
        replay.spend_request_ids(79)
        replay.play("f04-restart-to-abort")
        _wait_until_all_run(replay)
        replay.play("f04a-before-abort", "f04b-abort", "f04c-request-aborted", "f04d-abort-again")
        replay.play("f04e-abort-no-reason", "f04f-put-status-invalid", "f04g-put-status-completed")
        replay.play("f04h-delete-request")
        _release_all(replay)
        wait_for(lambda: all("KAFKA_BROKER" in broker.rendered for broker in replay.simulation.brokers))
        assert all(item.stale for item in replay.simulation.cluster.topology.components() if _is_broker(item))
        assert {task.status for task in replay.simulation.cluster.execution.requests()[0].tasks} == {
            "ABORTED"
        }


def test_a_second_restart_of_the_same_hosts_waits() -> None:
    with replaying("requests") as replay:
        _hold_all(replay)
        replay.spend_request_ids(80)
        replay.play("f05-two-restarts-first", "f05b-two-restarts-second-same-hosts")
        _wait_until_all_run(replay)
        second = replay.simulation.cluster.execution.requests()[1]
        assert [task.status for task in second.tasks] == ["PENDING"] * 3
        assert second.start_time == -1
        _release_all(replay)
        replay.settle()
        replay.play("f05c-first-final", "f05d-second-final")
        assert all(broker.commands == ["restart KAFKA_BROKER"] * 2 for broker in replay.simulation.brokers)


def test_what_is_aborted_while_it_waits_for_a_busy_agent_never_runs() -> None:
    with replaying("requests") as replay:
        broker = replay.simulation.brokers[0]
        broker.hold()
        execution = replay.simulation.cluster.execution
        replay.play("f03-restart-single-fails", "f03-restart-single-fails", ignoring=["ids"])
        wait_for(lambda: bool(broker.commands))
        for request in execution.requests():
            abort = {"Requests": {"request_status": "ABORTED", "abort_reason": "test"}}
            replay.put(f"/clusters/mykafka/requests/{request.id}", abort)
        replay.play("f03-restart-single-fails", ignoring=["ids"])
        broker.release()
        replay.settle()
        assert [request.tasks[0].status for request in execution.requests()] == ["ABORTED"] * 2 + [
            "COMPLETED"
        ]
        assert broker.commands == ["restart KAFKA_BROKER"] * 2


def test_requests_for_different_hosts_run_side_by_side() -> None:
    with replaying("requests") as replay:
        _hold_all(replay)
        replay.play_all("j02", ignoring=["ids"])
        _wait_until_all_run(replay)
        _release_all(replay)
        replay.settle()


def test_services_of_one_request_are_restarted_one_after_another() -> None:
    with replaying("odds") as replay:
        zookeeper = replay.simulation.agents["zk0"]
        zookeeper.hold()
        replay.play("o06c-zookeeper-and-kafka", ignoring=["ids"])
        wait_for(lambda: bool(zookeeper.commands))
        assert not any(broker.commands for broker in replay.simulation.brokers)
        zookeeper.release()
        replay.settle()
        request = replay.simulation.cluster.execution.requests()[0]
        assert [(task.stage, task.component) for task in request.tasks] == [
            (0, "ZOOKEEPER_SERVER"),
            *[(1, "KAFKA_BROKER")] * 3,
        ]


def test_later_stages_are_aborted_when_an_earlier_one_fails() -> None:
    with replaying("odds") as replay:
        replay.simulation.agents["zk0"].failures = 1
        replay.play("o06c-zookeeper-and-kafka", ignoring=["ids"])
        replay.settle()
        tasks = replay.simulation.cluster.execution.requests()[0].tasks
        assert [task.status for task in tasks] == ["FAILED", "ABORTED", "ABORTED", "ABORTED"]
        assert not any(broker.commands for broker in replay.simulation.brokers)


@pytest.mark.parametrize("name", [*Recordings("odds").names("o05"), "o06-duplicate-host"])
def test_contexts_and_duplicates(name: str) -> None:
    with replaying("odds") as replay:
        replay.play(name, ignoring=["ids"])
        replay.settle()
        broker = replay.simulation.brokers[0]
        expected = ["restart KAFKA_BROKER"] if replay.recordings[name]["response"]["status"] == 202 else []
        assert broker.commands == expected


def test_a_predicate_over_the_stale_hosts() -> None:
    with replaying("config_groups") as replay:
        replay.play("n08-hosts-predicate-stale-mm-on", ignoring=["ids"])
        assert replay.simulation.cluster.execution.requests() == []
        _make_stale(replay)
        replay.play("n09-hosts-predicate-stale-mm-on-stale", ignoring=["ids"])
        replay.settle()
        assert all(broker.commands == ["restart KAFKA_BROKER"] for broker in replay.simulation.brokers)
        assert not any(item.stale for item in replay.simulation.cluster.topology.components())


def test_a_host_without_heartbeat() -> None:
    with replaying("requests") as replay:
        replay.simulation.cluster.set_heartbeat(HOSTS["wn2"], lost=True)
        replay.play_all("i01")
        replay.play_all("i02", ignoring=["ids"])
        replay.settle()
        first = replay.simulation.cluster.execution.requests()[0]
        assert {task.host: task.status for task in first.tasks} == {
            HOSTS["wn0"]: "COMPLETED",
            HOSTS["wn1"]: "COMPLETED",
            HOSTS["wn2"]: "ABORTED",
        }
        replay.spend_request_ids(100)
        replay.play("i03-restart-only-lost-host")
        replay.settle()
        replay.play("i03b-request")
        assert replay.simulation.agents["wn2"].commands == []
        replay.simulation.cluster.set_heartbeat(HOSTS["wn2"], lost=False)
        assert replay.simulation.cluster.topology.service_state("KAFKA") == "STARTED"


def test_an_agent_that_hangs_times_out() -> None:
    with replaying("requests", task_limit=0.02) as replay:
        replay.simulation.agents["wn1"].hold()
        replay.spend_request_ids(22)
        replay.play("l03-restart-one-hangs-ignores-cancel")
        replay.settle()
        replay.play("l03b-request-timedout", "l03c-request-timedout-min", "l03d-task-timedout")


def test_a_restart_of_the_server_aborts_what_runs() -> None:
    with replaying("requests") as replay:
        _make_stale(replay)
        _hold_all(replay)
        replay.spend_request_ids(13)
        replay.play("m01-restart-before-server-restart")
        _wait_until_all_run(replay)
        replay.simulation.cluster.restart()
        replay.play("m01b-request-after-server-restart", "m01c-old-cookie-after-restart")
        _release_all(replay)
        wait_for(lambda: all("KAFKA_BROKER" in broker.rendered for broker in replay.simulation.brokers))
        assert all(item.stale for item in replay.simulation.cluster.topology.components() if _is_broker(item))


def _make_stale(replay: Replay) -> None:
    replay.simulation.cluster.topology.mark_stale("KAFKA")


def _is_broker(item: object) -> bool:
    return getattr(item, "component", None) == "KAFKA_BROKER"


def _hold_all(replay: Replay) -> None:
    for broker in replay.simulation.brokers:
        broker.hold()


def _release_all(replay: Replay) -> None:
    for broker in replay.simulation.brokers:
        broker.release()


def _wait_until_all_run(replay: Replay) -> None:
    wait_for(lambda: all(broker.commands for broker in replay.simulation.brokers))
