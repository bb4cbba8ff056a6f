"""Measures a preview without changes against that of a program without resources."""

import resource
import statistics
import time
from dataclasses import dataclass
from typing import Any

from emulator.home import CHECKOUT
from tests.e2e.environment import Environment

EMPTY = CHECKOUT / "bench" / "empty"
PAIRS = 7


@dataclass(frozen=True)
class Cost:
    """The cost of a command: wall-clock seconds, and processor seconds, which other load disturbs less."""

    wall: float
    processor: float


def preview_against_an_empty_program(world: Environment) -> dict[str, Any]:
    """Both previews by turns, on one engine; each ratio is that of two consecutive ones."""
    empty = ["--program", str(EMPTY)]
    world.run("pulumi", *empty, "stack", "init", "local")
    pairs = [
        (cost(world, "preview", "--expect-no-changes"), cost(world, *empty, "preview"))
        for _ in range(1 + PAIRS)
    ]
    # The first pair only fills caches.
    ours, theirs = zip(*pairs[1:], strict=True)
    ratios = [one.wall / other.wall for one, other in pairs[1:]]
    return {
        "figure": "preview, nothing to change: this program / an empty one",
        "this_s": round(statistics.median(one.wall for one in ours), 2),
        "empty_s": round(statistics.median(one.wall for one in theirs), 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_of_processor_time": round(
            statistics.median(one.processor / other.processor for one, other in pairs[1:]), 2
        ),
        "ratio_least": round(min(ratios), 2),
        "ratio_most": round(max(ratios), 2),
    }


def cost(world: Environment, *command: str) -> Cost:
    """Run a Pulumi command, which must succeed; its cost includes all processes that it starts."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    world.pulumi(*command)
    ended, after = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(ended - begun, used)
