"""Rolling restarts made in Ambari's web page, as recorded from a real Ambari."""

import json
from typing import Any

import pytest

from emulator.tests.ambari_replay import HOSTS, Replay, replaying, wait_for
from emulator.tests.ambari_schedules import restarts

SCHEDULES = "/clusters/mykafka/request_schedules"


def shown(replay: Replay, number: int = 1) -> dict[str, Any]:
    return json.loads(replay.get(f"{SCHEDULES}/{number}").body)["RequestSchedule"]


def schedule(replay: Replay, *shorts: str, tolerance: int = 0) -> None:
    requests = restarts(HOSTS.get(short, short) for short in shorts)
    settings = {"batch_separation_in_seconds": 0, "task_failure_tolerance": tolerance}
    batch = [{"requests": requests}, {"batch_settings": settings}]
    posted = replay.post(SCHEDULES, [{"RequestSchedule": {"batch": batch, "description": "mine"}}])
    assert posted.status == 201


def test_a_rolling_restart_is_answered_carried_out_and_shown_as_recorded() -> None:
    with replaying("schedules") as replay:
        recorded = replay.recordings["j03-request-schedule-rolling"]["request"]
        body = recorded["body"].replace(
            '"batch_separation_in_seconds": 5', '"batch_separation_in_seconds": 0'
        )
        assert body != recorded["body"]
        replay.simulation.cluster.execution.next_schedule_id()
        recorded["body"] = body
        replay.play("j03-request-schedule-rolling")
        wait_for(lambda: shown(replay, 2)["status"] == "COMPLETED")
        assert all(broker.commands == ["restart KAFKA_BROKER"] for broker in replay.simulation.brokers)
        ignoring = ["create_time", "update_time", "batch_separation_in_seconds"]
        replay.play("j03b-request-schedule-final", ignoring=ignoring)


def test_it_is_listed_as_scheduled_while_it_goes_on() -> None:
    with replaying("schedules") as replay:
        replay.simulation.agents["wn1"].hold()
        schedule(replay, "wn0", "wn1", "wn2")
        wait_for(lambda: bool(replay.simulation.agents["wn1"].commands))
        [item] = json.loads(replay.get(f"{SCHEDULES}?fields=*").body)["items"]
        assert (item["RequestSchedule"]["status"], item["RequestSchedule"]["description"]) == (
            "SCHEDULED",
            "mine",
        )
        assert replay.simulation.agents["wn2"].commands == []
        replay.simulation.agents["wn1"].release()
        wait_for(lambda: shown(replay)["status"] == "COMPLETED")
        assert replay.simulation.agents["wn2"].commands == ["restart KAFKA_BROKER"]


@pytest.mark.parametrize(
    ("tolerance", "status", "last"), [(0, "SCHEDULED", []), (1, "COMPLETED", ["restart"])]
)
def test_it_goes_no_further_when_more_fail_than_may(tolerance: int, status: str, last: list[str]) -> None:
    with replaying("schedules") as replay:
        replay.simulation.agents["wn0"].failures = 1
        schedule(replay, "wn0", "wn2", tolerance=tolerance)
        wait_for(lambda: shown(replay)["batch"]["batch_requests"][0]["request_status"] == "COMPLETED")
        if tolerance:
            wait_for(lambda: shown(replay)["status"] == status)
        assert shown(replay)["status"] == status
        assert [command.split()[0] for command in replay.simulation.agents["wn2"].commands] == last


def test_one_that_ambari_refuses_ends_there() -> None:
    with replaying("schedules") as replay:
        schedule(replay, "nobody.example", "wn2")
        wait_for(lambda: shown(replay)["batch"]["batch_requests"][0]["return_code"] == 500)
        assert replay.simulation.agents["wn2"].commands == []


def test_one_that_does_not_exist_is_not_found() -> None:
    with replaying("schedules") as replay:
        assert replay.get(f"{SCHEDULES}/7").status == 404
