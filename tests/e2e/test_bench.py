"""The benchmark as a command: what it says of itself, and what it leaves when it is ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from .environment import CHECKOUT, eventually

EMULATOR = """\
#!/bin/sh
# Stands for `python -m emulator --home HOME COMMAND`: notes what is asked, and brings nothing up.
echo "$5" >> {notes}
[ "$5" = up ] || exit 0
trap 'echo "up is ended" >> {notes}; exit 143' TERM
while :; do sleep 0.05; done
"""
MAIN = "import sys; sys.executable = {program!r}; from bench.__main__ import main; sys.exit(main())"


def test_help_is_shown_and_nothing_measured(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bench", "--help"],
        cwd=CHECKOUT,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.startswith("usage: python -m bench")
    assert list(tmp_path.iterdir()) == []


def test_ended_while_an_environment_comes_up_it_takes_that_down(tmp_path: Path) -> None:
    notes, program, scratch = tmp_path / "notes", tmp_path / "emulator", tmp_path / "scratch"
    program.write_text(EMULATOR.format(notes=notes))
    program.chmod(0o755)
    scratch.mkdir()
    bench = subprocess.Popen(
        [sys.executable, "-c", MAIN.format(program=str(program))],
        cwd=CHECKOUT,
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        text=True,
    )
    eventually(lambda: notes.exists() and notes.read_text() == "up\n", "an environment comes up")
    bench.terminate()
    output, _ = bench.communicate(timeout=60)
    assert notes.read_text().splitlines() == ["up", "up is ended", "down"]
    assert bench.returncode == 128 + signal.SIGTERM
    assert output == ""
    assert list(scratch.iterdir()) == []
