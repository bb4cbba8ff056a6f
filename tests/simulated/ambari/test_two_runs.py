"""Runs beside each other and after one that died: what the note in Ambari is for."""

import threading
from contextlib import suppress
from dataclasses import replace

import pytest

from components.ambari.api.errors import ConfigurationConflict, RunUnderWay, SignInRefused
from components.ambari.api.model import MaintenanceState
from components.ambari.configuration.note import Note, Writer
from components.running.engine import EngineGone
from tests.simulated.ambari.bench import Bench, bench
from tests.simulated.ambari.calls import MAINTENANCE, RESTART, SAVE, once, without_notes
from tests.simulated.ambari.wireless import Killed, Trouble


def test_a_second_run_stops_while_the_first_lives():
    with bench() as cluster:
        agent = cluster.simulation.agents["wn0"]
        agent.hold()
        first = cluster.run(writer=Writer.here())
        thread = threading.Thread(target=first.change.advertise)
        thread.start()
        while not agent.commands:
            threading.Event().wait(0.01)
        second = cluster.run()
        with pytest.raises(RunUnderWay, match="Another run is changing this cluster's Kafka: since"):
            second.change.advertise()
        assert second.writes == []
        agent.release()
        thread.join()
        assert cluster.problems() == []


def test_a_silent_run_on_another_machine_is_taken_over_after_a_while():
    with bench() as cluster:
        writes = cluster.run()
        with pytest.raises(EngineGone):
            cluster.run(alive=gone_after(cluster, 1), writer=elsewhere()).change.advertise()
        assert cluster.ambari().artifacts()
        started = cluster.clock.now()
        writes.change.advertise()
        assert cluster.clock.now() - started >= 90
        assert cluster.problems() == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}


def test_a_run_that_was_taken_over_stops_by_itself():
    with bench() as cluster:
        second = cluster.run(between=once(RESTART, die))

        def take_over() -> None:
            with pytest.raises(Killed):
                second.change.advertise()

        first = cluster.run(between=once(RESTART, take_over))
        with pytest.raises(RunUnderWay, match="took over"):
            first.change.advertise()
        while not all(request.ended for request in cluster.ambari().broker_requests()):
            threading.Event().wait(0.01)
        assert cluster.restarts() == {"wn0": 1, "wn1": 0, "wn2": 0}
        cluster.run().change.advertise()
        assert cluster.problems() == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}


def die() -> None:
    raise Killed


def elsewhere() -> Writer:
    return Writer("runner-7", "another machine", 4242, "1")


def gone_after(cluster: Bench, restarts: int):
    def alive() -> None:
        if sum(cluster.restarts().values()) >= restarts:
            raise EngineGone("the engine has ended")

    return alive


def test_without_its_engine_a_run_writes_nothing_more():
    with bench() as cluster:
        run = cluster.run(alive=gone_after(cluster, 1))
        with pytest.raises(EngineGone):
            run.change.advertise()
        assert without_notes(run.writes) == [SAVE, RESTART]
        assert "has not ended" in cluster.run().change.survey().interrupted
        cluster.run().change.advertise()
        assert cluster.problems() == []
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1}


def test_after_a_refused_sign_in_nothing_more_is_asked_and_the_next_run_tidies_up():
    with bench() as cluster, bench() as other:
        undisturbed = other.run()
        undisturbed.change.advertise()
        refused = cluster.run(trouble="logged-out", at=undisturbed.calls.index(RESTART) + 1)
        with pytest.raises(SignInRefused, match="the next run finishes it"):
            refused.change.advertise()
        assert refused.calls[-1] == RESTART
        assert cluster.ambari().artifacts()
        cluster.run().change.advertise()
        assert cluster.problems() == []


def left_by_version_0_1(cluster: Bench, before: MaintenanceState) -> None:
    """What its run left that was killed during the restarts: it put Kafka into maintenance mode for them."""
    note = replace(Note("run", elsewhere(), "2026-11-22T12:00:00+00:00"), maintenance_before=before)
    cluster.ambari().create_artifact("ip-advertising-4", note.text())
    cluster.ambari().set_maintenance("ON")


@pytest.mark.parametrize("before", ["ON", "OFF"])
@pytest.mark.parametrize("in_place", [True, False])
def test_maintenance_mode_that_a_killed_run_of_version_0_1_left_is_put_back_before_anything_else(
    before: MaintenanceState, in_place: bool
):
    with bench() as cluster:
        if in_place:
            cluster.run().change.advertise()
        left_by_version_0_1(cluster, before)
        interrupted = cluster.run().change.survey().interrupted
        assert f"maintenance mode is to be put back to {before}" in interrupted
        run = cluster.run()
        run.change.advertise()
        back = [] if before == "ON" else [MAINTENANCE]
        rest = [] if in_place else [SAVE, RESTART, RESTART, RESTART]
        assert without_notes(run.writes) == back + rest
        assert cluster.ambari().maintenance() == before
        assert cluster.ambari().artifacts() == {}


@pytest.mark.parametrize("trouble", ["killed-before", "killed-after", "lost-after", "500"])
def test_a_run_that_has_trouble_putting_it_back_leaves_that_to_the_next(trouble: Trouble):
    with bench() as cluster:
        left_by_version_0_1(cluster, "OFF")

        def strike() -> None:
            run.wireless.at = len(run.calls)

        run = cluster.run(trouble=trouble, between=once(MAINTENANCE, strike))
        with suppress(Killed):
            run.change.advertise()
        assert run.calls[run.wireless.at - 1] == MAINTENANCE
        cluster.run().change.advertise()
        assert cluster.problems() == []


@pytest.mark.parametrize("text", ["", "{}", '{"form": 2}', "[1]", '{"form": 1, "run": 3}'])
def test_a_note_that_is_not_ours_is_reported_not_trusted(text: str):
    with bench() as cluster:
        cluster.ambari().create_artifact("ip-advertising-3", text)
        run = cluster.run()
        with pytest.raises(ConfigurationConflict, match=r"note ip-advertising-3 .*can't read"):
            run.change.advertise()
        assert run.writes == []
        assert "note ip-advertising-3" in cluster.run().change.survey().interrupted


def test_other_artifacts_are_nobodys_business():
    with bench() as cluster:
        cluster.ambari().create_artifact("ip-advertising", "something else")
        cluster.run().change.advertise()
        assert cluster.ambari().artifacts() == {"ip-advertising": "something else"}
