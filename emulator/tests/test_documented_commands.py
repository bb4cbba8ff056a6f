"""Every `pulumi` command that a document shows is one that the engine knows, with options that it has."""

import re
import subprocess

import pytest

from emulator.engine import search_path
from tests.unit.documents import DOCUMENTS, commands


def shown() -> dict[str, set[str]]:
    """The options of each command, such as `config set`, in all documents."""
    found: dict[str, set[str]] = {}
    for document in DOCUMENTS:
        for arguments in commands(document.read_text(), "pulumi"):
            # `emulator pulumi --program FOLDER` is the emulator's own option.
            words = re.sub(r"^--program\S* \S+ | -- .*|\"?\$\(.*", "", arguments).split()
            command = re.match(r"(?:(?:config|stack|state) )?[a-z-]+", " ".join(words))
            if command:
                options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
                found.setdefault(command[0], set()).update(options)
    return found


SHOWN = shown()


def test_commands_are_found() -> None:
    assert {"up", "config set", "stack init", "cancel", "destroy"} <= set(SHOWN)
    assert {"--path", "--secret"} <= SHOWN["config set"]


@pytest.mark.parametrize("command", SHOWN)
def test_the_engine_knows_the_command_with_its_options(command: str) -> None:
    asked = subprocess.run(
        ["pulumi", *command.split(), "--help"],
        env={"PATH": search_path(), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    # To an unknown one the engine answers with the help of its group.
    usage = re.search(rf"^  pulumi {command}(?: |$)", asked.stdout, re.MULTILINE)
    aliases = re.search(rf"^Aliases:\n.*\b{command.split()[-1]}\b", asked.stdout, re.MULTILINE)
    assert usage or aliases, asked.stdout
    known = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", asked.stdout))
    assert SHOWN[command] - known == set()
