"""Runs one command as pulumi-command does (provider/pkg/provider/local in pulumi/pulumi-command)."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHELL = ("/bin/sh", "-c")
_LEASH = Path(__file__).with_name("leash.py")


class CommandFailed(Exception):
    """It could not be started, ended with a failure, or ran out of time. The message holds its output."""


@dataclass(frozen=True)
class Output:
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
    """Runs a command; returns its output without the last line end. Raises CommandFailed.

    `timeout` is in seconds, 0 for none.

    `on_abandoned` is given a function that kills the command, for when nobody wants its result any more.
    """
    if not folder.is_dir():
        raise CommandFailed(f"chdir {folder}: no such directory: running {command!r}")
    held, leash = _Leash.make()
    on_abandoned(leash.let_go)
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_LEASH), str(held), *(interpreter or _SHELL), command],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        pass_fds=[held],
    )
    os.close(held)
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout or None)
        ending = f"exit status {process.returncode}" if process.returncode else ""
    except subprocess.TimeoutExpired:
        leash.let_go()
        stdout, stderr = process.communicate()
        ending = f"not done in {timeout:g} s"
    finally:
        leash.let_go()
    if ending:
        raise CommandFailed(f"{ending}: running {command!r}:\n{stdout}{stderr}")
    return Output(stdout.removesuffix("\n"), stderr.removesuffix("\n"))


class _Leash:
    """This end of the pipe; see `emulator.command.leash`."""

    def __init__(self, descriptor: int) -> None:
        self._file = os.fdopen(descriptor, "wb", buffering=0)

    @classmethod
    def make(cls) -> tuple[int, "_Leash"]:
        theirs, ours = os.pipe()
        return theirs, cls(ours)

    def let_go(self) -> None:
        """Kills the command if it still runs."""
        self._file.close()
