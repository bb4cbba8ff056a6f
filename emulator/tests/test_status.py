"""What `status` says of a world."""

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.network.specification import NodeSpec, ProcessSpec
from emulator.network.world import World
from emulator.report import report
from emulator.status import describe

JAVA = ["/jre/bin/java", "-Xmx256m", "-javaagent:/libs/jolokia.jar=host=127.0.0.1", "-cp", "/libs/*"]


def test_processes_are_shown_at_their_nodes_with_their_memory(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with closing(World.start(home)) as world:
        world.add_network("network", ["10.10.0.0/16"])
        for number, name in enumerate(("busy", "idle")):
            world.add_node(NodeSpec(name, "network", f"10.10.0.{number + 4}", 24, name))
        # The child ends, and its parent never asks for its exit status.
        script = "sh -c 'echo >&2' & exec sleep 1000"
        log = tmp_path / "log"
        world.spawn("busy", ProcessSpec(["sh", "-c", script], {"PATH": "/usr/bin:/bin"}, log=log))
        deadline = time.monotonic() + 20
        while not (log.exists() and log.read_text()) or commands(home, world) != [["sleep", "1000"]]:
            assert time.monotonic() < deadline
        status = describe(home, world, os.getpid())
    busy, idle = status["nodes"]
    assert busy["memory"] == busy["processes"][0]["memory"] > 0
    assert (idle["memory"], idle["processes"]) == (0, [])
    assert status["memory"] > status["daemon"]["memory"] + busy["memory"]


def test_a_node_that_is_removed_meanwhile_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    with closing(World.start(home)) as world:
        world.add_network("network", ["10.10.0.0/16"])
        world.add_node(NodeSpec("stays", "network", "10.10.0.4", 24, "stays"))
        monkeypatch.setattr(world, "nodes", lambda: ["gone", "stays"])
        shown = describe(home, world, os.getpid())["nodes"]
    assert [node["name"] for node in shown] == ["stays"]


def commands(home: Home, world: World) -> list[list[str]]:
    busy, _ = describe(home, world, os.getpid())["nodes"]
    return [process["command"] for process in busy["processes"]]


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ([*JAVA, "kafka.Kafka", "/config/server.properties"], "kafka.Kafka"),
        ([*JAVA, "org.apache.zookeeper.server.quorum.QuorumPeerMain", "/zoo.cfg"], "QuorumPeerMain"),
        (["java", "-version"], "java"),
        (["/usr/bin/python", "-m", "testapp", "serve"], "testapp"),
        (["/bin/sleep", "1000"], "sleep"),
    ],
)
def test_a_process_goes_by_what_it_runs(command: list[str], shown: str) -> None:
    process = {"pid": 1, "command": command, "memory": 300 << 20}
    node = {"name": "a/b", "address": "10.0.0.4", "processes": [process, process]}
    status = {
        "daemon": {"pid": 1},
        "memory": 700 << 20,
        "networks": {},
        "nodes": [node],
        "endpoints": {},
        "appUrl": None,
    }
    (line,) = [line for line in report(status).splitlines() if line.startswith("node")]
    assert line.split(maxsplit=3)[3].count(f"{shown} (300 MiB)") == 2


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, "not deployed"),
        ("", "without an address"),
        ("http://127.7.7.1:8080", "http://127.7.7.1:8080"),
    ],
)
def test_the_page_is_shown_with_its_address_if_it_has_one(url: str | None, shown: str) -> None:
    status = {
        "daemon": {"pid": 1, "memory": 1 << 20},
        "memory": 1 << 20,
        "networks": {},
        "nodes": [],
        "endpoints": {},
        "appUrl": url,
    }
    assert report(status).splitlines()[-1].split(maxsplit=1) == ["page", shown]
