"""Measures the page's server from AKS's network: its latency and throughput, and its behaviour under load."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from emulator.home import CHECKOUT
from tests.e2e.environment import Environment

BROWSERS = (1, 10, 100)
SCRIPT = CHECKOUT / "bench" / "browsers.py"
PORT, HEALTH_PORT = 8080, 8081


def page_against_bare_kafka(world: Environment) -> Iterator[dict[str, Any]]:
    """A figure for each number of browsers, all connected to one replica."""
    outputs = world.outputs()
    servers = [outputs["bootstrapServers"], outputs["topic"], f"{_pod(world)}:{PORT}"]
    for line in _in_aks(world, str(SCRIPT), *servers, *map(str, BROWSERS)):
        yield {"figure": "the page / bare Kafka", **line}


def page_at_the_connection_limit(world: Environment) -> Iterator[dict[str, Any]]:
    """A figure for each kind of clients, as many as one replica accepts."""
    place = [_pod(world), str(PORT), str(HEALTH_PORT)]
    yield from _in_aks(world, "-m", "bench.crowd.measure", *place)


def _pod(world: Environment) -> str:
    """The address of one of the page's pods."""
    names = [node["name"].rsplit("/", 1)[-1] for node in world.status()["nodes"]]
    pod = next(name for name in names if name.startswith("kafka-test-app-"))
    return world.succeed("exec", pod, "--", "hostname", "-i").split()[0]


def _in_aks(world: Environment, *arguments: str) -> Iterator[dict[str, Any]]:
    """Runs Python with these arguments on a node of AKS's network; yields the JSON of each line it prints."""
    command = [sys.executable, "-m", "emulator", "--home", str(world.home), "exec", "aks", "--"]
    printed = subprocess.run(
        [*command, "env", f"PYTHONPATH={CHECKOUT}", sys.executable, *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=900,
    )
    for line in printed.stdout.splitlines():
        yield json.loads(line)
