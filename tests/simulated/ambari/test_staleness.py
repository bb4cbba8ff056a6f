"""Which brokers are restarted when Ambari calls all of them stale: those whose files would differ."""

from collections.abc import Callable

import pytest

from components.ambari.api.errors import ServerFailed
from components.ambari.rolling_restart.roll import RollOptions
from tests.simulated.ambari.bench import QUICK, Bench, bench
from tests.simulated.ambari.calls import PROGRESS, RESTART, once, without_notes

ONCE = {"wn0": 1, "wn1": 1, "wn2": 1}
TWICE = {"wn0": 2, "wn1": 2, "wn2": 2}


def flagged(cluster: Bench) -> list[str]:
    """Whom Ambari calls stale."""
    return [broker.host[:3] for broker in cluster.ambari().brokers() if broker.stale]


def group(name: str, *hosts: str, **properties: str) -> list[dict[str, object]]:
    configs = [{"type": "kafka-broker", "tag": name, "properties": properties}] if properties else []
    named = [{"host_name": host} for host in hosts]
    described = {"group_name": name, "tag": "KAFKA", "hosts": named, "desired_configs": configs}
    return [{"ConfigGroup": described}]


def host(cluster: Bench, short: str) -> str:
    return cluster.simulation.agents[short].host_name


def component(cluster: Bench, short: str) -> str:
    return f"/hosts/{host(cluster, short)}/host_components/KAFKA_BROKER"


def test_a_worker_that_is_added_or_removed_restarts_nobody_though_ambari_calls_all_others_stale():
    with bench() as cluster:
        cluster.run().change.advertise()
        for change in (cluster.simulation.add_worker, cluster.simulation.remove_worker):
            change("wn3")
            assert flagged(cluster) == ["wn0", "wn1", "wn2"]
            run = cluster.run()
            assert run.change.survey().stale == []
            run.change.advertise()
            assert run.writes == []
        assert cluster.restarts() == ONCE


def test_a_removal_that_ambari_refuses_restarts_nobody():
    with bench() as cluster:
        cluster.run().change.advertise()
        with pytest.raises(ServerFailed, match="Host Component cannot be removed"):
            cluster.write("DELETE", component(cluster, "wn1"), None)
        assert flagged(cluster) == ["wn0", "wn1", "wn2"]
        assert cluster.run().change.survey().stale == []


def test_workers_that_join_one_after_the_other_during_the_roll_have_no_broker_restarted_twice():
    with bench() as cluster:
        joins = [
            once(PROGRESS, lambda: cluster.simulation.add_worker("wn3")),
            once(RESTART, lambda: cluster.simulation.add_worker("wn4"), 2),
            once(RESTART, lambda: cluster.simulation.add_worker("wn5"), 3),
        ]

        def between(call: str) -> None:
            for join in joins:
                join(call)

        run = cluster.run(between=between)
        run.change.advertise()
        assert cluster.restarts() == {**ONCE, "wn3": 0, "wn4": 0, "wn5": 0}
        assert "changed again" not in run.output.getvalue()
        assert cluster.problems() == []
        again = cluster.run()
        again.change.advertise()
        assert again.writes == []


def test_a_worker_that_joins_after_an_edit_spares_those_that_were_restarted_since():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
        cluster.restart_by_hand(host(cluster, "wn1"))
        cluster.let_restarts_end(PROGRESS)
        cluster.simulation.add_worker("wn3")
        assert flagged(cluster) == ["wn0", "wn1", "wn2"]
        cluster.run().change.advertise()
        assert cluster.restarts() == {**TWICE, "wn3": 0}


def test_a_broker_that_was_stopped_and_started_since_the_save_is_as_good_as_restarted():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG, stdout\n")
        cluster.simulation.change_state("wn0", "STOP")
        cluster.simulation.change_state("wn0", "START")
        cluster.simulation.add_worker("wn3")
        assert [broker.host[:3] for broker in cluster.run().change.survey().stale] == ["wn1", "wn2"]


def zookeeper_env(cluster: Bench) -> None:
    saved = [{"type": "zookeeper-env", "tag": "edited", "properties": {"content": "export A=1\n"}}]
    cluster.write("PUT", "", [{"Clusters": {"desired_config": saved}}])


def rack(cluster: Bench) -> None:
    cluster.write("PUT", f"/hosts/{host(cluster, 'wn1')}", {"Hosts": {"rack_info": "/ud1"}})


def every_rack(cluster: Bench) -> None:
    for agent in cluster.simulation.brokers:
        cluster.write("PUT", f"/hosts/{agent.host_name}", {"Hosts": {"rack_info": "/ud1"}})


def new_group(cluster: Bench) -> None:
    cluster.write("POST", "/config_groups", group("more", *_all(cluster), **{"log.retention.hours": "24"}))


def _all(cluster: Bench) -> list[str]:
    return [agent.host_name for agent in cluster.simulation.brokers]


@pytest.mark.parametrize("change", [zookeeper_env, rack, every_rack, new_group])
@pytest.mark.parametrize("worker", [False, True])
def test_what_changes_the_brokers_files_restarts_them_all(change: Callable[[Bench], None], worker: bool):
    with bench() as cluster:
        cluster.run().change.advertise()
        change(cluster)
        assert flagged(cluster) == ["wn0", "wn1", "wn2"]
        if worker:
            cluster.simulation.add_worker("wn3")
        cluster.run().change.advertise()
        assert cluster.restarts() == {**TWICE, **({"wn3": 0} if worker else {})}
        again = cluster.run()
        again.change.advertise()
        assert again.writes == []


def test_a_config_group_that_is_deleted_restarts_its_hosts_once():
    with bench() as cluster:
        in_it = [host(cluster, "wn1"), host(cluster, "wn2")]
        cluster.write("POST", "/config_groups", group("more", *in_it, **{"log.retention.hours": "24"}))
        cluster.run().change.advertise()
        cluster.write("DELETE", "/config_groups/1", None)
        assert flagged(cluster) == ["wn1", "wn2"]
        cluster.run().change.advertise()
        assert cluster.restarts() == {"wn0": 1, "wn1": 2, "wn2": 2}
        cluster.simulation.add_worker("wn3")
        assert cluster.run().change.survey().stale == []


@pytest.mark.parametrize("unit", ["rack", "all"])
def test_racks_are_compared_for_brokers_that_were_restarted_together_too(unit: str):
    with bench(4) as cluster:
        for number, agent in enumerate(cluster.simulation.brokers):
            cluster.write("PUT", f"/hosts/{agent.host_name}", {"Hosts": {"rack_info": f"/ud{number % 2}"}})
        options = RollOptions("all" if unit == "all" else "rack", pace=QUICK.pace)
        cluster.run(options).change.advertise()
        cluster.simulation.remove_worker("wn3")
        assert cluster.run().change.survey().stale == []
        cluster.write("PUT", f"/hosts/{host(cluster, 'wn1')}", {"Hosts": {"rack_info": "/ud7"}})
        assert [broker.host[:3] for broker in cluster.run().change.survey().stale] == ["wn0", "wn1", "wn2"]


def test_a_save_while_ambari_is_asked_about_a_worker_that_joined_is_not_missed():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.simulation.add_worker("wn3")
        asked = "GET /clusters/{cluster}/configurations/service_config_versions"
        edit = once(asked, lambda: cluster.edit("kafka-log4j", "content", "log4j.rootLogger=DEBUG\n"), 2)
        cluster.run(between=edit).change.advertise()
        cluster.run().change.advertise()
        assert cluster.restarts() == {**TWICE, "wn3": 1}


def test_a_look_asks_two_questions_more_while_ambari_calls_brokers_stale_that_are_not():
    with bench() as cluster:
        cluster.run().change.advertise()
        cluster.simulation.add_worker("wn3")
        run = cluster.run()
        run.change.survey()
        assert len(run.calls) == 7
        assert without_notes(run.writes) == []
