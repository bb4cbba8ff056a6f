"""The comment on the change between two commits: what is run for it, and what is left."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes.terminal import Terminal

CHECKOUT = Path(__file__).resolve().parents[2]
# The tool with an emulator that only notes what it is asked, on this checkout in place of any commit.
TOOL = """
import contextlib, sys
from tools import pr_comment
pr_comment._command = lambda world, *arguments: ["bash", "EMULATOR", *arguments]
pr_comment._program = lambda commit, folder: contextlib.nullcontext(folder)
sys.exit(pr_comment.main())
"""
EMULATOR = """
case "$*" in
  *" up "*) echo up >> noted
    if [ -n "$HANG" ]; then
      trap 'for _ in $(seq 20); do sleep 0.05; done; echo ended >> noted; exit 1' INT
      touch hanging; while :; do sleep 0.05; done
    fi ;;
  *" preview "*) echo preview >> noted; printf %s "$PREVIEW" ;;
  down) echo down >> noted ;;
esac
"""


def tool(folder: Path) -> list[str]:
    (folder / "emulator.sh").write_text(f"cd {folder}\n{EMULATOR}")
    return [sys.executable, "-c", TOOL.replace("EMULATOR", str(folder / "emulator.sh")), "main"]


NOTHING = {
    "steps": [{"op": "same", "urn": "urn:pulumi:local::aks-kafka::a:b:C::c", "newState": {"type": "a:b:C"}}]
}


@pytest.mark.parametrize(
    ("preview", "told"),
    [(json.dumps(NOTHING), "Nothing changes"), ("error: no stack", "There is no preview")],
)
def test_the_comment_is_all_that_is_printed_and_the_environment_is_taken_down(
    tmp_path: Path, preview: str, told: str
) -> None:
    known = {**os.environ, "PREVIEW": preview}
    ended = subprocess.run(
        tool(tmp_path), cwd=CHECKOUT, env=known, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("<!-- review of the stack local -->")
    assert told in ended.stdout
    assert (tmp_path / "noted").read_text().split() == ["up", "preview", "down"]


def test_after_ctrl_c_the_environment_is_taken_down_once_pulumi_has_ended(tmp_path: Path) -> None:
    with Terminal(tool(tmp_path), CHECKOUT, {**os.environ, "HANG": "yes"}) as terminal:
        terminal.await_file(tmp_path / "hanging")
        terminal.type("\x03")
        assert terminal.status() == 130
    assert "Interrupted." in terminal.shown
    assert "Traceback" not in terminal.shown
    assert (tmp_path / "noted").read_text().split() == ["up", "ended", "down"]


def test_a_commit_that_there_is_not_is_named() -> None:
    command = [sys.executable, "-m", "tools.pr_comment", "no-such-commit"]
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "no-such-commit" in ended.stderr
    assert "Traceback" not in ended.stderr
