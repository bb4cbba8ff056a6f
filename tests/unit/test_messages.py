"""What the program says to every kind of wrong configuration: golden/ holds it for people to read."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components import mistakes
from tests.unit.wrong_configurations import EVERY_KIND, GOLDEN, messages
from tests.unit.wrong_surroundings import FOUND

COMPONENTS = Path(mistakes.__file__).parent
WRITE = "read golden/, and write it anew: .venv/bin/python -m tests.unit.wrong_configurations"


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_message_is_the_one_that_was_read(kind: str) -> None:
    assert messages(kind) == (GOLDEN / f"{kind}.txt").read_text(), WRITE


def test_there_is_no_message_of_a_kind_that_is_gone() -> None:
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(EVERY_KIND), WRITE


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_mistake_says_what_would_be_right(kind: str) -> None:
    shown = messages(kind)
    assert shown.count("\n  - ") == shown.count("\n      Right would be: ")


def test_every_rule_has_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[tuple[str, int]] = set()
    original = mistakes.broken

    def noting(rule: str, **rest: str) -> object:
        caller = sys._getframe(1)
        said.add((Path(caller.f_code.co_filename).name, caller.f_lineno))
        return original(rule, **rest)

    for module in [module for name, module in sys.modules.items() if name.startswith("components.")]:
        if getattr(module, "broken", None) is original and module is not mistakes:
            monkeypatch.setattr(module, "broken", noting)
    for kind in EVERY_KIND:
        messages(kind)
    silent = [
        f"{name}:{lines[0]}" for name, lines in rules() if not any((name, line) in said for line in lines)
    ]
    assert silent == [], "add a configuration that breaks it to wrong_configurations.py"


def test_everything_found_wrong_with_what_exists_has_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[tuple[str, int]] = set()

    def noting(*values: Any, **named: Any) -> mistakes.Mistake:
        caller = sys._getframe(1)
        said.add((Path(caller.f_code.co_filename).name, caller.f_lineno))
        return mistakes.Mistake(*values, **named)

    for name, module in list(sys.modules.items()):
        if name.startswith("components.existing.") and hasattr(module, "Mistake"):
            monkeypatch.setattr(module, "Mistake", noting)
    for kind in FOUND:
        messages(kind)
    calls = list(calls_of("Mistake", COMPONENTS / "existing"))
    silent = [
        f"{name}:{lines[0]}" for name, lines in calls if not any((name, line) in said for line in lines)
    ]
    assert calls
    assert silent == [], "add what brings it up to wrong_surroundings.py"


def rules() -> Iterator[tuple[str, range]]:
    """Where a rule is called broken: file and lines of each call."""
    return calls_of("broken", COMPONENTS)


def calls_of(function: str, folder: Path) -> Iterator[tuple[str, range]]:
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
                assert node.end_lineno
                yield file.name, range(node.lineno, node.end_lineno + 1)
