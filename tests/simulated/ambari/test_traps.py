"""What a real Ambari does that nobody expects, met by whole runs."""

from dataclasses import replace

import pytest

from components.ambari.api.errors import RollStopped
from components.ambari.api.model import Configuration
from components.ambari.configuration.listeners import DEFAULT_LISTENERS
from components.ambari.configuration.note import Note, Writer
from components.ambari.configuration.situation import advertised
from tests.simulated.ambari.bench import BEFORE, bench
from tests.simulated.ambari.calls import SAVE, once


def test_a_save_that_changes_nothing_stores_no_tag_and_is_no_lost_edit():
    def theirs() -> None:
        wanted = advertised(cluster.ambari().current().version.types)
        tagged = {name: Configuration("theirs", item.properties) for name, item in wanted.items()}
        cluster.ambari().save(tagged, "the same by hand")

    with bench() as cluster:
        left = [theirs]
        run = cluster.run(between=lambda call: left.pop()() if call == SAVE and left else None)
        run.change.advertise()
        assert run.writes.count(SAVE) == 1
        assert cluster.ambari().current().version.types["kafka-broker"].tag == "theirs"
        assert cluster.problems() == []


def test_an_edit_that_was_undone_by_hand_needs_a_restart_all_the_same():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.edit("kafka-broker", "listeners", BEFORE)
        cluster.edit("kafka-broker", "listeners", DEFAULT_LISTENERS)
        run = cluster.run()
        run.change.advertise()
        assert SAVE not in run.writes
        assert cluster.restarts() == {"wn0": 2, "wn1": 2, "wn2": 2}


def test_the_attributes_of_a_saved_type_stay():
    with bench() as cluster:
        old = cluster.ambari().current().version.types["kafka-broker"]
        final = replace(old, tag="final", attributes={"final": {"log.dirs": "true"}})
        cluster.ambari().save({"kafka-broker": final}, "by hand")
        cluster.run().change.advertise()
        now = cluster.ambari().current().version.types["kafka-broker"]
        assert now.properties["listeners"] == DEFAULT_LISTENERS
        assert now.attributes == {"final": {"log.dirs": "true"}}


def test_an_attribute_that_somebody_sets_just_before_the_save_stays():
    with bench() as cluster:
        old = cluster.ambari().current().version.types["kafka-broker"]
        final = replace(old, tag="final", attributes={"final": {"log.dirs": "true"}})
        theirs = once(SAVE, lambda: cluster.ambari().save({"kafka-broker": final}, "by hand"))
        cluster.run(between=theirs).change.advertise()
        now = cluster.ambari().current().version.types["kafka-broker"]
        assert now.attributes == {"final": {"log.dirs": "true"}}
        assert cluster.problems() == []


def test_a_restart_that_times_out_stops_the_roll():
    with bench(task_limit=0.05) as cluster:
        cluster.simulation.agents["wn0"].hold()
        with pytest.raises(RollStopped, match=r"wn0-mykafk.* is TIMEDOUT \(request 1, task 1 in Ambari\)"):
            cluster.run().change.advertise()
        assert cluster.ambari().maintenance() == "OFF"


def test_a_host_without_heartbeat_is_named_with_its_state():
    with bench() as cluster:
        cluster.simulation.cluster.set_heartbeat(cluster.simulation.agents["wn1"].host_name, lost=True)
        with pytest.raises(RollStopped) as stopped:
            cluster.run().change.advertise()
        assert "wn1-mykafk" in str(stopped.value)
        assert "is ABORTED (request 1, task 1 in Ambari); wn1-mykafk (10.0.0.12) is UNKNOWN" in str(
            stopped.value
        )
        assert "its host HEARTBEAT_LOST" in str(stopped.value)
        assert cluster.restarts() == {"wn0": 0, "wn1": 0, "wn2": 0}


def test_a_request_names_at_most_so_many_hosts_as_ambari_takes():
    with bench(40) as cluster:
        run = cluster.run()
        hosts = [broker.host for broker in cluster.ambari().brokers()]
        assert len(", ".join(hosts)) > 255
        run.change.advertise()
        requests = cluster.ambari().broker_requests()
        assert len({request.context for request in requests}) == len(requests) == 40
        assert not any(set(request.context) & set("|&()") for request in requests)


def test_a_note_is_plain_ascii_which_every_database_of_ambaris_keeps():
    text = Note("run", Writer("gehäuse", "m", 7, "1"), "2026-01-01").text()
    assert text.isascii()
    assert Note.parse("n", text).writer.host == "gehäuse"
