"""Brokers that somebody has stopped and wants to stay so: left alone, named, and nobody's drift."""

from dataclasses import replace

import pytest

from components.ambari.configuration.listeners import DEFAULT_LISTENERS
from components.ambari.rolling_restart.roll import RollOptions
from components.ambari.state import outputs
from tests.simulated.ambari.bench import BEFORE, QUICK, bench
from tests.simulated.ambari.calls import PROGRESS, RESTART, once

WARNING = (
    "warning: wn1-mykafk (10.0.0.12) is INSTALLED, as somebody wants it to be (stopped on purpose, or not "
    "started yet): it is left alone, and gets the settings when it is started"
)


@pytest.mark.parametrize("options", [QUICK, replace(QUICK, unit="all")], ids=["rolling", "all at once"])
def test_it_is_neither_started_nor_waited_for_and_a_warning_names_it(options: RollOptions):
    with bench() as cluster:
        cluster.simulation.change_state("wn1", "STOP")
        run = cluster.run(options)
        survey = run.change.advertise()
        assert cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 1}
        assert run.output.getvalue().count(WARNING) == 1
        assert "waiting: wn1" not in run.output.getvalue()
        assert "KAFKA_BROKER" not in cluster.simulation.agents["wn1"].alive
        assert survey.stale == []


def test_it_is_no_drift_and_nothing_is_written_for_it():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.simulation.change_state("wn1", "STOP")
        run = cluster.run()
        survey = run.change.advertise()
        assert run.writes == []
        assert WARNING in run.output.getvalue()
        assert outputs({}, survey, BEFORE)["staleBrokers"] == []


def test_it_gets_the_settings_when_it_is_started():
    with bench() as cluster:
        cluster.simulation.change_state("wn1", "STOP")
        cluster.run().change.advertise()
        cluster.simulation.change_state("wn1", "START")
        rendered = cluster.simulation.agents["wn1"].rendered["KAFKA_BROKER"]
        assert rendered["kafka-broker"]["listeners"] == DEFAULT_LISTENERS
        run = cluster.run()
        run.change.advertise()
        assert run.writes == []
        assert "warning" not in run.output.getvalue()


def test_one_that_is_stopped_during_the_roll_is_left_from_then_on():
    with bench() as cluster:
        stop = once(RESTART, lambda: cluster.simulation.change_state("wn2", "STOP"), 2)
        run = cluster.run(between=stop)
        run.change.advertise()
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 0}
        assert "warning: wn2-mykafk (10.0.0.13) is INSTALLED" in run.output.getvalue()


def test_one_that_is_stopped_right_after_its_restart_does_not_stop_the_roll():
    with bench() as cluster:
        options = replace(QUICK, pace=replace(QUICK.pace, settle=20, settle_unvouched=20))

        def between(call: str) -> None:
            agent = cluster.simulation.agents["wn0"]
            if agent.commands == ["restart KAFKA_BROKER"] and call != PROGRESS:
                cluster.let_restarts_end(PROGRESS)
                cluster.simulation.change_state("wn0", "STOP")

        run = cluster.run(options, between=between)
        run.change.advertise()
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}
        assert "wn0-mykafk (10.0.0.11) was stopped on purpose meanwhile" in run.output.getvalue()


def test_one_that_died_is_started_all_the_same_and_first():
    with bench() as cluster:
        cluster.simulation.agents["wn2"].kill("KAFKA_BROKER")
        cluster.simulation.cluster.check_status()
        cluster.simulation.change_state("wn1", "STOP")
        run = cluster.run()
        run.change.advertise()
        assert cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 1}
        assert "broker 1 of 2, wn2-mykafk" in run.output.getvalue()
