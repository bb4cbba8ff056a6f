"""The two clusters side by side, and scenarios that run in both at once."""

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
    """What a scenario saw in either cluster."""

    emulated: Seen
    real: Seen


class Sites:
    """Both clusters, for as many scenarios as there are; each has a namespace of its own in both."""

    def __init__(self, emulated: Cluster, real: Cluster, folder: Path) -> None:
        self._clusters = {"emulated": emulated, "real": real}
        self._folder = folder
        self._numbers = itertools.count(1)

    def judge(self, scenario: Callable[[Stack], Seen], settings: Settings | None = None) -> Both[Seen]:
        """Runs the scenario in both at the same time, with a stack that has been made and no more.

        A scenario that fails in one of them fails, after the other one's end.
        """
        namespace = f"scenario-{next(self._numbers)}"
        with ThreadPoolExecutor(2, thread_name_prefix="scenario") as pool:
            emulated, real = (
                pool.submit(lambda which: scenario(self._stack(which, namespace, settings)), which)
                for which in ("emulated", "real")
            )
        return Both(emulated.result(), real.result())

    def try_in_real(
        self, scenario: Callable[[Stack], Seen], settings: Settings | None = None, *, namespace: str
    ) -> Seen:
        """For what the emulated cluster can't show: why not, the test says."""
        return scenario(self._stack("real", namespace, settings))

    def _stack(self, which: str, namespace: str, settings: Settings | None) -> Stack:
        folder = self._folder / namespace / which
        stack = Stack(folder, self._clusters[which], namespace, settings or Settings())
        stack.create()
        return stack
