"""The emulated and the real cluster, and scenarios that run in both at once."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from judge.cluster import Cluster
from judge.settings import Settings
from judge.stack import Stack

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Both(Generic[Seen]):
    """The results of a scenario in both clusters."""

    emulated: Seen
    real: Seen


class ClusterPair:
    """Both clusters. Each scenario has a namespace of its own in them."""

    def __init__(self, emulated: Cluster, real: Cluster, folder: Path) -> None:
        self._clusters = {"emulated": emulated, "real": real}
        self._folder = folder
        self._numbers = itertools.count(1)

    def judge(self, scenario: Callable[[Stack], Seen], settings: Settings | None = None) -> Both[Seen]:
        """Runs the scenario in both clusters at the same time, each with a new, empty stack.

        Raises what it raises in either cluster, once it has ended in both.
        """
        namespace = f"scenario-{next(self._numbers)}"
        with ThreadPoolExecutor(2, thread_name_prefix="scenario") as pool:
            emulated, real = (
                pool.submit(lambda which: scenario(self._stack(which, namespace, settings)), which)
                for which in ("emulated", "real")
            )
        return Both(emulated.result(), real.result())

    def run_in_real(
        self, scenario: Callable[[Stack], Seen], settings: Settings | None = None, *, namespace: str
    ) -> Seen:
        """Runs the scenario in the real cluster alone; the test says why the emulated one can't show it."""
        return scenario(self._stack("real", namespace, settings))

    def _stack(self, which: str, namespace: str, settings: Settings | None) -> Stack:
        folder = self._folder / namespace / which
        stack = Stack(folder, self._clusters[which], namespace, settings or Settings())
        stack.create()
        return stack
