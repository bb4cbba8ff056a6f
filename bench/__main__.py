"""Measures an environment that it brings up in a temporary folder, and takes it down again.

Prints one line of JSON for each figure. A figure compares two measurements of one run on one machine.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from bench.app import page_against_bare_kafka, page_at_the_connection_limit
from bench.floor import roll_against_restarts_alone
from bench.large_roll import roll_of_a_large_cluster
from bench.output import print_figure
from bench.preview import previews
from bench.roll import rolling_against_all_at_once
from bench.rounds import rounds_of_a_large_cluster
from tests.e2e.environment import CHECKOUT, Environment
from tests.simulated.ambari.polls import calls_per_poll


def main() -> int:
    """Prints the figures; returns 0 if all could be measured.

    SIGTERM ends it as Ctrl-C does: the environment is taken down first.
    """
    argparse.ArgumentParser(prog="python -m bench", description=__doc__).parse_args()
    signal.signal(signal.SIGTERM, end)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = Environment(Path(folder) / "world")
        try:
            for figure in figures(world, Path(folder)):
                print_figure(figure)
        finally:
            ended = world.run("down")
    # Not an exception: that would hide the one of a figure that could not be measured.
    if ended.status != 0:
        print(ended.output, file=sys.stderr)
    return ended.status


def end(number: int, _frame: object) -> NoReturn:
    """Ends the measurement; further signals are ignored while the environment is taken down."""
    signal.signal(number, lambda *_: None)
    sys.exit(128 + number)


def figures(world: Environment, scratch: Path) -> Iterator[dict[str, Any]]:
    """The figures in order; later ones use the environment as earlier ones left it."""
    yield up_from_nothing_and_again(world)
    yield memory(world)
    yield ambari_calls_without_changes(world)
    yield ambari_calls_per_poll()
    yield rounds_of_a_large_cluster()
    yield log_of_kafkas_view()
    yield roll_of_a_large_cluster()
    yield previews(world)
    yield from page_against_bare_kafka(world)
    yield from page_at_the_connection_limit(world)
    yield rolling_against_all_at_once(world, scratch)
    yield roll_against_restarts_alone(world, scratch)


def up_from_nothing_and_again(world: Environment) -> dict[str, Any]:
    """The time of `make up` with everything installed, and of a second one, which changes nothing."""
    first = seconds(lambda: world.succeed("up"))
    again = seconds(lambda: world.succeed("up"))
    return {
        "figure": "up: from nothing / again",
        "from_nothing_s": round(first, 1),
        "again_s": round(again, 1),
        "ratio": round(first / again, 1),
    }


def memory(world: Environment) -> dict[str, Any]:
    """The memory of all processes of the environment, and of its daemon; shared pages count once."""
    status = world.status()
    total, daemon = status["memory"], status["daemon"]["memory"]
    return {
        "figure": "memory: the world / its daemon",
        "world_mib": total >> 20,
        "daemon_mib": daemon >> 20,
        "ratio": round(total / daemon, 1),
    }


def ambari_calls_without_changes(world: Environment) -> dict[str, Any]:
    """The number of calls to Ambari by an `up` and by a `refresh` that change nothing."""
    return {
        "figure": "Ambari calls, nothing to change: up / refresh",
        "up": ambari_calls(world, "up", "--yes", "--skip-preview", "--expect-no-changes"),
        "refresh": ambari_calls(world, "refresh", "--yes", "--skip-preview", "--expect-no-changes"),
    }


def ambari_calls_per_poll() -> dict[str, Any]:
    """The number of calls in a poll of a rolling restart, with simulated clusters of three sizes.

    Counted without Kafka's view, and with it; then there are calls to AKS's API server, too.
    """
    polls = {str(brokers): calls_per_poll(brokers) for brokers in (3, 30, 300)}
    by_kafka = {str(brokers): calls_per_poll(brokers, by_kafka=True) for brokers in (3, 30, 300)}
    return {
        "figure": "Ambari calls per poll: 3 / 30 / 300 brokers",
        "while_a_broker_restarts": {brokers: calls.restarting for brokers, calls in polls.items()},
        "while_it_is_watched": {brokers: calls.watching for brokers, calls in polls.items()},
        "watched_by_kafka": {brokers: calls.watching for brokers, calls in by_kafka.items()},
        "kubernetes_by_kafka": {brokers: calls.of_kubernetes for brokers, calls in by_kafka.items()},
    }


def log_of_kafkas_view() -> dict[str, Any]:
    """The log volume of the pod that observes Kafka, by the application's own code."""
    command = [sys.executable, "-m", "bench.view_log"]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "app")}
    ended = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def ambari_calls(world: Environment, *command: str) -> dict[str, int]:
    """The number of reads and writes that reached Ambari during the command."""
    before = len(world.ambari_requests())
    world.pulumi(*command)
    methods = [request["method"] for request in world.ambari_requests()[before:]]
    return {"reads": methods.count("GET"), "writes": len(methods) - methods.count("GET")}


def seconds(work: Callable[[], object]) -> float:
    """The wall-clock time of the work, in seconds."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, subprocess.SubprocessError) as failure:
        sys.exit(str(failure))
