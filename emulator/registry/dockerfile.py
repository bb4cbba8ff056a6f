"""Parses the part of Dockerfiles (docs.docker.com/reference/dockerfile) that builds here support."""

import json
import re
import shlex
from dataclasses import dataclass

_KEYWORDS = ("FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "ENTRYPOINT", "CMD")
_CONTINUED = re.compile(r"\\[ \t]*\n(?:[ \t]*#[^\n]*\n)*")
_SHELL_SYNTAX = re.compile(r"[$`;&|<>()*?\[\]{}!\n]")


class BuildRefused(Exception):
    """The image can't be built here; the message names the file, the line and the rule."""


@dataclass(frozen=True)
class Instruction:
    """One instruction, such as `FROM python:3.11-slim`."""

    keyword: str
    """The instruction's name in upper case: FROM."""
    text: str
    """The rest of the instruction."""
    line: int
    """The number of its first line."""

    def words(self) -> list[str]:
        """The text split as by a shell. Raises BuildRefused for text that a shell would expand or execute."""
        if _SHELL_SYNTAX.search(self.text):
            raise self.refusal("variables, patterns and shell operators are not modelled by the emulator")
        try:
            return shlex.split(self.text)
        except ValueError as error:
            raise self.refusal(str(error)) from error

    def json_words(self) -> list[str]:
        """The words of an instruction in exec form, a JSON array. Raises BuildRefused for the shell form."""
        try:
            words = json.loads(self.text)
        except json.JSONDecodeError:
            words = None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise self.refusal('only the exec form, ["program", "argument"], is modelled by the emulator')
        return words

    def refusal(self, reason: str) -> BuildRefused:
        """Returns the exception that refuses this instruction."""
        return BuildRefused(f"Dockerfile, line {self.line}: {self.keyword} {self.text}: {reason}.")


def parse(text: str) -> list[Instruction]:
    """The instructions in their order. Raises BuildRefused unless the first one, and no other, is FROM."""
    instructions = [_instruction(number, line) for number, line in _logical_lines(text)]
    if not instructions or instructions[0].keyword != "FROM":
        raise BuildRefused("Dockerfile: the first instruction must be FROM.")
    for instruction in instructions[1:]:
        if instruction.keyword == "FROM":
            raise instruction.refusal("several stages are not modelled by the emulator")
    return instructions


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """The lines, joined with their continuations, after the number of their first."""
    joined = _CONTINUED.sub(lambda found: " " + "\0" * found[0].count("\n"), text)
    lines = []
    number = 1
    for line in joined.split("\n"):
        content = line.replace("\0", "").strip()
        if content and not content.startswith("#"):
            lines.append((number, content))
        number += 1 + line.count("\0")
    return lines


def _instruction(number: int, line: str) -> Instruction:
    keyword, _, text = line.partition(" ")
    instruction = Instruction(keyword.upper(), text.strip(), number)
    if instruction.keyword not in _KEYWORDS:
        raise instruction.refusal(f"{instruction.keyword} is not modelled by the emulator")
    return instruction
