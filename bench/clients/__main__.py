"""Brings an environment up, compares client libraries in it, and takes it down again."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from emulator.home import CHECKOUT
from tests.e2e.environment import Environment

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def main() -> int:
    """Print a line of JSON for each library; the exit status is 0 when all could be measured."""
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
    """Run `by_turns` in AKS's network, and print its lines with the machine's cores and load."""
    path = os.pathsep.join(map(str, (CHECKOUT, libraries)))
    script = ["env", f"PYTHONPATH={path}", sys.executable, "-m", "bench.clients.by_turns"]
    printed = world.succeed("exec", "aks", "--", *script, world.outputs()["bootstrapServers"])
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    for line in printed.splitlines():
        print(json.dumps({"figure": "client libraries", **json.loads(line), **machine}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
