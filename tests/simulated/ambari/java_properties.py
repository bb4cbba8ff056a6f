"""java.util.Properties, as far as Kafka's server.properties needs it: what a broker reads from a file.

Source: the documentation of `Properties.load`.
"""

import re

_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def load(text: str) -> dict[str, str]:
    """Values by key; of several with one key the last."""
    properties: dict[str, str] = {}
    for line in _logical_lines(text):
        match = re.match(r"((?:[^\\=: \t\f]|\\.)*)[ \t\f]*[=:]?[ \t\f]*", line, re.DOTALL)
        assert match is not None
        properties[_unescaped(match[1])] = _unescaped(line[match.end() :])
    return properties


def _logical_lines(text: str) -> list[str]:
    """Lines with their continuations; comments and blank lines are none."""
    found: list[str] = []
    going_on = False
    for natural in re.split(r"\r\n|\r|\n", text):
        line = natural.lstrip(" \t\f")
        if not going_on and (not line or line[0] in "#!"):
            continue
        backslashes = len(line) - len(line.rstrip("\\"))
        part = line[:-1] if backslashes % 2 else line
        if going_on:
            found[-1] += part
        else:
            found.append(part)
        going_on = backslashes % 2 == 1
    return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.?)", lambda match: _ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)
