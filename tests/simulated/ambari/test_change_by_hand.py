"""Kafka's configuration as others have edited it: what a run adopts, keeps and refuses."""

import threading

import pytest

from components.ambari.api.errors import ConfigurationConflict
from components.ambari.configuration.kafka_env import BLOCK, with_block
from components.ambari.configuration.listeners import DEFAULT_LISTENERS
from tests.simulated.ambari.bench import BEFORE, Bench, bench
from tests.simulated.ambari.calls import SAVE, once
from tests.simulated.ambari.wireless import Killed
from tests.unit.ambari.test_kafka_env import HAND_PASTED


def by_hand(cluster: Bench) -> None:
    """Configures the cluster as the how-to describes it, with the restarts."""
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
