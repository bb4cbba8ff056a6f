"""A command on a terminal of its own, answered as a person does: by what it shows."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

_PATIENCE = 60.0


class Terminal:
    """The command, and all that it has shown so far; killed at the end of the block if it still runs."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.shown = ""
        self._read = 0
        self._end = time.monotonic() + _PATIENCE
        self._ours, theirs = os.openpty()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_the_terminal,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def answer(self, question: str, text: str, end: str = "\n") -> None:
        """Types the text once the question is shown, after all that was answered before."""
        while question not in self.shown[self._read :]:
            assert self._more(), f"{question!r} is not asked:\n{self.shown}"
        self._read = self.shown.index(question, self._read) + len(question)
        self.type(text + end)

    def interrupt(self, question: str) -> None:
        """Presses Ctrl-C once the question is shown and read for: Python's `input` misses one before that."""
        self.answer(question, "", end="")
        while self._state() != "S":
            assert not self._more(0.01), f"more than a question is shown:\n{self.shown}"
        self.type("\x03")

    def type(self, keys: str) -> None:
        """Presses these keys."""
        os.write(self._ours, keys.encode())

    def await_file(self, file: Path) -> None:
        """Waits until the command has made a file."""
        while not file.exists():
            self._more(0.05)

    def status(self) -> int:
        """The exit status, once the command has ended and all is read that it shows."""
        while self._more():
            pass
        return self._process.wait(_PATIENCE)

    def _state(self) -> str:
        """S for a process that waits for something; see proc_pid_stat(5)."""
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2][0]

    def _more(self, seconds: float = _PATIENCE) -> bool:
        """Reads what is shown within that time; False where there is nothing, or no more to come."""
        assert time.monotonic() < self._end, f"nothing more is shown:\n{self.shown}"
        if select.select([self._ours], [], [], seconds)[0]:
            try:
                self.shown += os.read(self._ours, 65536).decode(errors="replace")
            except OSError:
                # Linux says so where nobody has the other end open any more.
                return False
            return True
        return False


def _take_the_terminal() -> None:
    # Jobs in the background of a shell ignore Ctrl-C, and so does what they start.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The first terminal that a session opens is the one whose keys send signals.
    os.close(os.open(os.ttyname(0), os.O_RDWR))
