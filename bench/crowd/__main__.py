"""Brings an environment up, measures crowds of clients in it, and takes it down again."""

import json
import os
import sys
import tempfile
from pathlib import Path

from bench.app import page_at_the_most_connections
from tests.e2e.environment import Environment


def main() -> int:
    """Print a line of JSON for each crowd; the exit status is 0 when all could be measured."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = Environment(Path(folder) / "world")
        try:
            world.succeed("up")
            for figure in page_at_the_most_connections(world):
                machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
                print(json.dumps({**figure, **machine}), flush=True)
        finally:
            ended = world.run("down")
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
