"""Recognises, by what it does, a snippet that somebody pasted into kafka-env to advertise IP addresses.

Such a snippet finds the node's address, strikes `advertised` lines from server.properties and appends one
with that address. Only whole statements that do nothing else are taken; when in doubt a line is somebody
else's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["address", "erase", "write", "tell", "path", "control", "other"]

_ASSIGNMENT = re.compile(r"^\s*(?:export\s+|local\s+)?([A-Za-z_]\w*)=(.*)$", re.DOTALL)
_ASKS_ADDRESS = re.compile(
    r"hostname\s+(?:-i|-I|--ip-address|--all-ip-addresses)\b|\bip\s.*\baddr|\bifconfig\b"
)
_OPENERS = re.compile(r"^\s*(?:if|for|while|until|case|select)\b|[({]\s*$|\bthen\s*$.*\bif\b")
_CLOSERS = re.compile(r"^\s*(?:fi|done|esac|[)}])")
_ADVERTISED_ENTRY = re.compile(r"(\w+)://[^,]*?:(\d+)")
_CONTROL = re.compile(r"^\s*(?:if\b.*|then|else|fi|[({)}]|done)\s*;?\s*(?:then)?\s*$")


@dataclass(frozen=True)
class _Statement:
    """Lines first to last (exclusive) that belong together: a line and its continuations, an if ... fi."""

    first: int
    last: int
    text: str


def find_pasted(text: str) -> list[int]:
    """Numbers of the lines that make up such a snippet; empty when none advertises the node's address."""
    lines = text.split("\n")
    statements = _statements(lines)
    variables: dict[str, str] = {}
    kinds: list[Kind] = []
    for statement in statements:
        kinds.append(_kind(statement.text, variables))
    if "write" not in kinds:
        return []
    taken = [index for index, kind in enumerate(kinds) if kind in ("erase", "write", "tell")]
    taken += _helpers(statements, kinds, set(taken))
    found: set[int] = set()
    for index in sorted(taken):
        first = statements[index].first
        while (
            first > 0
            and lines[first - 1].lstrip().startswith("#")
            and "advertise" in lines[first - 1].lower()
        ):
            first -= 1
        found.update(range(first, statements[index].last))
    return sorted(found)


def pasted_listeners(text: str) -> set[tuple[str, int]]:
    """Name and port of each listener that such a snippet advertises."""
    lines = text.split("\n")
    written = [lines[number] for number in find_pasted(text) if "advertised.listeners=" in lines[number]]
    return {(name.upper(), int(port)) for line in written for name, port in _ADVERTISED_ENTRY.findall(line)}


def without_pasted(text: str) -> str:
    """The text without the lines of such a snippet; every other byte stays."""
    pasted = set(find_pasted(text))
    if not pasted:
        return text
    return "\n".join(line for number, line in enumerate(text.split("\n")) if number not in pasted)


def _helpers(statements: Sequence[_Statement], kinds: Sequence[Kind], taken: set[int]) -> list[int]:
    """Assignments of an address or a path that nothing but the snippet uses."""
    helpers = []
    for index, kind in enumerate(kinds):
        assignment = _ASSIGNMENT.match(statements[index].text)
        if kind not in ("address", "path") or assignment is None:
            continue
        uses = re.compile(r"\$\{?" + re.escape(assignment[1]) + r"\b")
        users = {at for at, statement in enumerate(statements) if uses.search(statement.text)}
        if users and users <= taken:
            helpers.append(index)
    return helpers


def _kind(statement: str, variables: dict[str, str]) -> Kind:
    """What a whole statement is for: `other` as soon as one of its commands does anything else.

    Variables that it sets are added to `variables`, for the statements after it.
    """
    kinds: set[Kind] = set()
    for command in _commands(statement):
        kinds.add(_command_kind(command, variables))
        assignment = _ASSIGNMENT.match(command)
        if assignment:
            variables[assignment[1]] = _expand(assignment[2], variables)
    kinds.discard("control")
    if "other" in kinds or not kinds:
        return "other"
    for kind in ("write", "erase", "tell", "address", "path"):
        if kind in kinds:
            return kind
    return "other"


def _command_kind(command: str, variables: dict[str, str]) -> Kind:
    if not command.strip() or _CONTROL.match(command):
        return "control"
    meaning = _expand(command, variables)
    assignment = _ASSIGNMENT.match(command)
    if assignment and _ASKS_ADDRESS.search(assignment[2]) and "advertised" not in assignment[2]:
        return "address"
    if assignment and re.fullmatch(r"[\"']?[\w./$-]*server\.properties[\"']?", assignment[2].strip()):
        return "path"
    if "advertised" not in meaning:
        return "other"
    to_file = "server.properties" in meaning
    if re.match(r"\s*(?:echo|printf)\b", command) and ">" not in command and "|" not in command:
        return "tell"
    adds = "advertised.listeners=" in meaning and _ASKS_ADDRESS.search(meaning)
    if to_file and adds and re.search(r">>|\btee\s+(?:-a|--append)\b|\bsed\s+.*-i", command):
        return "write"
    if to_file and re.search(r"\bsed\s+(?:-\S+\s+)*-i|\bsed\s+.*--in-place", command):
        return "erase"
    return "other"


def _expand(text: str, variables: dict[str, str]) -> str:
    return re.sub(r"\$\{?([A-Za-z_]\w*)\}?", lambda match: variables.get(match[1], match[0]), text)


def _commands(statement: str) -> list[str]:
    """The statement's commands, cut at ; && || and line ends outside quotes and substitutions."""
    commands, current, quote, depth = [], "", "", 0
    position = 0
    while position < len(statement):
        character = statement[position]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"`":
            quote = character
        elif character in "({":
            depth += 1
        elif character in ")}":
            depth -= 1
        elif depth <= 0 and (character in ";\n" or statement.startswith(("&&", "||"), position)):
            commands.append(current)
            current = ""
            position += 2 if character in "&|" else 1
            continue
        current += character
        position += 1
    return [*commands, current]


def _statements(lines: Sequence[str]) -> list[_Statement]:
    statements: list[_Statement] = []
    number = 0
    while number < len(lines):
        first, depth = number, 0
        while True:
            line = lines[number].rstrip("\r")
            if not line.lstrip().startswith("#"):
                depth += len(_OPENERS.findall(line)) - len(_CLOSERS.findall(line))
            number += 1
            if number >= len(lines) or not (line.endswith("\\") or depth > 0):
                break
        text = "\n".join(line for line in lines[first:number] if not line.lstrip().startswith("#"))
        statements.append(_Statement(first, number, text.replace("\\\n", " ").replace("\r", "")))
    return statements
