"""What the program says to every kind of wrong configuration: golden/ holds it for people to read."""

import ast
import functools
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import components
from components.settings.validation import leniency, mistakes
from tests.unit import wrong_configurations
from tests.unit.wrong_configurations import EVERY_KIND, GOLDEN
from tests.unit.wrong_surroundings import FOUND

COMPONENTS = Path(components.__file__).parent
SETTINGS = COMPONENTS / "settings"
WRITE = "read golden/, and write it anew: .venv/bin/python -m tests.unit.wrong_configurations"
shown = functools.cache(wrong_configurations.messages)
"""The messages of a kind, for the tests that only read them."""


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_message_is_the_one_that_was_read(kind: str) -> None:
    assert shown(kind) == (GOLDEN / f"{kind}.txt").read_text(), WRITE


def test_there_is_no_message_of_a_kind_that_is_gone() -> None:
    assert {file.stem for file in GOLDEN.glob("*.txt")} == set(EVERY_KIND), WRITE


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_mistake_says_what_would_be_right(kind: str) -> None:
    text = shown(kind)
    assert text.count("\n  - ") == text.count("\n      Right would be: ")


def test_every_rule_has_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[tuple[Path, int]] = set()
    original, original_refuse = mistakes.broken, leniency.refuse

    def noting(rule: str, **rest: str) -> object:
        caller = sys._getframe(1)
        said.add((Path(caller.f_code.co_filename), caller.f_lineno))
        return original(rule, **rest)

    def refusing(rule: str, **rest: Any) -> None:
        caller = sys._getframe(1)
        said.add((Path(caller.f_code.co_filename), caller.f_lineno))
        original_refuse(rule, **rest)

    monkeypatch.setattr(leniency, "refuse", refusing)
    for module in [module for name, module in sys.modules.items() if name.startswith("components.")]:
        if getattr(module, "broken", None) is original and module is not mistakes:
            monkeypatch.setattr(module, "broken", noting)
    for kind in EVERY_KIND:
        wrong_configurations.messages(kind)
    own = {SETTINGS / "validation" / "leniency.py"}
    calls = [
        call
        for name in ("broken", "leniency.refuse")
        for call in calls_of(name, COMPONENTS)
        if call[0] not in own
    ]
    assert {SETTINGS / "values" / "names.py", SETTINGS / "together.py"} <= {file for file, _ in calls}
    assert unsaid(calls, said) == [], "add a configuration that breaks it to wrong_configurations.py"


def test_everything_found_wrong_with_what_exists_has_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    said: set[tuple[Path, int]] = set()

    def noting(*values: Any, **named: Any) -> mistakes.Mistake:
        caller = sys._getframe(1)
        said.add((Path(caller.f_code.co_filename), caller.f_lineno))
        return mistakes.Mistake(*values, **named)

    for name, module in list(sys.modules.items()):
        if name.startswith("components.existing.") and hasattr(module, "Mistake"):
            monkeypatch.setattr(module, "Mistake", noting)
    for kind in FOUND:
        wrong_configurations.messages(kind)
    calls = list(calls_of("Mistake", COMPONENTS / "existing"))
    assert {file.name for file, _ in calls} >= {"aks.py", "azure.py", "kafka.py", "network.py", "rules.py"}
    assert unsaid(calls, said) == [], "add what brings it up to wrong_surroundings.py"


def unsaid(calls: Iterable[tuple[Path, range]], said: Collection[tuple[Path, int]]) -> list[str]:
    """The calls of which no line is among those that were `said`."""
    return [
        f"{file.relative_to(COMPONENTS)}:{lines[0]}"
        for file, lines in calls
        if not any((file, line) in said for line in lines)
    ]


def calls_of(function: str, folder: Path) -> Iterator[tuple[Path, range]]:
    """Where `function` is called in a folder and those below it: file and lines of each call."""
    for file in sorted(folder.rglob("*.py")):
        if f"{function}(" in file.read_text():
            yield from ((file, lines) for called, lines in _calls(file) if called == function)


@functools.cache
def _calls(file: Path) -> Sequence[tuple[str, range]]:
    """The name of each function that a file calls, as it is written there, and the lines of the call."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    return [(ast.unparse(call.func), range(call.lineno, (call.end_lineno or 0) + 1)) for call in calls]
