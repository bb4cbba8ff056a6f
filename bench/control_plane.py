"""What a real control plane would cost in the place of the emulated Kubernetes, and what it would save.

    .venv/bin/python -m bench.control_plane

Needs what `make judge` builds. Both run on this machine, by turns; prints one line of JSON for each figure.
"""

import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psutil

from emulator.home import CHECKOUT
from judge.binaries import build
from judge.cluster import Cluster
from judge.emulated import emulated_cluster
from judge.real import real_cluster
from judge.settings import Settings
from judge.stack import Stack

ROUNDS = 3
REPLACED = ("controllers", "provider", "server")
"""The folders of emulator/kubernetes that Kubernetes itself and its provider would take the place of."""

Start = Callable[[Path], AbstractContextManager[Cluster]]


def main() -> int:
    binaries = build()
    starts: dict[str, Start] = {
        "emulated": emulated_cluster,
        "real": lambda folder: real_cluster(binaries, folder),
    }
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for figure in figures(starts, Path(folder)):
            machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
            print(json.dumps({**figure, **machine}), flush=True)
    print(
        json.dumps({"figure": "size of the real cluster's programs", "mib": size(binaries.iterdir()) >> 20})
    )
    print(json.dumps({"figure": "lines of emulator/kubernetes: all / replaced / of its tests", **lines()}))
    return 0


def figures(starts: dict[str, Start], folder: Path) -> Iterator[dict[str, Any]]:
    """Medians of rounds that were taken by turns; the last is the real cluster's alone.

    The emulated one is a part of its daemon, whose memory `bench` measures.
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
    """A cluster from nothing, the application in it, and the same again with nothing to change."""
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
    """Bytes of this process and of all that it has started; what several share counts once (proc(5), Pss)."""
    total, this = 0, psutil.Process()
    for process in (this, *this.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total


def lines() -> dict[str, int]:
    """Lines of Python: all, those whose place would be taken, and those of the tests that know them."""
    root = CHECKOUT / "emulator"
    tests = list((root / "tests").glob("test_kubernetes_*.py"))
    return {
        "all": count((root / "kubernetes").rglob("*.py")),
        "replaced": sum(count((root / "kubernetes" / name).rglob("*.py")) for name in REPLACED),
        "tests": count(tests),
    }


def count(files: Iterator[Path] | Sequence[Path]) -> int:
    return sum(len(file.read_text().splitlines()) for file in files)


def size(files: Iterator[Path]) -> int:
    return sum(file.stat().st_size for file in files)


if __name__ == "__main__":
    sys.exit(main())
