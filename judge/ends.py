"""Runs that are to fail: what is kept of them, and how the next one mends it."""

from dataclasses import dataclass, replace

from judge.behaviours import WORKS, image
from judge.settings import Settings
from judge.stack import Stack

LONG = 600
"""Seconds that nobody is ready to wait here: what takes so long hangs."""
SHORT = 25


@dataclass(frozen=True)
class Failed:
    """An `up` that failed."""

    steps: list[str]
    text: str

    @property
    def failed(self) -> list[str]:
        """Of the steps those that failed."""
        return [step for step in self.steps if step.endswith(" fails")]


def fail(stack: Stack) -> Failed:
    ended = stack.up()
    assert ended.status != 0, ended.output
    return Failed(ended.steps, "\n".join(ended.errors))


def fail_and_mend(stack: Stack) -> Failed:
    """After it the next `up`, with an image that works, has everything in order."""
    failed = fail(stack)
    stack.settings = replace(stack.settings, image=image(WORKS), seconds=Settings().seconds)
    stack.settle()
    return failed
