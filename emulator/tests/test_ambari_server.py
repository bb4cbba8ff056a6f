"""The server itself: TLS, its port, its log, and the faults that tests ask for."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from emulator.ambari.server.faults import Action, Fault, When
from emulator.ambari.simulation import Simulation, simulated_server
from emulator.tests.ambari_replay import wait_for
from emulator.tls import Authority

SERVICE = "/clusters/{cluster}/services/{service}"


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    with simulated_server() as simulation:
        yield simulation


def test_it_speaks_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.server_context("localhost", ["127.0.0.1"])
    with simulated_server(context=context) as simulation:
        assert simulation.url.startswith("https://127.0.0.1:")
        answer = requests.get(
            f"{simulation.url}/api/v1/clusters", auth=_auth(simulation), verify=str(authority.bundle)
        )
        assert answer.json()["items"][0]["Clusters"] == {"cluster_name": "mykafka"}
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{simulation.url}/api/v1/clusters", auth=_auth(simulation))


def test_a_client_that_is_slow_to_shake_hands_holds_up_nobody(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.server_context("localhost", ["127.0.0.1"])
    with (
        simulated_server(context=context) as simulation,
        socket.create_connection(simulation.server.address),
    ):
        answer = requests.get(
            f"{simulation.url}/api/v1/clusters", auth=_auth(simulation), verify=str(authority.bundle)
        )
        assert answer.status_code == 200


def test_answers_are_compressed_for_those_who_want_it(simulation: Simulation) -> None:
    url = f"{simulation.url}/api/v1/clusters"
    compressed = requests.get(url, auth=_auth(simulation))
    plain = requests.get(url, auth=_auth(simulation), headers={"Accept-Encoding": "identity"})
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert compressed.json() == plain.json()


def test_connections_are_kept_open_save_after_a_server_error(simulation: Simulation) -> None:
    with requests.Session() as session:
        session.auth = _auth(simulation)
        assert "Connection" not in session.get(f"{simulation.url}/api/v1/clusters").headers
        broken = session.put(
            f"{simulation.url}/api/v1/clusters/mykafka",
            data='{"Clusters": {"desired_config": {"tag": "x"}}}',
            headers={"X-Requested-By": "test"},
        )
        assert (broken.status_code, broken.headers["Connection"]) == (500, "close")
        assert session.get(f"{simulation.url}/api/v1/clusters").status_code == 200


def test_the_log_names_routes_and_counts_on(simulation: Simulation) -> None:
    _maintain(simulation)
    mark = simulation.server.log.mark
    requests.get(f"{simulation.url}/api/v1/nonsense", auth=_auth(simulation))
    _maintain(simulation)
    assert [
        (entry.number, entry.method, entry.route, entry.status) for entry in simulation.server.log.since(mark)
    ] == [
        (2, "GET", "/api/v1/nonsense", 404),
        (3, "PUT", SERVICE, 200),
    ]


@pytest.mark.parametrize(("when", "takes_effect"), [("before", False), ("after", True)])
@pytest.mark.parametrize("action", ["drop", "reset"])
def test_a_connection_breaks(simulation: Simulation, action: Action, when: When, takes_effect: bool) -> None:
    simulation.server.faults.add(Fault("PUT", SERVICE, 1, when, action))
    with pytest.raises(requests.ConnectionError) as broken:
        _maintain(simulation)
    assert ("ConnectionResetError" in str(broken.value)) == (action == "reset")
    assert _in_maintenance(simulation) == takes_effect
    assert _maintain(simulation).status_code == 200


@pytest.mark.parametrize(("when", "takes_effect"), [("before", False), ("after", True)])
@pytest.mark.parametrize(("action", "status"), [("500", 500), ("503", 503), ("html", 200), ("empty", 200)])
def test_another_answer(
    simulation: Simulation, action: Action, status: int, when: When, takes_effect: bool
) -> None:
    simulation.server.faults.add(Fault("PUT", SERVICE, 1, when, action))
    answer = _maintain(simulation)
    assert answer.status_code == status
    assert ("<html>" in answer.text) == (action in ("503", "html"))
    assert _in_maintenance(simulation) == takes_effect


def test_only_the_request_that_was_meant_is_hit(simulation: Simulation) -> None:
    simulation.server.faults.add(Fault("PUT", SERVICE, 3, "before", "500"))
    requests.get(f"{simulation.url}/api/v1/clusters/mykafka/services/KAFKA", auth=_auth(simulation))
    assert [_maintain(simulation).status_code for _ in range(5)] == [200, 200, 500, 200, 200]
    assert simulation.server.faults.waiting() == []


def test_a_delayed_answer_comes_after_the_effect(simulation: Simulation) -> None:
    simulation.server.faults.add(Fault("PUT", SERVICE, 1, "after", "delay", 3600))
    with pytest.raises(requests.Timeout):
        _maintain(simulation, timeout=0.3)
    assert _in_maintenance(simulation)


def test_a_delayed_effect(simulation: Simulation) -> None:
    simulation.server.faults.add(Fault("PUT", SERVICE, 1, "before", "delay", 0.01))
    assert _maintain(simulation).status_code == 200
    assert _in_maintenance(simulation)


def test_a_restart_refuses_connections_and_comes_back_at_the_same_address(simulation: Simulation) -> None:
    agent = simulation.agents["wn0"]
    agent.hold()
    _restart_broker(simulation)
    wait_for(lambda: bool(agent.commands))
    simulation.server.faults.add(Fault("PUT", SERVICE, 1, "after", "restart", 0.3))
    with pytest.raises(requests.ConnectionError):
        _maintain(simulation)
    wait_for(lambda: not _accepts_connections(simulation))
    wait_for(lambda: _accepts_connections(simulation))
    assert _in_maintenance(simulation)
    assert simulation.cluster.execution.requests()[0].tasks[0].status == "ABORTED"
    assert _maintain(simulation).status_code == 200


@pytest.mark.parametrize(("when", "takes_effect"), [("before", False), ("after", True)])
def test_the_client_is_killed(simulation: Simulation, when: When, takes_effect: bool) -> None:
    simulation.server.faults.add(Fault("PUT", SERVICE, 1, when, "kill-client"))
    url = f"{simulation.url}/api/v1/clusters/mykafka/services/KAFKA"
    client = subprocess.Popen([sys.executable, "-c", _CLIENT, url], start_new_session=True)
    assert client.wait(30) == -signal.SIGKILL
    assert _in_maintenance(simulation) == takes_effect


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        (("PUT", SERVICE, 0, "before", "drop"), "ordinal"),
        (("PUT", SERVICE, 1, "during", "drop"), "when"),
        (("PUT", SERVICE, 1, "before", "explode"), "action"),
        (("PUT", SERVICE, 1, "before", "delay", -1), "seconds"),
    ],
)
def test_faults_that_make_no_sense(fault: tuple[object, ...], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Fault(*fault)  # pyright: ignore[reportArgumentType]


def test_a_fault_for_a_route_that_does_not_exist(simulation: Simulation) -> None:
    with pytest.raises(ValueError, match="unknown route '/clusters/mykafka'"):
        simulation.server.faults.add(Fault("PUT", "/clusters/mykafka", 1, "before", "drop"))


def test_the_port_is_free_again_at_once() -> None:
    with simulated_server() as first:
        port = first.server.address[1]
        with requests.Session() as session:
            session.get(f"{first.url}/api/v1/clusters", auth=_auth(first))
    with simulated_server(port=port) as second:
        assert requests.get(f"{second.url}/api/v1/clusters", auth=_auth(second)).status_code == 200


def test_a_port_that_is_taken_is_an_error(simulation: Simulation) -> None:
    with (
        pytest.raises(OSError, match="in use"),
        simulated_server(port=simulation.server.address[1]),
    ):
        raise AssertionError("two servers can't have one port")


def test_nothing_of_it_stays_behind() -> None:
    before = set(threading.enumerate())
    with simulated_server() as simulation, requests.Session() as session:
        session.get(f"{simulation.url}/api/v1/clusters", auth=_auth(simulation))
    wait_for(lambda: set(threading.enumerate()) <= before)


def _auth(simulation: Simulation) -> tuple[str, str]:
    return simulation.user, simulation.password


def _maintain(simulation: Simulation, timeout: float = 30) -> requests.Response:
    return requests.put(
        f"{simulation.url}/api/v1/clusters/mykafka/services/KAFKA",
        data='{"ServiceInfo": {"maintenance_state": "ON"}}',
        headers={"X-Requested-By": "test"},
        auth=_auth(simulation),
        timeout=timeout,
    )


def _in_maintenance(simulation: Simulation) -> bool:
    with simulation.cluster.lock:
        return simulation.cluster.topology.service_maintenance("KAFKA") == "ON"


def _restart_broker(simulation: Simulation) -> None:
    name = simulation.brokers[0].host_name
    broker = {"service_name": "KAFKA", "component_name": "KAFKA_BROKER", "hosts": name}
    requests.post(
        f"{simulation.url}/api/v1/clusters/mykafka/requests",
        data=json.dumps({"RequestInfo": {"command": "RESTART"}, "Requests/resource_filters": [broker]}),
        headers={"X-Requested-By": "test"},
        auth=_auth(simulation),
    )


def _accepts_connections(simulation: Simulation) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(simulation.server.address) == 0


_CLIENT = """
import requests, sys
requests.put(
    sys.argv[1],
    data='{"ServiceInfo": {"maintenance_state": "ON"}}',
    headers={"X-Requested-By": "test"},
    auth=("admin", "admin"),
)
"""
