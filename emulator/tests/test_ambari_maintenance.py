"""Maintenance mode, and which hosts a restart then reaches, as recorded from a real Ambari."""

import re
from collections.abc import Iterator

import pytest

from emulator.tests.ambari_replay import HOSTS, Recordings, Replay, replaying

_MODES = {"service-on": "KAFKA", "host-wn0": "host", "hc-wn0": "component", "off": None}
RESTARTS = [name for name in Recordings("maintenance").names() if name.startswith(("d10-", "d11-"))]


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    with replaying("maintenance") as replay:
        yield replay


@pytest.mark.parametrize("name", RESTARTS)
def test_a_restart_in_maintenance_mode_is_answered_as_recorded(replay: Replay, name: str) -> None:
    _set_maintenance(replay, name)
    replay.play(name, ignoring=["ids"])
    replay.settle()


@pytest.mark.parametrize(
    ("level", "service", "host", "component"),
    [
        (None, "012", "012", "012"),
        ("SERVICE", "012", "12", "12"),
        ("HOST_COMPONENT", "012", "012", "012"),
        ("HOST", "", "012", "12"),
        ("CLUSTER", "", "12", "12"),
    ],
)
def test_what_is_in_maintenance_mode_is_left_out_in_silence(
    level: str | None, service: str, host: str, component: str
) -> None:
    for mode, reached in (("service-on", service), ("host-wn0", host), ("hc-wn0", component)):
        with replaying("maintenance") as replay:
            _set_maintenance(replay, f"-mm-{mode}-")
            _restart_all(replay, level)
            restarted = [number for number, broker in enumerate(replay.simulation.brokers) if broker.commands]
            assert restarted == [int(number) for number in reached], mode


def test_the_service_mode_is_seen_at_the_host_components() -> None:
    with replaying("maintenance") as replay:
        replay.play_all("d04")
        replay.play_all("d05")
        replay.play_all("d06")
        replay.play_all("d12")
        assert replay.simulation.cluster.topology.service_maintenance("KAFKA") == "OFF"


def test_the_modes_of_hosts_and_host_components() -> None:
    with replaying("maintenance") as replay:
        replay.play("d13-host-maintenance-on", "d13b-host-components", "d13c-host-maintenance-off")
        replay.play("d14-hostcomponent-maintenance-on")
        item = replay.simulation.cluster.topology.component(HOSTS["wn0"], "KAFKA_BROKER")
        assert item is not None
        assert item.maintenance == "ON"
        replay.play("d14b-hostcomponent-maintenance-off")
        assert item.maintenance == "OFF"


def _set_maintenance(replay: Replay, name: str) -> None:
    """Puts into maintenance mode what the recording's name says, and nothing else."""
    mode = re.search(r"-mm-(service-on|host-wn0|hc-wn0|off)-", name)
    wanted = _MODES[mode[1]] if mode else "KAFKA"
    topology = replay.simulation.cluster.topology
    item = topology.component(HOSTS["wn0"], "KAFKA_BROKER")
    assert item is not None
    topology.set_service_maintenance("KAFKA", "ON" if wanted == "KAFKA" else "OFF")
    topology.set_host_maintenance(topology.host(HOSTS["wn0"]), "ON" if wanted == "host" else "OFF")
    topology.set_component_maintenance(item, "ON" if wanted == "component" else "OFF")


def _restart_all(replay: Replay, level: str | None) -> None:
    information = {"command": "RESTART", "context": "all"}
    if level:
        information |= {"operation_level": {"level": level, "cluster_name": "mykafka"}}
    hosts = ",".join(broker.host_name for broker in replay.simulation.brokers)
    kind = {"service_name": "KAFKA", "component_name": "KAFKA_BROKER", "hosts": hosts}
    replay.post(
        "/clusters/mykafka/requests", {"RequestInfo": information, "Requests/resource_filters": [kind]}
    )
    replay.settle()
