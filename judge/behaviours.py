"""What the image of the scenarios does: its tag says so, to kwok (stages/pods.yaml) and to the emulator."""

from dataclasses import dataclass

REPOSITORY = "judge.example/app"
SECONDS_OF_SLOW_WORK = 10

WORKS = "works"
WORKS_TOO = "works-too"
"""The next version of the same."""
SLOW = "slow"
"""Works, but `create-topics` and `check` take their time: long enough to be disturbed."""
MISSING = "missing"
"""No registry has it."""
REFUSED_TOPICS = "refused-topics"
"""`create-topics` ends with 3: no further try can give what is declared."""
BROKEN_LINK = "broken-link"
"""`check` ends with 13."""
NEVER_READY = "never-ready"
"""`serve` runs, and never has Kafka."""
HANGS = "hangs"
"""Neither `create-topics` nor `check` ever ends."""


@dataclass(frozen=True)
class Failure:
    """How a command of the image ends that fails."""

    status: int
    text: str


FAILURES = {
    (REFUSED_TOPICS, "create-topics"): Failure(3, "messages: 1 partition is there, 3 were declared"),
    (BROKEN_LINK, "check"): Failure(13, "wn0-kafka:9092 can't be reached"),
}


def image(behaviour: str) -> str:
    """The image that behaves like this."""
    return f"{REPOSITORY}:{behaviour}"
