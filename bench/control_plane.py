"""Compares the emulated Kubernetes with a real control plane: time, memory, and lines of code saved.

    .venv/bin/python -m bench.control_plane

Builds the real one as `make judge` does. Both run on this machine in turn. Prints one line of JSON for each
figure.
"""

import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil

from bench.output import print_figure
from emulator.home import CHECKOUT
from judge.binaries import build
from judge.cluster import Cluster
from judge.emulated import emulated_cluster
from judge.real import real_cluster
from judge.settings import Settings
from judge.stack import Stack

ROUNDS = 3
REPLACED = ("controllers", "provider", "server")
"""The folders of emulator/kubernetes that Kubernetes itself and its provider would replace."""

Start = Callable[[Path], AbstractContextManager[Cluster]]


def main() -> int:
    """Prints the figures."""
    binaries = build()
    starts: dict[str, Start] = {
        "emulated": emulated_cluster,
        "real": lambda folder: real_cluster(binaries, folder),
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for figure in figures(starts, Path(folder)):
            print_figure(figure)
    print(
        json.dumps({"figure": "size of the real cluster's programs", "mib": size(binaries.iterdir()) >> 20})
    )
    print(json.dumps({"figure": "lines of emulator/kubernetes: all / replaced / of its tests", **lines()}))
    return 0


def figures(starts: dict[str, Start], folder: Path) -> Iterator[dict[str, Any]]:
    """The medians of rounds in turn; the last figure is of the real cluster alone.

    The emulated one is part of the daemon, whose memory `python -m bench` measures.
    """
    rounds = [
        {name: one_round(start, folder / f"{name}-{number}") for name, start in starts.items()}
        for number in range(ROUNDS)
    ]
    for what in ("cluster_ready_s", "up_from_nothing_s", "up_again_s"):
        values = {name: statistics.median(one[name][what] for one in rounds) for name in starts}
        yield {
            "figure": f"{what}: real / emulated",
            **{name: round(value, 1) for name, value in values.items()},
            "ratio": round(values["real"] / values["emulated"], 1),
        }
    yield {
        "figure": "memory of the real cluster: idle / with the application",
        **{what: round(rounds[-1]["real"][what]) for what in ("idle_mib", "with_application_mib")},
    }


def one_round(start: Start, folder: Path) -> dict[str, float]:
    """Starts a cluster, deploys the application, and deploys it again with nothing to change."""
    before = memory()
    begun = time.monotonic()
    with start(folder / "cluster") as cluster:
        ready = time.monotonic() - begun
        idle = memory() - before
        stack = Stack(folder / "stack", cluster, "bench", Settings())
        stack.create()
        first, again = stack.settle(), stack.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")
        return {
            "cluster_ready_s": ready,
            "up_from_nothing_s": first.seconds,
            "up_again_s": again.seconds,
            "idle_mib": idle / (1 << 20),
            "with_application_mib": (memory() - before) / (1 << 20),
        }


def memory() -> int:
    """The bytes of this process and its descendants; shared memory counts once (Pss in proc(5))."""
    total, this = 0, psutil.Process()
    for process in (this, *this.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total


def lines() -> dict[str, int]:
    """The lines of Python in emulator/kubernetes, in the folders that would be replaced, and in the tests."""
    root = CHECKOUT / "emulator"
    tests = list((root / "tests").glob("test_kubernetes_*.py"))
    return {
        "all": count((root / "kubernetes").rglob("*.py")),
        "replaced": sum(count((root / "kubernetes" / name).rglob("*.py")) for name in REPLACED),
        "tests": count(tests),
    }


def count(files: Iterator[Path] | Sequence[Path]) -> int:
    """The number of lines of the files."""
    return sum(len(file.read_text().splitlines()) for file in files)


def size(files: Iterator[Path]) -> int:
    """The size of the files in bytes."""
    return sum(file.stat().st_size for file in files)


if __name__ == "__main__":
    sys.exit(main())
