"""The phrases of a report, in which the text that others chose is kept apart, as quotations.

Names, values and messages of resources may have been chosen by others. A renderer shows quotations in a form
in which they have no effect as a link, a mention or a heading.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policy.preview import UNKNOWN_VALUES

SECRET = "[secret]"
"""The text that Pulumi shows in place of a secret."""
LONGEST = 120
"""The longest quoted value, in characters; the differences at the end of a report have it in full."""
MOST = 50
"""The largest number of names in a sentence; the differences at the end of a report have them all."""


@dataclass(frozen=True)
class Quoted:
    """Text that somebody else chose."""

    text: str


Phrase = tuple[str | Quoted, ...]
"""A sentence, as the program's own words and quotations in turn."""


def message(phrase: Phrase) -> list[str]:
    """The lines of a phrase that is a single quotation of several lines; empty for any other."""
    text = phrase[0].text if len(phrase) == 1 and isinstance(phrase[0], Quoted) else ""
    return [visible(line) for line in text.splitlines()] if "\n" in text else []


def listed(names: Iterable[str]) -> Phrase:
    """The names, quoted, with commas between them; of too many the first, and how many more there are."""
    parts: list[str | Quoted] = []
    several = [*names]
    for name in several[:MOST]:
        parts += [", ", Quoted(name)] if parts else [Quoted(name)]
    return (*parts, f" and {len(several) - MOST} more") if len(several) > MOST else tuple(parts)


def counted(count: int, what: str) -> str:
    """A count with its noun, in the plural unless it is 1."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def value(something: Any) -> str | Quoted:
    """A property's value as part of a phrase, cut to LONGEST. None stands for an absent property."""
    if something is None:
        return "none"
    if something == SECRET:
        return "a secret"
    if isinstance(something, str) and something in UNKNOWN_VALUES:
        return "known later"
    text = plain(something)
    return Quoted(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def plain(something: Any) -> str:
    """A value as one line of text. Whole numbers, which the engine keeps as floats, have no fraction."""
    if isinstance(something, str):
        return visible(_known(something)) or '""'
    if isinstance(something, bool | Mapping | list) or something is None:
        return visible(json.dumps(_known(something), ensure_ascii=False, sort_keys=True))
    if isinstance(something, float) and something.is_integer():
        return str(int(something))
    return visible(str(something))


def visible(text: str) -> str:
    """The text, with invisible characters escaped: line ends, controls, changes of direction."""
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
