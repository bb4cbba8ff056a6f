"""Brings an environment up, compares client libraries in it, and takes it down again."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.output import print_figure
from emulator.home import CHECKOUT
from tests.e2e.environment import Environment

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def main() -> int:
    """Prints a line of JSON for each library; returns 0 if the environment was taken down."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        libraries = Path(folder) / "libraries"
        install = ["install", "--quiet", "--no-deps", "--target", str(libraries), "-r", str(REQUIREMENTS)]
        subprocess.run([sys.executable, "-m", "pip", *install], check=True)
        world = Environment(Path(folder) / "world")
        try:
            world.succeed("up")
            compare(world, libraries)
        finally:
            ended = world.run("down")
    return ended.status


def compare(world: Environment, libraries: Path) -> None:
    """Runs `by_turns` in AKS's network, and prints its figures."""
    path = os.pathsep.join(map(str, (CHECKOUT, libraries)))
    script = ["env", f"PYTHONPATH={path}", sys.executable, "-m", "bench.clients.by_turns"]
    printed = world.succeed("exec", "aks", "--", *script, world.outputs()["bootstrapServers"])
    for line in printed.splitlines():
        print_figure({"figure": "client libraries", **json.loads(line)})


if __name__ == "__main__":
    sys.exit(main())
