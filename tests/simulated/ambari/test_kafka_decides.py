"""Whole runs with Kafka's own view: it says who may restart, who is back, and what stops the roll."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from components.ambari.api.errors import RollStopped
from components.ambari.configuration.kafka_env import END
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from tests.simulated.ambari.bench import Bench
from tests.simulated.ambari.calls import PROGRESS, RESTART, SAVE, both, once, without_notes
from tests.simulated.ambari.kafka import kafka_bench
from tests.unit.ambari.clocks import FakeClock

PATIENT = RollOptions(pace=Pace(poll=1, settle=1e6, settle_unvouched=1e6))
"""By this pace a roll that waits for time to pass would never end."""
SHORT = RollOptions(pace=Pace(poll=1, others=60, health=60, settle=1e6, settle_unvouched=1e6, view=600))
REPLICATED = {"orders": [[0, 1], [1, 2], [2, 0]]}


def restarted(run_output: str) -> list[str]:
    """Who restarted, in order."""
    return re.findall(r"^broker.*?, (wn.*?): restarting$", run_output, re.MULTILINE)


def order(output: str) -> list[str]:
    return [re.sub(r"-\w+ \([\d.]+\)", "", one) for one in restarted(output)]


def test_with_kafkas_word_no_time_has_to_pass_and_no_metric_is_asked():
    with kafka_bench(topics=REPLICATED) as place:
        run = place.cluster.run(PATIENT)
        run.change.advertise()
        assert place.cluster.problems() == []
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}
        assert not [call for call in run.calls if "components/{component}" in call]
        assert "no gate knows" not in run.output.getvalue()


def test_a_cluster_without_topics_is_through_as_soon_as_its_brokers_are():
    with kafka_bench() as place:
        clock = place.cluster.clock = FakeClock()
        seldom = replace(PATIENT, pace=replace(PATIENT.pace, poll=60, look=1))
        place.cluster.run(seldom, between=place.cluster.let_restarts_end).change.advertise()
        assert place.cluster.problems() == []
        # Looks, not polls. Before the first one and after each: the first round that is seen does not count.
        assert clock.passed == 4 * Pace.stable


def test_the_controller_goes_last_and_is_asked_for_anew_each_time():
    with kafka_bench(4) as place:
        place.kafka.controller = 0
        place.cluster.run(PATIENT).change.advertise()
        place.cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
        # The controller moves to one that has not restarted yet, as in life.
        moved = once(RESTART, lambda: setattr(place.kafka, "controller", 2))
        place.kafka.controller = 0
        run = place.cluster.run(PATIENT, between=moved)
        run.change.advertise()
        assert order(run.output.getvalue())[-1] == "wn2"
        assert place.cluster.problems() == []


def test_the_first_up_says_what_it_means_before_it_saves_anything():
    with kafka_bench(topics={**REPLICATED, "alone": [[1]]}) as place:
        place.kafka.controller = 1
        said: list[str] = []
        run = place.cluster.run(PATIENT, between=once(SAVE, lambda: said.append(run.output.getvalue())))
        run.change.advertise()
        assert "Clients will notice: alone, partition 0: neither read nor written" in said[0]
        assert re.findall(r"in this order: (\d+)", said[0]) == ["1001", "1003", "1002"]
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}


def test_a_partition_at_its_minimum_is_waited_for_by_name_and_the_roll_goes_on_when_it_is_back():
    with kafka_bench(topics={"orders": [[0, 1]]}) as place:
        place.kafka.minimums = {"orders": 2}
        place.cluster.simulation.change_state("wn1", "STOP")
        waited = "waiting: Kafka says that without broker 1001 orders-0 would have 0 of its 2"

        class Waiting(FakeClock):
            def sleep(self, seconds: float) -> None:
                if waited in run.output.getvalue() and not started:
                    started.append(place.cluster.restarts())
                    place.cluster.simulation.change_state("wn1", "START")
                super().sleep(seconds)

        started: list[dict[str, int]] = []
        place.cluster.clock = Waiting()
        run = place.cluster.run(PATIENT, between=place.cluster.let_restarts_end)
        run.change.advertise()
        # Whoever is not needed has gone meanwhile, and the one that was stopped has been left alone.
        assert started == [{"wn0": 0, "wn1": 0, "wn2": 1}]
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 1}
        assert place.cluster.problems() == []


def test_what_kafka_never_allows_ends_with_the_partition_named():
    with kafka_bench(2, topics={"orders": [[0, 1]]}) as place:
        place.cluster.simulation.change_state("wn1", "STOP")
        place.cluster.clock = FakeClock()
        run = place.cluster.run(SHORT, between=place.cluster.let_restarts_end)
        with pytest.raises(RollStopped, match=r"gave up after 60 s: Kafka says that without broker 1001 ord"):
            run.change.advertise()
        assert place.cluster.restarts() == {"wn0": 0, "wn1": 0}


def test_a_canary_that_comes_back_with_its_name_stops_the_roll_with_the_others_untouched():
    with kafka_bench(topics=REPLICATED) as place:
        place.kafka.advertising = {0: "wn0-mykafk.internal"}
        with pytest.raises(RollStopped) as stopped:
            place.cluster.run(PATIENT).change.advertise()
        message = str(stopped.value)
        assert "wn0-mykafk (10.0.0.11), the first broker to restart, came back and advertises" in message
        assert "wn0-mykafk.internal:9092 for PLAINTEXT instead of 10.0.0.11:9092, so says Kafka" in message
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 0}
        assert place.cluster.ambari().artifacts() == {}
        place.kafka.advertising = {}
        place.cluster.run(PATIENT).change.advertise()
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}
        assert place.cluster.problems() == []


def test_the_next_run_begins_with_the_broker_that_came_back_wrong():
    with kafka_bench(topics=REPLICATED) as place:
        place.kafka.advertising = {1: "wn1-mykafk.internal"}
        place.kafka.controller = 0
        with pytest.raises(RollStopped, match="`pulumi up` begins with these brokers"):
            place.cluster.run(PATIENT).change.advertise()
        mended = once(RESTART, lambda: place.kafka.advertising.clear())
        run = place.cluster.run(PATIENT, between=mended)
        run.change.advertise()
        assert order(run.output.getvalue()) == ["wn1", "wn2", "wn0"]
        assert place.cluster.problems() == []


def test_a_broker_that_does_not_get_in_sync_again_stops_the_roll():
    with kafka_bench(topics={"orders": [[0, 1, 2]]}) as place:
        place.cluster.clock = FakeClock()
        behind = once(RESTART, lambda: place.kafka.behind.add(0))
        run = place.cluster.run(SHORT, between=both(behind, place.cluster.let_restarts_end))
        with pytest.raises(RollStopped, match=r"broker 1001 is not in sync in orders-0"):
            run.change.advertise()
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 0}


def test_a_broker_that_runs_and_does_not_answer_goes_first():
    with kafka_bench(topics={"orders": [[0, 1, 2]]}) as place:
        place.kafka.mute = {2}
        answers = once(RESTART, lambda: place.kafka.mute.clear())
        run = place.cluster.run(PATIENT, between=answers)
        run.change.advertise()
        assert order(run.output.getvalue()) == ["wn2", "wn0", "wn1"]
        assert "wn2-mykafk (10.0.0.13) runs, and does not answer Kafka's requests" in run.output.getvalue()


def test_one_answer_that_does_not_come_makes_no_broker_unready():
    with kafka_bench(topics={"orders": [[0, 1, 2]]}) as place:
        place.kafka.minimums = {"orders": 2}
        place.kafka.controller = 2

        class Answering(FakeClock):
            def sleep(self, seconds: float) -> None:
                place.kafka.mute = set()
                super().sleep(seconds)

        def slow(_: str) -> None:
            # Just when the next one is chosen.
            if run.output.getvalue().endswith("runs with the new configuration\n"):
                place.kafka.mute = {2}

        place.cluster.clock = Answering()
        run = place.cluster.run(PATIENT, between=both(slow, place.cluster.let_restarts_end))
        run.change.advertise()
        assert order(run.output.getvalue()) == ["wn0", "wn1", "wn2"]


def test_one_that_advertises_something_else_restarts_whatever_ambari_says():
    with kafka_bench(topics=REPLICATED) as place:
        place.cluster.run(PATIENT).change.advertise()
        place.kafka.advertising = {1: "wn1-mykafk.internal"}
        survey = place.cluster.run().change.survey()
        assert [(one.broker.short_name, one.listener, one.wanted, one.said) for one in survey.otherwise] == [
            ("wn1-mykafk", "PLAINTEXT", "10.0.0.12:9092", "wn1-mykafk.internal:9092")
        ]
        assert [broker.short_name for broker in survey.to_restart] == ["wn1-mykafk"]
        repaired = once(RESTART, lambda: place.kafka.advertising.clear())
        run = place.cluster.run(PATIENT, between=repaired)
        run.change.advertise()
        assert without_notes(run.writes) == [RESTART]
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 2, "wn2": 1}


def test_a_line_below_our_block_that_advertises_names_loses_the_last_word():
    line = 'sed -i "s/10[.0-9]*/$(hostname -f)/" /usr/hdp/current/kafka-broker/config/server.properties'
    with kafka_bench(topics=REPLICATED) as place:
        place.cluster.run(PATIENT).change.advertise()
        place.cluster.edit("kafka-env", "content", place.cluster.value("kafka-env", "content") + line + "\n")
        # Until a broker shows what comes of it, nobody knows.
        assert place.cluster.run().change.survey().situation.desired
        place.cluster.restart_by_hand(place.cluster.simulation.agents["wn1"].host_name)
        place.cluster.let_restarts_end(PROGRESS)
        survey = place.cluster.run().change.survey()
        assert not survey.situation.desired
        assert [one.where for one in survey.otherwise] == ["wn1-mykafk PLAINTEXT"]
        run = place.cluster.run(PATIENT)
        run.change.advertise()
        assert without_notes(run.writes) == [SAVE, RESTART, RESTART, RESTART]
        content = place.cluster.value("kafka-env", "content")
        assert line in content
        assert content.rstrip().endswith(END)
        assert place.cluster.run().change.survey().otherwise == []


def rounds_of(output: str) -> list[int]:
    """How many brokers each restart had."""
    return [len(one.split("), ")) for one in restarted(output)]


def test_batches_are_of_brokers_that_share_no_partition_and_begin_with_one_alone():
    apart = {f"t{one}": [[one, one + 1]] for one in range(0, 8, 2)}
    with kafka_bench(8, topics=apart) as place:
        place.kafka.minimums = dict.fromkeys(apart, 1)
        run = place.cluster.run(replace(PATIENT, batch=4))
        run.change.advertise()
        sizes = rounds_of(run.output.getvalue())
        assert sizes[0] == 1
        assert max(sizes) == 4
        assert len(sizes) <= 3
        assert place.cluster.problems() == []


def racks(cluster: Bench, of: Callable[[int], str]) -> None:
    for number, agent in enumerate(cluster.simulation.brokers):
        cluster.write("PUT", f"/hosts/{agent.host_name}", {"Hosts": {"rack_info": of(number)}})


def test_a_rack_is_split_where_its_brokers_share_a_partition_that_needs_them():
    with kafka_bench(4, topics={"orders": [[0, 2]]}) as place:
        racks(place.cluster, lambda number: f"/ud{number % 2}")
        place.kafka.controller = 1
        run = place.cluster.run(replace(PATIENT, unit="rack"))
        run.change.advertise()
        assert order(run.output.getvalue())[:2] in (["wn0", "wn2"], ["wn2", "wn0"])
        assert place.cluster.problems() == []


def test_all_at_once_reports_and_goes():
    with kafka_bench(topics={"alone": [[0]], "orders": [[0, 1]]}) as place:
        place.kafka.minimums = {"orders": 2}
        place.kafka.behind = {1}
        back = once(RESTART, lambda: place.kafka.behind.clear())
        run = place.cluster.run(replace(PATIENT, unit="all"), between=back)
        run.change.advertise()
        assert run.writes.count(RESTART) == 1
        assert "Clients will notice: alone, partition 0" in run.output.getvalue()
        assert "Under-replicated now: orders, partition 0: not in sync on 1002" in run.output.getvalue()


def test_brokers_of_silent_agents_that_answer_kafka_go_one_by_one():
    with kafka_bench(topics={"orders": [[0, 1, 2]]}) as place:
        place.kafka.minimums = {"orders": 2}
        simulated = place.cluster.simulation
        hosts = [simulated.agents[name].host_name for name in ("wn1", "wn2")]

        def heard(lost: bool) -> None:
            for host in hosts:
                simulated.cluster.set_heartbeat(host, lost=lost)

        heard(lost=True)
        run = place.cluster.run(replace(PATIENT, batch=2), between=once(RESTART, lambda: heard(lost=False)))
        run.change.advertise()
        assert rounds_of(run.output.getvalue()) == [1, 1, 1]
        assert place.cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}


def test_a_broker_of_a_silent_agent_that_a_partition_needs_is_left_alone():
    with kafka_bench(topics={"orders": [[0, 1, 2]]}) as place:
        place.cluster.clock = FakeClock()
        place.kafka.minimums = {"orders": 2}
        place.kafka.behind = {1}
        simulated = place.cluster.simulation
        simulated.cluster.set_heartbeat(simulated.agents["wn2"].host_name, lost=True)
        run = place.cluster.run(SHORT)
        with pytest.raises(RollStopped, match=r"would have 1 of its 3 replicas in sync and needs 2"):
            run.change.advertise()
        assert RESTART not in run.writes


def test_brokers_that_do_not_answer_the_view_go_one_by_one_until_one_does_not_come_back():
    with kafka_bench(4, topics={"orders": [[1, 2, 3]]}) as place:
        place.cluster.clock = FakeClock()
        place.kafka.minimums = {"orders": 2}
        # In sync for Kafka; it is the pod's way to them that is closed.
        place.kafka.mute = {1, 2, 3}
        run = place.cluster.run(replace(SHORT, batch=4), between=place.cluster.let_restarts_end)
        with pytest.raises(RollStopped, match=r"broker 1002 does not answer Kafka's requests"):
            run.change.advertise()
        assert place.cluster.restarts() == {"wn0": 0, "wn1": 1, "wn2": 0, "wn3": 0}


def test_where_ambari_knows_no_racks_a_unit_of_racks_is_one_broker_at_a_time():
    with kafka_bench(4, topics={"orders": [[0, 1]]}) as place:
        run = place.cluster.run(replace(PATIENT, unit="rack"))
        foretold = run.change.survey().outlook
        assert foretold is not None
        assert [len(one.split("), ")) for one in foretold.order] == [1, 1, 1, 1]
        run.change.advertise()
        assert (
            "Ambari knows no racks: restarting brokers as if restartUnit were broker" in run.output.getvalue()
        )
        assert rounds_of(run.output.getvalue()) == [1, 1, 1, 1]
