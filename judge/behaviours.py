"""The behaviours of the scenarios' image, chosen by its tag, in kwok (stages/pods.yaml) and the emulator."""

from dataclasses import dataclass

REPOSITORY = "judge.example/app"
SECONDS_OF_SLOW_WORK = 10

WORKS = "works"
WORKS_TOO = "works-too"
"""A further version of the image that works."""
SLOW = "slow"
"""Works, but `create-topics` and `check` take long enough for a scenario to disturb them."""
MISSING = "missing"
"""The registry has no such image."""
REFUSED_TOPICS = "refused-topics"
"""`create-topics` ends with 3: no retry can create what is declared."""
BROKEN_LINK = "broken-link"
"""`check` ends with 13."""
NEVER_READY = "never-ready"
"""`serve` runs, and its readiness probe fails."""
HANGS = "hangs"
"""`create-topics` and `check` don't end."""


@dataclass(frozen=True)
class Failure:
    """The exit status and the output of a command of the image that fails."""

    status: int
    text: str


FAILURES = {
    (REFUSED_TOPICS, "create-topics"): Failure(3, "messages: 1 partition is there, 3 were declared"),
    (BROKEN_LINK, "check"): Failure(13, "wn0-kafka:9092 can't be reached"),
}


def image(behaviour: str) -> str:
    """The image with this behaviour."""
    return f"{REPOSITORY}:{behaviour}"
