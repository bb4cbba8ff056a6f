"""Rules without the secrets that their words repeat."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress

HIDDEN = "[secret]"
_SHORTEST = 3
"""A shorter text tells nothing, and would be found within words."""


def without(rule: Mapping[str, str], value: object) -> dict[str, str]:
    """The parts of a rule, with HIDDEN for every text that is in `value`, which no message may show."""
    texts = sorted(set(_texts(value)), key=len, reverse=True)
    parts = dict(rule)
    for text in texts:
        parts = {name: part.replace(text, HIDDEN) for name, part in parts.items()}
    return parts


def _texts(value: object) -> Iterator[str]:
    """Every text and number within a setting's value, names apart."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
    elif len(str(value)) >= _SHORTEST:
        yield str(value)
