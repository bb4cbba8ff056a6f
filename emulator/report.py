"""Formats the status of a world as text."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

_MIN_WIDTH = 24  # characters of the column with names
_CLASS_PATH = ("-cp", "-classpath", "--class-path")


def report(status: dict[str, Any]) -> str:
    """Formats the document of `emulator.status.describe` as lines of text."""
    return "\n".join(_lines(status))


def _lines(status: dict[str, Any]) -> Iterator[str]:
    yield f"daemon    process {status['daemon']['pid']}, {status['memory'] >> 20} MiB with all it started"
    width = max([_MIN_WIDTH, *(len(node["name"]) for node in status["nodes"])])
    for name, prefixes in status["networks"].items():
        yield f"network   {name.rsplit('/', 1)[-1]:{width}} {', '.join(prefixes)}"
    for node in status["nodes"]:
        processes = [f"{_program(one['command'])} ({one['memory'] >> 20} MiB)" for one in node["processes"]]
        yield f"node      {node['name']:{width}} {node['address']:15} {', '.join(processes)}".rstrip()
    for name, address in status["endpoints"].items():
        yield f"endpoint  {name:{width}} {address}"
    yield f"page      {_page(status['appUrl'])}"


def _page(url: str | None) -> str:
    """The page's URL, or why there is none."""
    return "not deployed" if url is None else url or "without an address"


def _program(command: list[str]) -> str:
    """The name of what a command line runs: Java's main class, Python's module, or the program."""
    program = Path(command[0]).name
    if program == "java":
        return _main_class(command[1:]) or program
    modules = [word for option, word in pairwise(command) if option == "-m"]
    return [program, *modules][-1]


def _main_class(words: Iterable[str]) -> str | None:
    """The first of java's arguments that is neither an option nor an option's value."""
    rest = iter(words)
    for word in rest:
        if word in _CLASS_PATH:
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None
