"""Whole runs against a simulated cluster: what they do, and what they leave alone."""

import threading
from dataclasses import replace

import pytest

from components.ambari.api.errors import RollStopped, UnexpectedAnswer
from components.ambari.configuration.kafka_env import BLOCK
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from emulator.ambari.simulation import SimulatedAgent
from tests.simulated.ambari.bench import BEFORE, QUICK, bench
from tests.simulated.ambari.calls import MAINTENANCE, PROGRESS, RESTART, SAVE, without_notes
from tests.simulated.ambari.polls import CallsPerPoll, calls_per_poll
from tests.simulated.ambari.wireless import Killed


def test_a_fresh_cluster_is_saved_once_and_rolled():
    with bench() as cluster:
        before = cluster.ambari().current().version
        run = cluster.run()
        survey = run.change.advertise()
        assert without_notes(run.writes) == [SAVE, RESTART, RESTART, RESTART]
        assert cluster.problems() == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}
        after = survey.version
        assert after.number == before.number + 1
        assert "advertises IP addresses" in after.note
        for name, configuration in before.types.items():
            changed = {
                key
                for key, value in after.types[name].properties.items()
                if value != configuration.properties.get(key)
            }
            expected = {"kafka-broker": {"listeners"}, "kafka-env": {"content"}}.get(name, set())
            assert changed == expected
            assert set(after.types[name].properties) == set(configuration.properties)


def test_progress_names_each_broker_out_of_how_many():
    with bench() as cluster:
        run = cluster.run()
        run.change.advertise()
        lines = run.output.getvalue().splitlines()
        for number in (1, 2, 3):
            name = f"broker {number} of 3, wn{number - 1}-mykafk (10.0.0.1{number})"
            assert f"{name}: restarting" in lines
            assert f"{name}: runs with the new configuration" in lines


def test_only_one_broker_is_away_at_any_time():
    with bench(seconds=0.05) as cluster:
        busy: list[int] = []

        def look(_: str) -> None:
            requests = cluster.simulation.cluster.execution.requests()
            busy.append(sum(not task.finished for request in requests for task in request.tasks))

        cluster.run(between=look).change.advertise()
        assert max(busy) == 1


def test_in_place_means_no_write_and_no_restart():
    with bench() as cluster:
        cluster.run().change.advertise()
        again = cluster.run()
        again.change.advertise()
        assert again.writes == []
        assert len(again.calls) == 5
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}


def test_take_back_restores_what_was():
    with bench() as cluster:
        original = cluster.value("kafka-env", "content")
        cluster.run().change.advertise()
        cluster.run().change.take_back(BEFORE)
        assert cluster.value("kafka-env", "content") == original
        assert cluster.value("kafka-broker", "listeners") == BEFORE
        assert cluster.restarts() == {"wn0": 2, "wn1": 2, "wn2": 2}
        assert not any(broker.stale for broker in cluster.ambari().brokers())


def test_take_back_leaves_somebody_elses_listeners():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.edit("kafka-broker", "listeners", "PLAINTEXT://10.0.0.1:9092")
        cluster.run().change.take_back(BEFORE)
        assert cluster.value("kafka-broker", "listeners") == "PLAINTEXT://10.0.0.1:9092"
        assert BLOCK not in cluster.value("kafka-env", "content")


def test_only_stale_brokers_are_restarted():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
        for number in (0, 2):
            cluster.restart_by_hand(cluster.simulation.agents[f"wn{number}"].host_name)
        while sum(broker.stale for broker in cluster.ambari().brokers()) > 1:
            threading.Event().wait(0.01)
        run = cluster.run()
        run.change.advertise()
        assert cluster.restarts() == {"wn0": 2, "wn1": 2, "wn2": 2}
        assert run.writes.count(RESTART) == 1
        assert SAVE not in run.writes


def test_maintenance_mode_that_was_on_stays_on():
    with bench() as cluster:
        cluster.ambari().set_maintenance("ON")
        run = cluster.run()
        run.change.advertise()
        assert MAINTENANCE not in run.writes
        assert cluster.ambari().maintenance() == "ON"


@pytest.mark.parametrize("question", ["requests", "host_components"])
@pytest.mark.parametrize("ordinal", [1, 2, 3, 4])
def test_a_restart_that_ends_between_two_questions_is_not_made_again(question: str, ordinal: int):
    with bench() as cluster:
        agent = cluster.simulation.agents["wn1"]
        agent.hold()
        with pytest.raises(Killed):
            cluster.run(between=dies_while_restarting(agent)).change.advertise()
        asked = 0

        def release(call: str) -> None:
            nonlocal asked
            asked += call == f"GET /clusters/{{cluster}}/{question}"
            if asked == ordinal:
                agent.release()
                cluster.let_restarts_end(PROGRESS)

        cluster.run(between=release).change.advertise()
        assert cluster.problems() == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}


def dies_while_restarting(agent: SimulatedAgent):
    def between(call: str) -> None:
        if call == PROGRESS and agent.commands:
            raise Killed

    return between


def test_when_ambari_restarts_it_forgets_how_the_restart_of_a_broker_ended():
    with bench() as cluster:
        agent = cluster.simulation.agents["wn1"]
        agent.hold()
        left = [cluster.simulation.cluster.restart]

        def restart_ambari(call: str) -> None:
            if call == PROGRESS and agent.commands and left:
                left.pop()()
                agent.release()

        with pytest.raises(RollStopped, match=r"Restarting Kafka on wn1-mykafk.* is ABORTED"):
            cluster.run(between=restart_ambari).change.advertise()
        assert cluster.ambari().maintenance() == "OFF"
        cluster.run().change.advertise()
        assert cluster.problems() == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 2, "wn2": 1}


def test_all_at_once_is_one_request_however_many_brokers_there_are():
    with bench(40) as cluster:
        run = cluster.run(replace(QUICK, unit="all"))
        run.change.advertise()
        assert run.writes.count(RESTART) == 1
        assert cluster.problems() == []


def test_a_host_in_maintenance_mode_is_restarted_like_the_others():
    with bench() as cluster:
        host = cluster.simulation.agents["wn1"].host_name
        cluster.write("PUT", f"/hosts/{host}", {"Hosts": {"maintenance_state": "ON"}})
        cluster.run().change.advertise()
        assert cluster.problems() == []


def test_an_unfinished_request_is_seen_behind_many_newer_ones():
    with bench() as cluster:
        cluster.simulation.agents["wn1"].hold()
        cluster.restart_by_hand(cluster.simulation.agents["wn1"].host_name)
        for _ in range(25):
            cluster.restart_by_hand(cluster.simulation.agents["wn0"].host_name)
        unfinished = [request.id for request in cluster.ambari().broker_requests() if not request.ended]
        assert 1 in unfinished
        cluster.simulation.agents["wn1"].release()


def test_racks_are_restarted_one_after_the_other():
    with bench(4) as cluster:
        for number, agent in enumerate(cluster.simulation.brokers):
            cluster.write("PUT", f"/hosts/{agent.host_name}", {"Hosts": {"rack_info": f"/ud{number % 2}"}})
        run = cluster.run(replace(QUICK, unit="rack"))
        run.change.advertise()
        assert run.writes.count(RESTART) == 2
        assert "brokers 1 to 2 of 4, wn0-mykafk (10.0.0.11), wn2-mykafk (10.0.0.13)" in run.output.getvalue()
        assert cluster.problems() == []


def test_without_racks_brokers_are_restarted_one_by_one():
    with bench() as cluster:
        run = cluster.run(replace(QUICK, unit="rack"))
        run.change.advertise()
        assert run.writes.count(RESTART) == 3
        assert "Ambari knows no racks" in run.output.getvalue()


def test_when_nobody_knows_a_warning_says_so_once():
    with bench() as cluster:
        run = cluster.run()
        run.change.advertise()
        assert run.output.getvalue().count("warning: no gate knows whether Kafka is healthy") == 1


def test_a_cluster_without_brokers_is_told():
    with bench(0) as cluster:
        run = cluster.run()
        with pytest.raises(UnexpectedAnswer, match="knows no Kafka broker"):
            run.change.advertise()
        assert run.writes == []


def test_a_worker_that_is_still_joining_is_waited_for_and_nobody_is_restarted():
    with bench() as cluster:
        cluster.run().change.advertise()
        looks: list[str] = []

        def joining(call: str) -> None:
            looks.append(call)
            if looks.count(call) == 3 and "wn3" not in cluster.simulation.agents:
                cluster.simulation.add_worker("wn3")

        run = cluster.run(between=joining)
        run.change.await_brokers(4)
        survey = run.change.advertise()
        assert [broker.short_name for broker in survey.brokers] == [f"wn{n}-mykafk" for n in range(4)]
        assert run.writes == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1, "wn3": 0}
        assert "knows 3 of 4 brokers" in run.output.getvalue()


def test_a_worker_that_never_joins_is_given_up():
    with bench() as cluster:
        run = cluster.run(RollOptions(pace=Pace(poll=1, health=5)))
        with pytest.raises(RollStopped, match="knows 3 of 4 brokers"):
            run.change.await_brokers(4)
        assert run.writes == []
        run.change.await_brokers(0)


@pytest.mark.parametrize("brokers", [3, 30, 300])
def test_how_much_is_asked_does_not_grow_with_the_cluster(brokers: int):
    assert calls_per_poll(brokers) == CallsPerPoll(restarting=1, watching=5)
    by_kafka = calls_per_poll(brokers, by_kafka=True)
    assert by_kafka == CallsPerPoll(restarting=1, watching=4, of_kubernetes=4)
    with bench(brokers) as cluster:
        looks = cluster.run()
        looks.change.survey()
        assert len(looks.calls) == 5
