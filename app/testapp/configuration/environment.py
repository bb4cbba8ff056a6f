"""Reads variables of the environment, and takes down every mistake in them instead of ending at the first."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

LONGEST_SHOWN = 100
"""Characters of a wrong value that a message repeats."""
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")


class SettingsError(Exception):
    """Variables of the environment are missing or wrong; a line for each names it, its value and the rule."""


class Environment:
    """Variables by name. A wrong one gives a value of its type and a mistake; `finish` raises for all."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.mistakes: list[str] = []
        """A line for each."""

    def finish(self) -> None:
        """Say what is wrong, if anything is.

        Raises:
            SettingsError: there are mistakes; holds all of them.
        """
        if self.mistakes:
            raise SettingsError("\n".join(self.mistakes))

    def text(self, name: str) -> str:
        """The value without white space around it; empty where it is not set."""
        return self._variables.get(name, "").strip()

    def verbatim(self, name: str) -> str:
        """The value as it stands; empty where it is not set, or has nothing but white space."""
        text = self._variables.get(name, "")
        return text if text.strip() else ""

    def required(self, name: str, parse: Callable[[str], T], otherwise: T, *, repeat: bool = True) -> T:
        """What `parse` makes of a value that must be there; it raises ValueError with the rule it breaks.

        `repeat` is whether the message may hold the value.
        """
        text = self.text(name)
        if not text:
            self.mistakes.append(f"{name} is not set")
            return otherwise
        return self._parsed(name, text, parse, otherwise, repeat=repeat)

    def optional(self, name: str, parse: Callable[[str], T], otherwise: T) -> T:
        """The same for a value that need not be there."""
        text = self.text(name)
        return self._parsed(name, text, parse, otherwise) if text else otherwise

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within these bounds."""

        def parse(text: str) -> int:
            # No number of use here has more digits, and Python refuses to read some that have.
            if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
                raise ValueError(f"it must be a whole number from {least} to {most}")
            return int(text)

        return self.optional(name, parse, default)

    def truth(self, name: str) -> bool:
        """`true` or `false`, which is also what nothing stands for."""

        def parse(text: str) -> bool:
            if text not in ("true", "false"):
                raise ValueError("it must be true or false")
            return text == "true"

        return self.optional(name, parse, False)

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """One of these words."""

        def parse(text: str) -> str:
            if text not in choices:
                raise ValueError(f"it must be one of {', '.join(choices)}")
            return text

        return self.optional(name, parse, default)

    def is_wrong(self, name: str) -> bool:
        """Whether a mistake about this variable, or the file that stands for it, was taken down."""
        return any(mistake.split()[0].removesuffix("_FILE") == name for mistake in self.mistakes)

    def secret(self, name: str, form: str, rule: str) -> str:
        """A text that matches the expression `form`; a message never repeats it."""
        text = self._variables.get(name, "")
        if text and not re.fullmatch(form, text):
            self.mistakes.append(f"{name} must {rule}")
            return ""
        return text

    def _parsed(
        self, name: str, text: str, parse: Callable[[str], T], otherwise: T, *, repeat: bool = True
    ) -> T:
        try:
            return parse(text)
        except ValueError as error:
            self.mistakes.append(f"{name} is {shown(text)}; {error}" if repeat else f"{name}: {error}")
            return otherwise


def shown(text: str) -> str:
    """The text in quotes, cut where it is long, with everything escaped that no terminal should get."""
    return repr(text) if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]!r}..."


def parse_topic(text: str) -> str:
    """The name of a topic, by Kafka's rules (org.apache.kafka.common.internals.Topic).

    Raises:
        ValueError: Kafka takes no such name.
    """
    if not _TOPIC.fullmatch(text) or text in (".", ".."):
        raise ValueError("a topic's name has 1 to 249 letters, digits, dots, underscores and hyphens")
    return text
