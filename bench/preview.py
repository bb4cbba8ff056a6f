"""Measures a preview without changes against previews of three minimal programs."""

import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emulator.home import CHECKOUT
from tests.e2e.environment import Environment

EMPTY = ("--program", str(CHECKOUT / "bench" / "empty"))
ONE_NETWORK = ("--program", str(CHECKOUT / "bench" / "one_network"))
SAME_CLASSES = ("--program", str(CHECKOUT / "bench" / "same_classes"))
ROUNDS = 7


@dataclass(frozen=True)
class Cost:
    """The wall-clock and the processor seconds of a command. Other load affects the latter less."""

    wall: float
    processor: float


def previews(world: Environment) -> dict[str, Any]:
    """The previews of all programs in turn, with one engine; a ratio is of two previews of one round."""
    world.pulumi(*ONE_NETWORK, "up", "--yes", "--skip-preview")
    try:
        rounds = [
            (
                cost(world, "preview", "--expect-no-changes"),
                cost(world, *SAME_CLASSES, "preview", "--expect-no-changes"),
                cost(world, *ONE_NETWORK, "preview", "--expect-no-changes"),
                cost(world, *EMPTY, "preview"),
            )
            for _ in range(1 + ROUNDS)
        ]
    finally:
        world.pulumi(*ONE_NETWORK, "destroy", "--yes", "--skip-preview")
    # The first round only fills caches.
    ours, classes, network, empty = zip(*rounds[1:], strict=True)
    return {
        "figure": "preview, nothing to change: this program / one with one virtual network / an empty one",
        "this_s": _median(ours),
        "one_network_with_the_same_classes_s": _median(classes),
        "one_network_s": _median(network),
        "empty_s": _median(empty),
        "against_one_network": _ratios(ours, network),
        "classes_against_one_network": _ratios(classes, network),
        "against_empty": _ratios(ours, empty),
    }


def cost(world: Environment, *command: str) -> Cost:
    """Runs a Pulumi command, which must succeed; its cost includes all processes that it starts."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    world.pulumi(*command)
    ended, after = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(ended - begun, used)


def _median(costs: Sequence[Cost]) -> float:
    return round(statistics.median(one.wall for one in costs), 2)


def _ratios(ours: Sequence[Cost], theirs: Sequence[Cost]) -> dict[str, float]:
    pairs = [*zip(ours, theirs, strict=True)]
    walls = [one.wall / other.wall for one, other in pairs]
    processor = statistics.median(one.processor / other.processor for one, other in pairs)
    return {
        "time": round(statistics.median(walls), 2),
        "least": round(min(walls), 2),
        "most": round(max(walls), 2),
        "processor_time": round(processor, 2),
    }
