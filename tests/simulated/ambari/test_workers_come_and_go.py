"""Workers that are added, removed or fall silent while the brokers are being restarted."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from components.ambari.api.errors import RollStopped
from components.ambari.api.model import MaintenanceState
from tests.simulated.ambari.bench import QUICK, Bench, bench
from tests.simulated.ambari.calls import LOOK, PROGRESS, RESTART, SAVE, once
from tests.simulated.ambari.wireless import Killed


def while_restarting(cluster: Bench, short: str, action: Callable[[], object]) -> Callable[[str], None]:
    """Does something while that broker is being restarted, which does not end by itself."""
    agent = cluster.simulation.agents[short]
    agent.hold()
    left = [action]

    def between(now: str) -> None:
        if now == PROGRESS and agent.commands and left:
            left.pop()()

    return between


def assert_in_place(cluster: Bench, **restarts: int) -> None:
    assert cluster.problems() == []
    assert cluster.restarts() == restarts
    again = cluster.run()
    again.change.advertise()
    assert again.writes == []


def test_a_worker_that_joins_between_two_questions_has_an_address():
    with bench() as cluster:
        join = once(LOOK, lambda: cluster.simulation.add_worker("wn3"))
        brokers = cluster.run(between=join).change.survey().brokers
        assert [broker.ip for broker in brokers] == ["10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.15"]


def test_a_worker_that_joins_before_the_save_is_restarted_like_the_others():
    with bench() as cluster:
        join = once(SAVE, lambda: cluster.simulation.add_worker("wn3"))
        survey = cluster.run(between=join).change.advertise()
        assert [broker.short_name for broker in survey.brokers] == [f"wn{n}-mykafk" for n in range(4)]
        assert_in_place(cluster, wn0=1, wn1=1, wn2=1, wn3=1)


def test_a_worker_that_joins_after_the_save_runs_with_it_and_is_left_alone():
    with bench() as cluster:
        join = once(RESTART, lambda: cluster.simulation.add_worker("wn3"), 2)
        survey = cluster.run(between=join).change.advertise()
        assert [broker.short_name for broker in survey.brokers] == [f"wn{n}-mykafk" for n in range(4)]
        assert_in_place(cluster, wn0=1, wn1=1, wn2=1, wn3=0)


@pytest.mark.parametrize("maintenance", ["ON", "OFF"])
def test_a_worker_that_stays_init_is_named_and_waited_for_by_nobody(maintenance: MaintenanceState):
    with bench() as cluster:
        cluster.ambari().set_maintenance(maintenance)
        run = cluster.run(between=once(RESTART, lambda: cluster.simulation.join("wn3"), 2))
        run.change.advertise()
        said = run.output.getvalue()
        assert (
            said.count("warning: wn3-mykafk (10.0.0.15) is INIT, it was added and has not been started") == 1
        )
        assert ("starts without operation_level are skipped" in said) == (maintenance == "ON")
        assert "waiting: wn3" not in said
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1, "wn3": 0}
        again = cluster.run()
        assert [broker.host[:3] for broker in again.change.advertise().stale] == []
        assert again.writes == []


def test_a_start_by_somebody_else_during_the_roll_is_carried_out():
    with bench() as cluster:
        cluster.simulation.join("wn3")
        broker = f"/hosts/{cluster.simulation.agents['wn3'].host_name}/host_components/KAFKA_BROKER"

        def start() -> None:
            for state in ("INSTALLED", "STARTED"):
                cluster.write("PUT", broker, {"HostRoles": {"state": state}})
                cluster.let_restarts_end(PROGRESS)

        cluster.run(between=once(RESTART, start, 2)).change.advertise()
        assert_in_place(cluster, wn0=1, wn1=1, wn2=1, wn3=0)


def test_a_worker_that_is_installed_and_not_started_yet_is_not_waited_for_either():
    with bench() as cluster:

        def join() -> None:
            cluster.simulation.join("wn3")
            cluster.simulation.change_state("wn3", "INSTALL")

        run = cluster.run(between=once(RESTART, join, 2))
        run.change.advertise()
        assert "wn3-mykafk (10.0.0.15) is INSTALLED, as somebody wants it to be" in run.output.getvalue()
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 1, "wn3": 0}
        cluster.simulation.change_state("wn3", "START")
        assert_in_place(cluster, wn0=1, wn1=1, wn2=1, wn3=0)


@pytest.mark.parametrize("leaver", ["wn0", "wn1", "wn2"])
@pytest.mark.parametrize("ordinal", [1, 2, 3])
@pytest.mark.parametrize("call", [RESTART, PROGRESS])
def test_a_worker_that_leaves_is_not_waited_for(leaver: str, ordinal: int, call: str):
    with bench() as cluster:
        leave = once(call, lambda: cluster.simulation.remove_worker(leaver), ordinal)
        run = cluster.run(between=leave)
        run.change.advertise()
        assert_in_place(cluster, **{short: 1 for short in ("wn0", "wn1", "wn2") if short != leaver})


def test_a_worker_that_leaves_while_its_broker_is_restarted_is_told_of():
    with bench() as cluster:
        leave = while_restarting(cluster, "wn1", lambda: cluster.simulation.remove_worker("wn1"))
        run = cluster.run(between=leave)
        run.change.advertise()
        assert "wn1-mykafk (10.0.0.12): removed from the cluster meanwhile" in run.output.getvalue()
        assert_in_place(cluster, wn0=1, wn2=1)


def test_one_worker_of_many_that_leaves_during_the_restart_of_all():
    with bench() as cluster:
        leave = while_restarting(cluster, "wn1", lambda: cluster.simulation.remove_worker("wn1"))
        cluster.run(replace(QUICK, unit="all"), between=leave).change.advertise()
        assert_in_place(cluster, wn0=1, wn2=1)


def test_a_run_is_killed_and_a_worker_replaced_before_the_next():
    with bench() as cluster:

        def die() -> None:
            raise Killed

        with pytest.raises(Killed):
            cluster.run(between=once(RESTART, die, 2)).change.advertise()
        cluster.simulation.remove_worker("wn1")
        cluster.simulation.add_worker("wn3")
        cluster.run().change.advertise()
        assert_in_place(cluster, wn0=1, wn2=1, wn3=0)


def test_a_host_that_falls_silent_during_its_restart_stops_the_roll():
    with bench() as cluster:
        agent = cluster.simulation.agents["wn1"]
        silent = while_restarting(
            cluster, "wn1", lambda: cluster.simulation.cluster.set_heartbeat(agent.host_name, lost=True)
        )
        with pytest.raises(RollStopped, match=r"Restarting Kafka on wn1-mykafk.* is ABORTED \(request 2"):
            cluster.run(between=silent).change.advertise()
        assert cluster.restarts() == {"wn0": 1, "wn1": 1, "wn2": 0}
        assert cluster.ambari().maintenance() == "OFF"
        assert cluster.ambari().artifacts() == {}

        agent.release()
        cluster.simulation.cluster.set_heartbeat(agent.host_name, lost=False)
        cluster.run().change.advertise()
        # Nobody knows how far the first restart went.
        assert_in_place(cluster, wn0=1, wn1=2, wn2=1)


def test_while_a_host_is_silent_no_other_broker_is_restarted_and_its_own_comes_first():
    with bench() as cluster:
        host = cluster.simulation.agents["wn2"].host_name
        cluster.simulation.cluster.set_heartbeat(host, lost=True)
        with pytest.raises(RollStopped, match=r"Restarting Kafka on wn2-mykafk.* is ABORTED"):
            cluster.run().change.advertise()
        assert cluster.restarts() == {"wn0": 0, "wn1": 0, "wn2": 0}
        cluster.simulation.cluster.set_heartbeat(host, lost=False)
        cluster.run().change.advertise()
        assert_in_place(cluster, wn0=1, wn1=1, wn2=1)


def test_a_host_that_is_silent_for_a_while_between_two_restarts_is_waited_for():
    with bench() as cluster:
        host = cluster.simulation.agents["wn0"].host_name
        looks = 0

        def between(call: str) -> None:
            nonlocal looks
            silent(call)
            looks += call == LOOK and sum(cluster.restarts().values()) == 2
            if looks == 4:
                cluster.simulation.cluster.set_heartbeat(host, lost=False)

        silent = once(RESTART, lambda: cluster.simulation.cluster.set_heartbeat(host, lost=True), 2)
        run = cluster.run(between=between)
        run.change.advertise()
        assert "wn0-mykafk (10.0.0.11) is UNKNOWN, its host HEARTBEAT_LOST" in run.output.getvalue()
        assert_in_place(cluster, wn0=1, wn1=1, wn2=1)
