"""Scenarios in which an `up` has to fail: what it reports, and whether the next `up` succeeds."""

from dataclasses import dataclass, replace

from judge.behaviours import WORKS, image
from judge.settings import Settings
from judge.stack import Stack

LONG_TIMEOUT = 600
"""Seconds, more than any run may take: a run that waits for this timeout counts as hanging."""
SHORT_TIMEOUT = 25
"""Seconds after which a run that waits in vain is to fail."""


@dataclass(frozen=True)
class FailedRun:
    """The steps and the errors of an `up` that failed."""

    steps: list[str]
    text: str

    @property
    def failed(self) -> list[str]:
        """The steps that failed."""
        return [step for step in self.steps if step.endswith(" fails")]


def fail(stack: Stack) -> FailedRun:
    """Runs an `up`, which has to fail."""
    ended = stack.up()
    assert ended.status != 0, ended.output
    return FailedRun(ended.steps, "\n".join(ended.errors))


def fail_and_mend(stack: Stack) -> FailedRun:
    """Runs an `up`, which has to fail, and another with an image that works, which has to succeed."""
    failed = fail(stack)
    stack.settings = replace(stack.settings, image=image(WORKS), seconds=Settings().seconds)
    stack.settle()
    return failed
