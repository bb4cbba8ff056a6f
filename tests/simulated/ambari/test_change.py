"""Whole runs against a simulated cluster: what they do, and what they leave alone."""

import threading
from dataclasses import replace

import pytest

from components.ambari.api.errors import ConfigurationConflict, RollStopped, UnexpectedAnswer
from components.ambari.configuration.kafka_env import BLOCK, with_block
from components.ambari.configuration.listeners import DEFAULT_LISTENERS
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from emulator.ambari.simulation import SimulatedAgent
from tests.simulated.ambari.bench import BEFORE, QUICK, Bench, bench
from tests.simulated.ambari.calls import MAINTENANCE, PROGRESS, RESTART, SAVE, once, without_notes
from tests.simulated.ambari.polls import CallsPerPoll, calls_per_poll
from tests.simulated.ambari.wireless import Killed
from tests.unit.ambari.test_kafka_env import HAND_PASTED


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


def by_hand(cluster: Bench) -> None:
    """What the how-to tells a person to do, restart included."""
    cluster.edit("kafka-env", "content", cluster.value("kafka-env", "content") + HAND_PASTED)
    cluster.edit("kafka-broker", "listeners", DEFAULT_LISTENERS)
    for broker in cluster.ambari().brokers():
        cluster.restart_by_hand(broker.host)
    while any(broker.stale for broker in cluster.ambari().brokers()):
        threading.Event().wait(0.01)


def test_a_cluster_configured_by_hand_is_adopted():
    with bench() as cluster:
        by_hand(cluster)
        run = cluster.run()
        survey = run.change.advertise()
        assert run.writes == []
        assert survey.situation.pasted
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}
        assert run.change.listeners_before(survey) == BEFORE


def test_a_pasted_snippet_is_replaced_when_something_has_to_be_saved_anyway():
    with bench() as cluster:
        original = cluster.value("kafka-env", "content")
        by_hand(cluster)
        cluster.edit("kafka-broker", "listeners", BEFORE)
        cluster.run().change.advertise()
        assert cluster.value("kafka-env", "content") == with_block(original)
        assert cluster.problems() == []


def test_a_snippet_pasted_below_the_block_does_until_something_has_to_be_saved_anyway():
    with bench() as cluster:
        cluster.run().change.advertise()
        content = cluster.value("kafka-env", "content")
        cluster.edit("kafka-env", "content", content + HAND_PASTED)
        situation = cluster.run().change.survey().situation
        assert (situation.pasted, situation.desired) == (True, True)
        cluster.edit("kafka-broker", "listeners", BEFORE)
        assert not cluster.run().change.survey().situation.advertised
        cluster.run().change.advertise()
        assert cluster.value("kafka-env", "content") == content


def test_lines_of_others_below_the_block_stay_where_they_are_until_something_has_to_be_saved_anyway():
    with bench() as cluster:
        original = cluster.value("kafka-env", "content")
        cluster.run().change.advertise()
        below = with_block(original) + "export B=2\n"
        cluster.edit("kafka-env", "content", below)
        run = cluster.run()
        run.change.advertise()
        assert SAVE not in run.writes
        assert cluster.value("kafka-env", "content") == below

        cluster.edit("kafka-broker", "listeners", BEFORE)
        cluster.run().change.advertise()
        moved = cluster.value("kafka-env", "content")
        assert moved == with_block(below)
        assert moved.endswith(f"export B=2\n\n{BLOCK}\n")


def test_a_kafka_env_that_ends_its_shell_is_refused_before_anything_is_written():
    with bench() as cluster:
        cluster.edit("kafka-env", "content", "export A=1\nexit 0\n")
        run = cluster.run()
        with pytest.raises(ConfigurationConflict, match=r"kafka-env .* ends the shell at line 2, 'exit 0'"):
            run.change.advertise()
        assert run.writes == []


@pytest.mark.parametrize(
    "mended", ["export A=1\n", "export A=1\n(exit 0)\n", "export A=1\nleave() {\n  return 0\n}\nleave\n"]
)
def test_a_kafka_env_whose_ending_line_was_removed_or_wrapped_is_changed(mended: str):
    with bench() as cluster:
        cluster.edit("kafka-env", "content", mended)
        cluster.run().change.advertise()
        assert cluster.value("kafka-env", "content") == with_block(mended)


def test_a_line_that_ends_the_shell_below_the_block_stops_no_run():
    with bench() as cluster:
        cluster.run().change.advertise()
        below = cluster.value("kafka-env", "content") + "exit 0\n"
        cluster.edit("kafka-env", "content", below)
        cluster.edit("kafka-broker", "listeners", BEFORE)
        cluster.run().change.advertise()
        assert cluster.value("kafka-env", "content") == below
        assert cluster.value("kafka-broker", "listeners") == DEFAULT_LISTENERS


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


def test_an_edit_between_reading_and_saving_is_merged_back():
    with bench() as cluster:
        run = cluster.run(
            between=once(SAVE, lambda: cluster.edit("kafka-broker", "log.retention.hours", "24"))
        )
        run.change.advertise()
        assert cluster.value("kafka-broker", "log.retention.hours") == "24"
        assert run.writes.count(SAVE) == 2
        assert cluster.problems() == []


def test_an_edit_of_the_same_text_is_merged_back_too():
    with bench() as cluster:
        run = cluster.run(
            between=once(SAVE, lambda: cluster.edit("kafka-env", "content", "export EDITED=1\n"))
        )
        run.change.advertise()
        assert cluster.value("kafka-env", "content") == with_block("export EDITED=1\n")
        assert cluster.problems() == []


def test_a_run_killed_before_it_could_merge_is_merged_by_the_next():
    with bench() as cluster:
        with bench() as other:
            run = other.run()
            run.change.advertise()
            save = run.calls.index(SAVE) + 1
        edit = once(SAVE, lambda: cluster.edit("kafka-broker", "log.retention.hours", "24"))
        with pytest.raises(Killed):
            cluster.run(trouble="killed-after", at=save, between=edit).change.advertise()
        assert (
            "log.retention.hours" not in cluster.ambari().current().version.types["kafka-broker"].properties
        )
        cluster.run().change.advertise()
        assert cluster.value("kafka-broker", "log.retention.hours") == "24"
        assert cluster.problems() == []


def test_a_config_group_that_hides_the_change_is_refused():
    with bench() as cluster:
        host = cluster.simulation.agents["wn2"].host_name
        group = {
            "cluster_name": "mykafka",
            "group_name": "special",
            "tag": "KAFKA",
            "description": "",
            "hosts": [{"host_name": host}],
            "desired_configs": [{"type": "kafka-broker", "tag": "special", "properties": {"listeners": "x"}}],
        }
        cluster.write("POST", "/config_groups", [{"ConfigGroup": group}])
        run = cluster.run()
        with pytest.raises(ConfigurationConflict, match=r"special overrides kafka-broker/listeners for wn2"):
            run.change.advertise()
        assert run.writes == []


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
