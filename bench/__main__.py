"""Brings an environment up in a folder of its own, measures it, and takes it down again."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.e2e.environment import CHECKOUT, Environment

EMPTY = CHECKOUT / "bench" / "empty"
PAIRS = 5


def main() -> int:
    """Print every figure; the exit status is 0 when all could be measured."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = Environment(Path(folder) / "world")
        try:
            for figure in figures(world):
                print(json.dumps(figure), flush=True)
        finally:
            world.succeed("down")
    return 0


def figures(world: Environment) -> Iterator[dict[str, Any]]:
    """Each figure in turn; later ones need what earlier ones made."""
    yield up_from_nothing_and_again(world)
    yield memory(world)
    yield ambari_calls_without_changes(world)
    yield preview_against_an_empty_program(world)


def up_from_nothing_and_again(world: Environment) -> dict[str, Any]:
    """`make up` with everything installed, then the same where nothing has to change."""
    first = seconds(lambda: world.succeed("up"))
    again = seconds(lambda: world.succeed("up"))
    return {
        "figure": "up from nothing / again",
        "from_nothing_s": round(first, 1),
        "again_s": round(again, 1),
        "ratio": round(first / again, 1),
    }


def memory(world: Environment) -> dict[str, Any]:
    """Resident memory of everything that runs, and of the daemon in it; shared pages count once."""
    status = world.status()
    total, daemon = status["memory"], status["daemon"]["memory"]
    return {
        "figure": "memory of the world / of its daemon",
        "total_mib": total >> 20,
        "daemon_mib": daemon >> 20,
        "ratio": round(total / daemon, 1),
    }


def ambari_calls_without_changes(world: Environment) -> dict[str, Any]:
    """What an `up` that changes nothing asks of Ambari, against one that reads the truth first."""
    plain = ambari_calls(world, "up", "--yes", "--expect-no-changes")
    refreshed = ambari_calls(world, "refresh", "--yes", "--expect-no-changes")
    return {"figure": "Ambari calls, nothing to change", "up": plain, "refresh": refreshed}


def ambari_calls(world: Environment, *command: str) -> dict[str, int]:
    """Reads and writes that reached Ambari during the command."""
    before = len(world.ambari_requests())
    world.pulumi(*command)
    methods = [request["method"] for request in world.ambari_requests()[before:]]
    return {"reads": methods.count("GET"), "writes": len(methods) - methods.count("GET")}


def preview_against_an_empty_program(world: Environment) -> dict[str, Any]:
    """A preview that finds nothing to do, in turn with that of a program without resources."""
    empty = ["--program", str(EMPTY)]
    world.run("pulumi", *empty, "stack", "init", "local")
    preview = ["preview", "--expect-no-changes"]
    ours, theirs = [], []
    for number in range(PAIRS + 1):
        pair = (
            seconds(lambda: world.pulumi(*preview)),
            seconds(lambda: world.succeed("pulumi", *empty, "preview")),
        )
        # The first pair fills caches.
        if number > 0:
            ours.append(pair[0])
            theirs.append(pair[1])
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return {
        "figure": "no-op preview / preview of an empty program",
        "ours_s": round(statistics.median(ours), 2),
        "empty_s": round(statistics.median(theirs), 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_min": round(min(ratios), 2),
        "ratio_max": round(max(ratios), 2),
    }


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of the work."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, subprocess.SubprocessError) as failure:
        sys.exit(str(failure))
