"""The whole exchange of making Kafka advertise other addresses, as recorded from a real Ambari."""

import pytest

from emulator.tests.ambari_replay import HOSTS, Replay, replaying, wait_for

MOVING = ("status", "request_status", "progress_percent")


def test_the_recorded_flow() -> None:
    with replaying("flow") as replay:
        replay.spend_request_ids(14)
        replay.play_all("k0")
        for number, broker in enumerate(replay.simulation.brokers):
            _restart(replay, number)
            assert broker.commands == ["restart KAFKA_BROKER"]
            assert broker.rendered["KAFKA_BROKER"]["kafka-broker"]["listeners"] == "PLAINTEXT://0.0.0.0:9092"
        replay.play("k13-maintenance-off", "k14-hosts")


def _restart(replay: Replay, number: int) -> None:
    broker = replay.simulation.brokers[number]
    broker.hold()
    replay.play(f"k10-{number}-restart-wn{number}")
    wait_for(lambda: bool(broker.commands))
    # The first poll was recorded in the short time in which the task was queued; the shape is the same.
    replay.play(f"k11-{number}-poll-1", ignoring=MOVING)
    replay.play(f"k11-{number}-poll-2")
    broker.release()
    replay.settle()
    replay.play(f"k11-{number}-poll-3", f"k12-{number}-stale-after")


def test_a_restart_without_maintenance_mode() -> None:
    with replaying("requests") as replay:
        replay.spend_request_ids(12)
        for broker in replay.simulation.brokers:
            broker.hold()
        replay.play("d01-restart-all-no-maintenance")
        wait_for(lambda: all(broker.commands for broker in replay.simulation.brokers))
        replay.play("d02-request-just-after", ignoring=MOVING)
        replay.play("d02b-request-in-progress")
        for broker in replay.simulation.brokers:
            broker.release()
        replay.settle()
        replay.play_all("d03")


@pytest.mark.parametrize("short", ["wn0", "wn1", "wn2"])
def test_only_the_broker_that_was_asked_for_is_restarted(short: str) -> None:
    with replaying("flow") as replay:
        number = int(short[-1])
        replay.play(f"k10-{number}-restart-{short}", ignoring=["ids"])
        replay.settle()
        touched = [agent.host_name for agent in replay.simulation.agents.values() if agent.commands]
        assert touched == [HOSTS[short]]
