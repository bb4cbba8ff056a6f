"""The status of a world as text."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any


def report(status: dict[str, Any]) -> str:
    """A few lines for people, of what `emulator.status.describe` says."""
    return "\n".join(_lines(status))


def _lines(status: dict[str, Any]) -> Iterator[str]:
    yield f"daemon    process {status['daemon']['pid']}, {status['memory'] >> 20} MiB with all it started"
    for name, prefixes in status["networks"].items():
        yield f"network   {name.rsplit('/', 1)[-1]:28} {', '.join(prefixes)}"
    for node in status["nodes"]:
        processes = ", ".join(_program(process["command"]) for process in node["processes"])
        yield f"node      {node['name']:28} {node['address']:15} {processes}"
    for name, address in status["endpoints"].items():
        yield f"endpoint  {name:28} {address}"
    yield f"page      {status['appUrl'] or 'not deployed'}"


def _program(command: list[str]) -> str:
    """What a command runs, in a word: Java's main class, Python's module, or the program's name."""
    modules = [word for option, word in pairwise(command) if option == "-m"]
    classes = [
        word for word in command if word.count(".") > 1 and "/" not in word and not word.startswith("-")
    ]
    return [Path(command[0]).name, *classes, *modules][-1]
