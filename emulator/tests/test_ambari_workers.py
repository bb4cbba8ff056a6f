"""Hosts and host components added, stopped and removed by the API, as seen on a real 2.7.3 and 2.7.8."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.ambari.cluster.records import HostComponent
from emulator.ambari.server.wire import Response
from emulator.ambari.simulation import SimulatedAgent
from emulator.tests.ambari_replay import HOSTS, Replay, replaying

NEW = "wn3-kafka.example.internal"
CLUSTER = "/clusters/mykafka"
LEVEL = {
    "level": "HOST_COMPONENT",
    "cluster_name": "mykafka",
    "service_name": "KAFKA",
    "host_name": NEW,
}


@pytest.fixture
def replay() -> Iterator[Replay]:
    with replaying("requests") as replay:
        agent = SimulatedAgent(NEW, "10.0.0.14")
        replay.simulation.agents["wn3"] = agent
        replay.simulation.cluster.register_agent(agent)
        yield replay


def broker_at(host: str) -> str:
    return f"{CLUSTER}/hosts/{host}/host_components/KAFKA_BROKER"


def broker(replay: Replay, host: str = NEW) -> HostComponent:
    item = replay.simulation.cluster.topology.component(host, "KAFKA_BROKER")
    assert item is not None
    return item


def stale(replay: Replay) -> set[str]:
    return {item.host for item in replay.simulation.cluster.topology.components() if item.stale}


def put_state(replay: Replay, host: str, state: str, **information: Any) -> Response:
    body = {"RequestInfo": information, "Body": {"HostRoles": {"state": state}}}
    answer = replay.put(broker_at(host), body)
    replay.settle()
    return answer


def join(replay: Replay) -> None:
    assert replay.post(f"{CLUSTER}/hosts/{NEW}", None).status == 201
    assert replay.post(broker_at(NEW), None).status == 201


OLD = {HOSTS[short] for short in ("wn0", "wn1", "wn2")}


def test_a_broker_that_is_added_makes_all_others_stale_and_is_not_so_itself(replay: Replay) -> None:
    host = replay.post(f"{CLUSTER}/hosts/{NEW}", None)
    assert (host.status, host.body) == (201, b"")
    assert stale(replay) == set()
    component = replay.post(broker_at(NEW), None)
    assert (component.status, component.body) == (201, b"")
    assert broker(replay).state == "INIT"
    assert stale(replay) == OLD


def test_it_is_installed_and_started_each_by_a_request(replay: Replay) -> None:
    join(replay)
    assert put_state(replay, NEW, "INSTALLED").status == 202
    assert (broker(replay).state, broker(replay).desired_state) == ("INSTALLED", "INSTALLED")
    assert put_state(replay, NEW, "STARTED").status == 202
    assert (broker(replay).state, broker(replay).desired_state) == ("STARTED", "STARTED")
    assert [task.command for request in _requests(replay) for task in request.tasks] == ["INSTALL", "START"]
    assert stale(replay) == OLD
    replay.put_configuration("kafka-env", "v1", {"content": "new"})
    assert stale(replay) == {*OLD, NEW}


def test_a_status_check_says_nothing_of_what_is_not_installed(replay: Replay) -> None:
    join(replay)
    replay.simulation.cluster.check_status()
    assert broker(replay).state == "INIT"


@pytest.mark.parametrize("state", ["INSTALLED", "STARTED"])
def test_in_maintenance_mode_a_start_without_a_level_is_answered_and_not_carried_out(
    replay: Replay, state: str
) -> None:
    join(replay)
    if state == "STARTED":
        put_state(replay, NEW, "INSTALLED")
    before = broker(replay).state
    replay.simulation.cluster.topology.set_service_maintenance("KAFKA", "ON")
    requests = len(_requests(replay))
    answer = put_state(replay, NEW, state)
    assert (answer.status, answer.body) == (200, b"")
    assert broker(replay).state == before
    assert len(_requests(replay)) == requests
    assert put_state(replay, NEW, state, operation_level=LEVEL).status == 202
    assert broker(replay).state == state


@pytest.mark.parametrize("method", ["component", "host"])
def test_what_runs_is_not_removed_and_the_attempt_makes_all_stale(replay: Replay, method: str) -> None:
    path = broker_at(HOSTS["wn1"]) if method == "component" else f"{CLUSTER}/hosts/{HOSTS['wn1']}"
    answer = replay.delete(path)
    assert answer.status == 500
    message = json.loads(answer.body)["message"]
    expected = "Host Component cannot be removed" if method == "component" else "Cannot remove host"
    assert expected in message
    assert broker(replay, HOSTS["wn1"]).state == "STARTED"
    assert stale(replay) == (OLD if method == "component" else set())


def test_a_broker_that_is_being_restarted_is_not_removed_either(replay: Replay) -> None:
    agent = replay.simulation.agents["wn1"]
    agent.hold()
    replay.spend_request_ids(22)
    replay.play("l03-restart-one-hangs-ignores-cancel")
    assert replay.delete(broker_at(HOSTS["wn1"])).status == 500
    agent.release()
    replay.settle()
    assert broker(replay, HOSTS["wn1"]).state == "STARTED"


def test_what_was_stopped_is_removed_and_then_its_host(replay: Replay) -> None:
    put_state(replay, HOSTS["wn1"], "INSTALLED")
    assert broker(replay, HOSTS["wn1"]).desired_state == "INSTALLED"
    component = replay.delete(broker_at(HOSTS["wn1"]))
    host = replay.delete(f"{CLUSTER}/hosts/{HOSTS['wn1']}")
    assert (component.status, component.body, host.status, host.body) == (200, b"", 200, b"")
    assert replay.simulation.cluster.topology.find_host(HOSTS["wn1"]) is None
    assert stale(replay) == OLD - {HOSTS["wn1"]}


def test_a_host_whose_machine_is_gone_is_removed_whatever_it_was_doing(replay: Replay) -> None:
    replay.simulation.cluster.set_heartbeat(HOSTS["wn1"], lost=True)
    assert replay.delete(f"{CLUSTER}/hosts/{HOSTS['wn1']}").status == 200
    assert stale(replay) == OLD - {HOSTS["wn1"]}


def test_hosts_that_nobody_knows_or_that_are_there_are_refused(replay: Replay) -> None:
    unknown = replay.post(f"{CLUSTER}/hosts/nobody.example", None)
    assert unknown.status == 400
    assert b"have not been registered with the server: nobody.example" in unknown.body
    assert replay.post(f"{CLUSTER}/hosts/{HOSTS['wn0']}", None).status == 409
    assert replay.post(broker_at(HOSTS["wn0"]), None).status == 409
    assert replay.post(broker_at("nobody.example"), None).status == 404
    assert replay.delete(f"{CLUSTER}/hosts/nobody.example").status == 404
    assert stale(replay) == set()


@pytest.mark.parametrize(
    ("maintenance", "states", "expected"),
    [
        ("OFF", ["STARTED", "INSTALLED", "STARTED"], "INSTALLED"),
        ("ON", ["STARTED", "INSTALLED", "STARTED"], "STARTED"),
        ("ON", ["INSTALLED", "INSTALLED", "INSTALLED"], "INSTALLED"),
        ("OFF", ["STARTED", "STARTING", "INSTALLED"], "STARTING"),
        ("OFF", ["STARTED", "UNKNOWN", "STOPPING"], "UNKNOWN"),
    ],
)
def test_a_services_state_leaves_out_what_is_in_maintenance(
    replay: Replay, maintenance: str, states: list[str], expected: str
) -> None:
    topology = replay.simulation.cluster.topology
    topology.set_service_maintenance("KAFKA", maintenance)
    for short, state in zip(("wn0", "wn1", "wn2"), states, strict=True):
        topology.set_state(broker(replay, HOSTS[short]), state)
    shown = json.loads(replay.get(f"{CLUSTER}/services/KAFKA?fields=ServiceInfo/state").body)
    assert shown["ServiceInfo"]["state"] == expected


@pytest.mark.parametrize(("information", "context"), [({}, ""), ({"context": "by hand"}, "by hand")])
def test_a_stop_without_a_context_has_an_empty_one(
    replay: Replay, information: dict[str, str], context: str
) -> None:
    put_state(replay, HOSTS["wn0"], "INSTALLED", **information)
    shown = json.loads(replay.get(f"{CLUSTER}/requests?fields=Requests/request_context").body)
    assert [item["Requests"]["request_context"] for item in shown["items"]] == [context]


def test_a_restart_without_a_context_has_an_empty_one_too(replay: Replay) -> None:
    kind = {"service_name": "KAFKA", "component_name": "KAFKA_BROKER", "hosts": HOSTS["wn0"]}
    replay.post(
        f"{CLUSTER}/requests", {"RequestInfo": {"command": "RESTART"}, "Requests/resource_filters": [kind]}
    )
    replay.settle()
    [request] = _requests(replay)
    assert request.context == ""


def test_a_config_groups_name_is_taken_once(replay: Replay) -> None:
    group = {"group_name": "more", "tag": "KAFKA", "hosts": [], "desired_configs": []}
    assert replay.post(f"{CLUSTER}/config_groups", [{"ConfigGroup": group}]).status == 201
    again = replay.post(f"{CLUSTER}/config_groups", [{"ConfigGroup": group}])
    assert again.status == 409
    assert b"Config group already exists with the same name and tag" in again.body
    other = {**group, "group_name": "others"}
    assert replay.post(f"{CLUSTER}/config_groups", [{"ConfigGroup": other}]).status == 201


def _requests(replay: Replay) -> list[Any]:
    return replay.simulation.cluster.execution.requests()


FORBIDDEN = [
    f"{CLUSTER}/configurations/service_config_versions?service_name=KAFKA&is_current=true",
    f"{CLUSTER}/hosts?fields=Hosts/ip",
    f"{CLUSTER}/host_components?fields=HostRoles/state",
    f"{CLUSTER}/requests?fields=Requests/id",
    f"{CLUSTER}/services/KAFKA?fields=ServiceInfo/maintenance_state",
    f"{CLUSTER}?fields=Clusters/desired_configs",
]


@pytest.mark.parametrize("path", FORBIDDEN)
def test_who_has_no_role_may_see_nothing_but_the_clusters_name(replay: Replay, path: str) -> None:
    users = replay.simulation.cluster.users
    users.create("nobody", "pw", [])
    users.create("viewer", "pw", ["CLUSTER.USER"])
    assert replay.get(path, user="nobody").status == 403
    assert replay.get(path, user="viewer").status == 200
    assert replay.get(f"{CLUSTER}?fields=Clusters/cluster_name", user="nobody").status == 200


def test_who_has_no_role_may_see_no_metrics_either() -> None:
    with replaying("metrics", with_metrics=True) as replay:
        replay.simulation.cluster.users.create("nobody", "pw", [])
        path = f"{CLUSTER}/services/KAFKA/components/KAFKA_BROKER?fields=metrics/kafka/server/x"
        assert replay.get(path, user="nobody").status == 403


@pytest.mark.parametrize(
    ("role", "status"),
    [("CLUSTER.OPERATOR", 201), ("SERVICE.ADMINISTRATOR", 403), ("CLUSTER.USER", 403)],
)
def test_who_may_add_hosts(replay: Replay, role: str, status: int) -> None:
    replay.simulation.cluster.users.create("user", "pw", [role])
    assert replay.post(f"{CLUSTER}/hosts/{NEW}", None, user="user").status == status
