"""Measures what the page's server adds to Kafka: bare clients beside browsers, in AKS's network."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from emulator.home import CHECKOUT
from tests.e2e.environment import Environment

BROWSERS = (1, 10, 100)
SCRIPT = CHECKOUT / "bench" / "browsers.py"
PORT = 8080


def page_against_bare_kafka(world: Environment) -> Iterator[dict[str, Any]]:
    """A figure for each number of browsers, all of them at one replica."""
    outputs = world.outputs()
    names = [node["name"].rsplit("/", 1)[-1] for node in world.status()["nodes"]]
    pod = next(name for name in names if name.startswith("kafka-test-app-"))
    address = world.succeed("exec", pod, "--", "hostname", "-i").split()[0]
    command = [sys.executable, "-m", "emulator", "--home", str(world.home), "exec", "aks", "--"]
    script = [sys.executable, str(SCRIPT), outputs["bootstrapServers"], outputs["topic"], f"{address}:{PORT}"]
    printed = subprocess.run(
        [*command, *script, *map(str, BROWSERS)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=900,
    )
    for line in printed.stdout.splitlines():
        yield {"figure": "the page / bare Kafka", **json.loads(line)}
