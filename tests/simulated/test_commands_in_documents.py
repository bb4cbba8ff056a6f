"""Every command, path, test and setting that a document shows exists."""

import ast
import contextlib
import importlib.util
import io
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from testapp.check.command import parser as check_parser

from components.settings import Settings, WrongSettings
from emulator.__main__ import parse
from tests.unit.configurations import REQUIRED, encoded
from tests.unit.documents import CHECKOUT, DOCUMENTS, blocks, commands, named, spans
from tests.unit.test_links import CODE, TARGETS

PYTHON = r"(?:\S*/)?python -m"
TOP = {".github", ".devcontainer"} | {path.name for path in CHECKOUT.iterdir() if path.name[0] != "."}
TARGETS_OF_MAKE = re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
SETTINGS = {str(field.alias) for field in Settings.model_fields.values()}
EVERY_DOCUMENT = pytest.mark.parametrize("document", DOCUMENTS, ids=named)


def parses(parse_arguments: Callable[[list[str]], Any], arguments: list[str]) -> bool:
    """Whether argparse takes the arguments; `--help` ends it, too, with status 0."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            parse_arguments(arguments)
        except SystemExit as ended:
            return ended.code in (0, None)
    return True


def nested(path: str, value: str) -> tuple[str, Any]:
    """A setting's name and its value, of which `pulumi config set --path` sets one part."""
    name, *steps = re.findall(r'[^.\[\]"]+(?=[.\[]|$)|(?<=\[")[^"]+(?="\])|(?<=\[)\d+(?=\])', path)
    inner: Any = value
    for step in reversed(steps):
        # Settings want all of a list, so that an item that is not the first has others before it.
        inner = [inner] if step.isdecimal() else {step: inner}
    return name, inner


def is_a_setting(path: str) -> bool:
    """Whether the program knows what the path leads to."""
    name, value = nested(path, "VALUE")
    if name not in SETTINGS:
        return False
    values = {
        key.removeprefix("aks-kafka:"): text for key, text in encoded({**REQUIRED, name: value}).items()
    }
    try:
        Settings.parse(values, {"ambariPassword", "appAccessToken", "kafkaPassword"}, stack="test")
    except WrongSettings as error:
        return not any(
            mistake.rule in ("is unknown", "is no setting of this program") for mistake in error.mistakes
        )
    return True


def test_commands_are_found_wherever_they_stand() -> None:
    markdown = """
Run `make one`, or `.venv/bin/python -m two --three`.

    pulumi config set four 4   # a comment
    cd five && make six

```
pulumi seven \\
  --eight
```
"""
    assert list(commands(markdown, "make")) == ["one", "six"]
    assert list(commands(markdown, PYTHON)) == ["two --three"]
    assert list(commands(markdown, "pulumi")) == ["seven --eight", "config set four 4"]


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("kafkaWorkers", True),
        ("kafkaWokers", False),
        ("topics[1].name", True),
        ("topics[1].nam", False),
        ('topics[0].config["retention.ms"]', True),
        ("kafka.existing.name", True),
        ("kafka.exsting.name", False),
    ],
)
def test_settings_are_told_from_what_is_misspelt(path: str, known: bool) -> None:
    assert is_a_setting(path) == known


@EVERY_DOCUMENT
def test_targets_of_make_are_the_makefile_s(document: Path) -> None:
    shown = {word for command in commands(document.read_text(), "make") for word in command.split()[:1]}
    assert shown - set(TARGETS_OF_MAKE) == set()


@EVERY_DOCUMENT
def test_modules_can_be_run(document: Path) -> None:
    wrong = []
    for command in commands(document.read_text(), PYTHON):
        module, *arguments = shlex.split(command) or [""]
        if importlib.util.find_spec(module) is None:
            wrong.append(module)
        elif (module == "emulator" and not parses(parse, arguments)) or (
            arguments[:1] == ["check"] and not parses(check_parser().parse_args, arguments[1:])
        ):
            wrong.append(command)
        wrong += [each for each in arguments if each.endswith(".py") and not (CHECKOUT / each).exists()]
    assert wrong == []


@EVERY_DOCUMENT
def test_settings_that_are_set_exist(document: Path) -> None:
    wrong = []
    for command in commands(document.read_text(), r"pulumi config (?:set|rm|get)"):
        name = next(
            word for word in re.findall(r"'[^']+'|\"[^\"]+\"|\S+", command) if not word.startswith("--")
        )
        path = name.strip("'\"")
        # NAME stands for any, and a program beside the documents may have settings of its own.
        if path != "NAME" and not is_a_setting(path) and f"  {path}:" not in own_project(document):
            wrong.append(path)
    assert wrong == []


def own_project(document: Path) -> str:
    file = document.parent / "Pulumi.yaml"
    return file.read_text() if file.exists() and document.parent != CHECKOUT else ""


@EVERY_DOCUMENT
def test_paths_that_are_named_exist(document: Path) -> None:
    markdown = document.read_text()
    words = {word.strip(",;:") for span in [*spans(markdown), *blocks(markdown)] for word in span.split()}
    paths = [word for word in words if re.fullmatch(r"[\w.*/-]+(?:::\w+)?", word) and "/" in word]
    ours = [path for path in paths if path.split("/")[0] in TOP]
    assert [path for path in ours if not exists(path, CHECKOUT, document.parent)] == []


def exists(path: str, *folders: Path) -> bool:
    """Whether there is such a file in one of the folders, or a test of that name in it."""
    file, _, test = path.partition("::")
    found = [each for folder in folders for each in folder.glob(file.rstrip("/"))]
    return bool(found) and (not test or test in functions(found[0]))


def functions(file: Path) -> set[str]:
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}


@EVERY_DOCUMENT
def test_links_to_a_part_of_a_document_find_its_heading(document: Path) -> None:
    targets = ["".join(groups) for groups in TARGETS.findall(CODE.sub("", document.read_text()))]
    wrong = []
    for target in targets:
        path, mark, heading = target.partition("#")
        file = document.parent / path if path else document
        if mark and "//" not in path and file.suffix == ".md" and heading not in headings(file):
            wrong.append(target)
    assert wrong == []


def headings(document: Path) -> set[str]:
    """The anchors that GitHub gives a document's headings.

    https://docs.github.com/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
    """
    lines = re.findall(r"^#+ +(.+?) *#*$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
