"""Phrases of a report: our words, and what others wrote, which is never anything but quoted.

Names, values and messages come from resources, so that somebody else may have chosen them. A renderer shows
them in a form in which they can't be anything else: no link, no mention, no heading.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policy.preview import UNKNOWN_VALUES

SECRET = "[secret]"
"""What Pulumi shows instead of any secret."""
LONGEST = 120
"""Characters of one quoted value; longer ones stand in full in the folded difference."""


@dataclass(frozen=True)
class Quoted:
    """Text that somebody else chose."""

    text: str


Phrase = tuple[str | Quoted, ...]
"""A sentence: our words, and quotations between them."""


def message(phrase: Phrase) -> list[str]:
    """The lines of a phrase that is a message of several and nothing else; none of any other."""
    text = phrase[0].text if len(phrase) == 1 and isinstance(phrase[0], Quoted) else ""
    return [visible(line) for line in text.splitlines()] if "\n" in text else []


def listed(names: Iterable[str]) -> Phrase:
    """Quotations with commas between them."""
    parts: list[str | Quoted] = []
    for name in names:
        parts += [", ", Quoted(name)] if parts else [Quoted(name)]
    return tuple(parts)


def value(something: Any) -> str | Quoted:
    """A property's value, cut where it is long. None stands for a property that is not there."""
    if something is None:
        return "none"
    if something == SECRET:
        return "a secret"
    if isinstance(something, str) and something in UNKNOWN_VALUES:
        return "known later"
    text = plain(something)
    return Quoted(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def plain(something: Any) -> str:
    """A value as one line of text; numbers that are whole without a fraction, as the engine keeps them."""
    if isinstance(something, str):
        return visible(_known(something)) or '""'
    if isinstance(something, bool | Mapping | list) or something is None:
        return visible(json.dumps(_known(something), ensure_ascii=False, sort_keys=True))
    if isinstance(something, float) and something.is_integer():
        return str(int(something))
    return visible(str(something))


def visible(text: str) -> str:
    """The text with escapes for characters without a shape: line ends, controls, changes of direction."""
    return "".join(_escaped(letter) for letter in text)


def _escaped(letter: str) -> str:
    if letter == " " or not unicodedata.category(letter).startswith(("C", "Z")):
        return letter
    return letter.encode("unicode_escape").decode() if letter != "\xa0" else " "


def _known(something: Any) -> Any:
    if isinstance(something, Mapping):
        return {name: _known(item) for name, item in something.items()}
    if isinstance(something, list):
        return [_known(item) for item in something]
    return "known later" if isinstance(something, str) and something in UNKNOWN_VALUES else something
