"""Runs that stop: where, what they say of it, and what the next run does."""

import re
import threading
from dataclasses import replace

import pytest

from components.ambari.api.errors import RollStopped
from components.ambari.configuration.kafka_env import with_block
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from tests.simulated.ambari.bench import QUICK, bench
from tests.simulated.ambari.calls import LOOK, PROGRESS, RESTART, once


def test_a_failed_restart_stops_the_roll_and_says_where():
    with bench() as cluster:
        cluster.simulation.agents["wn1"].failures = 1
        with pytest.raises(RollStopped) as stopped:
            cluster.run().change.advertise()
        message = str(stopped.value)
        assert "wn1-mykafk.simulated" in message
        assert "request 2, task 2" in message
        assert "returned 1" in message
        assert "next `pulumi up` goes on" in message
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 0}
        assert cluster.ambari().maintenance() == "OFF"
        assert cluster.ambari().artifacts() == {}
        # The broker that is down comes first.
        second = cluster.run()
        second.change.advertise()
        assert "broker 1 of 2, wn1-mykafk" in second.output.getvalue()
        assert cluster.problems() == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 2, "wn2": 1}


def test_a_broker_that_starts_and_dies_again_stops_the_roll():
    with bench() as cluster:
        died = threading.Event()

        def die_after_restart(_: str) -> None:
            agent = cluster.simulation.agents["wn0"]
            if "restart KAFKA_BROKER" in agent.commands and not died.is_set():
                died.set()
                agent.kill("KAFKA_BROKER")

        options = replace(QUICK, pace=replace(QUICK.pace, settle=20, settle_unvouched=20, down=20))
        with pytest.raises(RollStopped) as stopped:
            cluster.run(options, between=die_after_restart).change.advertise()
        message = str(stopped.value)
        assert (
            "wn0-mykafk (10.0.0.11) is INSTALLED although its restart completed (request 1, task 1" in message
        )
        assert "beginning with wn0-mykafk" in message
        assert "It wrote nothing to stderr." in message
        assert "None" not in message
        assert cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 0}
        assert cluster.ambari().maintenance() == "OFF"
        assert [broker.host[:3] for broker in cluster.run().change.survey().stale] == ["wn0", "wn1", "wn2"]
        cluster.run().change.advertise()
        assert cluster.restarts() == {"wn0": 2, "wn1": 1, "wn2": 1}
        assert cluster.problems() == []


def test_two_brokers_that_are_down_are_both_started_before_any_other_restarts():
    with bench() as cluster:
        for name in ("wn1", "wn2"):
            cluster.simulation.agents[name].kill("KAFKA_BROKER")
        while sum(broker.died for broker in cluster.ambari().brokers()) < 2:
            threading.Event().wait(0.01)
        run = cluster.run()
        run.change.advertise()
        lines = [line for line in run.output.getvalue().splitlines() if line.endswith(": restarting")]
        assert [line.split(", ")[1][:3] for line in lines] == ["wn1", "wn2", "wn0"]
        assert cluster.problems() == []


def test_a_broker_that_is_not_running_for_a_moment_is_left_alone():
    with bench() as cluster:
        cluster.run().change.advertise()
        agent = cluster.simulation.agents["wn1"]
        agent.kill("KAFKA_BROKER")
        cluster.simulation.cluster.check_status()

        def revive() -> None:
            agent.alive.add("KAFKA_BROKER")
            cluster.simulation.cluster.check_status()

        run = cluster.run(between=once(LOOK, revive, 5))
        run.change.advertise()
        assert "wn1-mykafk (10.0.0.12) is INSTALLED" in run.output.getvalue()
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}
        assert cluster.problems() == []


def test_a_restart_that_ambari_refuses_is_told_with_the_brokers_name():
    with bench() as cluster:

        def refuse_the_second(call: str) -> None:
            if call == RESTART and run.calls.count(RESTART) == 2:
                run.wireless.at = len(run.calls)

        run = cluster.run(trouble="500", between=refuse_the_second)
        with pytest.raises(RollStopped, match=r"broker 2 of 3, wn1-mykafk .* HTTP 500") as stopped:
            run.change.advertise()
        assert "next `pulumi up` goes on" in str(stopped.value)
        assert cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 0}


def test_an_edit_that_undoes_ours_in_the_middle_of_the_roll_stops_it():
    with bench() as cluster:
        undo = once(PROGRESS, lambda: cluster.edit("kafka-env", "content", "export EDITED=1\n"))
        with pytest.raises(RollStopped, match=r"changed Kafka's configuration meanwhile \(version 4"):
            cluster.run(between=undo).change.advertise()
        # With listeners on 0.0.0.0 and no block a broker does not start.
        assert cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 0}
        assert cluster.ambari().maintenance() == "OFF"
        cluster.run().change.advertise()
        assert cluster.value("kafka-env", "content") == with_block("export EDITED=1\n")
        assert cluster.problems() == []


def test_a_broker_that_is_down_for_another_reason_stops_the_roll_before_it_begins():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
        cluster.simulation.cluster.set_heartbeat(cluster.simulation.agents["wn2"].host_name, lost=True)
        options = replace(QUICK, pace=replace(QUICK.pace, health=10, others=10))
        with pytest.raises(RollStopped, match=r"(?s)wn2-mykafk"):
            cluster.run(options).change.advertise()
        assert cluster.restarts()["wn0"] == cluster.restarts()["wn1"] == 1


def test_strict_stops_before_the_first_restart_when_nobody_knows():
    with bench() as cluster:
        with pytest.raises(RollStopped, match=r"no gate knows .* strict is set"):
            cluster.run(RollOptions(strict=True, pace=Pace(poll=1, strict=5))).change.advertise()
        assert cluster.restarts() == {"wn0": 0, "wn1": 0, "wn2": 0}
        assert cluster.ambari().maintenance() == "OFF"


def test_that_ambari_was_away_is_told_and_named_where_it_aborted_a_restart():
    with bench() as cluster:
        agent = cluster.simulation.agents["wn1"]
        agent.hold()

        def between(call: str) -> None:
            if call == PROGRESS and agent.commands and run.wireless.trouble is None:
                run.wireless.trouble, run.wireless.at = "restart", len(run.calls)
                agent.release()

        run = cluster.run(between=between)
        with pytest.raises(RollStopped, match=r"(?s)is ABORTED.*Ambari was away for \d+ s meanwhile"):
            run.change.advertise()
        said = run.output.getvalue()
        assert "Ambari: waiting: Ambari at https://ambari.test can't be reached (Connection refused)" in said
        assert re.search(r"^Ambari answers again, after \d+ s$", said, re.MULTILINE)
        cluster.run().change.advertise()
        assert cluster.problems() == []


def test_brokers_that_have_to_restart_once_more_are_counted_once():
    with bench() as cluster:
        edit = once(RESTART, lambda: cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG\n"), 2)
        run = cluster.run(between=edit)
        run.change.advertise()
        begun = [line for line in run.output.getvalue().splitlines() if line.endswith(": restarting")]
        assert [line.removesuffix(": restarting") for line in begun] == [
            "broker 1 of 3, wn0-mykafk (10.0.0.11)",
            "broker 2 of 3, wn1-mykafk (10.0.0.12)",
            "broker 2 of 3, wn0-mykafk (10.0.0.11), again",
            "broker 3 of 3, wn2-mykafk (10.0.0.13)",
        ]
        assert cluster.problems() == []
