"""Restarts that somebody else makes, by a request or a rolling restart in Ambari's web page: waited for."""

import threading

from emulator.tests.ambari_schedules import restarts
from tests.simulated.ambari.bench import bench
from tests.simulated.ambari.calls import PROGRESS


def test_somebody_elses_restart_is_waited_for_before_anything_is_saved():
    with bench() as cluster:
        agent = cluster.simulation.agents["wn1"]
        agent.hold()
        cluster.restart_by_hand(agent.host_name)
        looks = 0

        def release_later(call: str) -> None:
            nonlocal looks
            looks += call.endswith("/requests")
            if looks == 4:
                agent.release()

        run = cluster.run(between=release_later)
        run.change.advertise()
        assert "request 1 of admin (by hand 0) is under way" in run.output.getvalue()
        assert cluster.restarts() == {"wn0": 1, "wn1": 2, "wn2": 1}
        assert cluster.problems() == []


def test_somebody_elses_rolling_restart_is_waited_for_between_two_of_its_batches_too():
    with bench() as cluster:
        hosts = [cluster.simulation.agents[short].host_name for short in ("wn1", "wn2")]
        batch = [{"requests": restarts(hosts)}, {"batch_settings": {"batch_separation_in_seconds": 0.5}}]
        schedule = {"batch": batch, "description": "Rolling restart of KAFKA_BROKER"}
        cluster.write("POST", "/request_schedules", [{"RequestSchedule": schedule}])
        while cluster.restarts()["wn1"] == 0:
            threading.Event().wait(0.01)
        cluster.let_restarts_end(PROGRESS)
        run = cluster.run()
        run.change.advertise()
        told = "the rolling restart Rolling restart of KAFKA_BROKER made in Ambari is under way"
        assert told in run.output.getvalue()
        assert cluster.restarts() == {"wn0": 1, "wn1": 2, "wn2": 2}
        assert cluster.problems() == []
