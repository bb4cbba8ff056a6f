"""What is checked before a commit, and by `make lint`, is the same."""

import os
import re
from pathlib import Path

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile, as make hands them to a shell."""
    lines = (CHECKOUT / "Makefile").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{target}:"))
    commands = []
    for line in lines[start + 1 :]:
        if not line.startswith("\t"):
            break
        commands.append(line.strip().lstrip("@"))
    return commands


def test_hooks_run_what_make_lint_runs() -> None:
    (local,) = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text())["repos"]
    assert local["repo"] == "local"
    assert [hook["entry"] for hook in local["hooks"]] == recipe("lint")
    # Whatever files changed: each tool looks at all of them, as make does.
    assert {(hook["language"], hook["pass_filenames"]) for hook in local["hooks"]} == {("system", False)}


def test_the_tools_that_lint_runs_are_pinned_or_in_the_checkout() -> None:
    pinned = re.findall(r"^([\w-]+)==", (CHECKOUT / "tests" / "requirements.txt").read_text(), re.MULTILINE)
    programs = [command.split()[0] for command in recipe("lint")]
    assert programs
    for program in programs:
        name = program.removeprefix(".venv/bin/")
        assert name in pinned or os.access(CHECKOUT / program, os.X_OK), program


def test_workflows_are_linted() -> None:
    commands = recipe("lint")
    assert ".venv/bin/zizmor --offline --quiet --strict-collection .github" in commands
    assert "tools/actionlint/run.sh" in commands
