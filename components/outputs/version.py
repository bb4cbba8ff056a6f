"""Versions of the contract: MAJOR.MINOR."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Version:
    """A minor version adds outputs; a major one would take away what the one before promised."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Raises ValueError for a text of another form."""
        found = re.fullmatch(r"(\d+)\.(\d+)", text)
        if not found:
            raise ValueError(f"{text!r} is no version of the form MAJOR.MINOR")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


FIRST = Version(1, 0)
"""That of version 0.1.0 of the program, whose stacks do not say it."""
CURRENT = Version(1, 1)
