"""Runs one command as pulumi-command does (provider/pkg/provider/local in pulumi/pulumi-command)."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHELL = ("/bin/sh", "-c")
_KILL_ON_CLOSE = Path(__file__).with_name("kill_on_close.py")


class CommandFailed(Exception):
    """The command could not be started, failed, or timed out. The message contains its output."""


@dataclass(frozen=True)
class Output:
    """What a command printed."""

    stdout: str
    stderr: str


def run(
    command: str,
    *,
    folder: Path,
    environment: Mapping[str, str],
    interpreter: Sequence[str] | None = None,
    stdin: str | None = None,
    timeout: float = 0,
    on_abandoned: Callable[[Callable[[], None]], object] = lambda _kill: None,
) -> Output:
    """Runs a command, and returns its output without the last newline. Raises CommandFailed.

    timeout: seconds, 0 for none.
    on_abandoned: called with a function that kills the command, for use when the caller has gone.
    """
    if not folder.is_dir():
        raise CommandFailed(f"chdir {folder}: no such directory: running {command!r}")
    reading_end, kill_pipe = _KillPipe.make()
    on_abandoned(kill_pipe.kill)
    process = subprocess.Popen(
        [
            sys.executable,
            "-I",
            "-S",
            str(_KILL_ON_CLOSE),
            str(reading_end),
            *(interpreter or _SHELL),
            command,
        ],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        pass_fds=[reading_end],
    )
    os.close(reading_end)
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout or None)
        ending = f"exit status {process.returncode}" if process.returncode else ""
    except subprocess.TimeoutExpired:
        kill_pipe.kill()
        stdout, stderr = process.communicate()
        ending = f"not done in {timeout:g} s"
    finally:
        kill_pipe.kill()
    if ending:
        raise CommandFailed(f"{ending}: running {command!r}:\n{stdout}{stderr}")
    return Output(stdout.removesuffix("\n"), stderr.removesuffix("\n"))


class _KillPipe:
    """The writing end of a pipe whose closing kills the command; see `emulator.command.kill_on_close`."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    @classmethod
    def make(cls) -> tuple[int, "_KillPipe"]:
        reading_end, writing_end = os.pipe()
        return reading_end, cls(writing_end)

    def kill(self) -> None:
        """Kills the command if it still runs."""
        self._file.close()
