"""Runs one command as pulumi-command does (provider/pkg/provider/local in pulumi/pulumi-command)."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_SHELL = ("/bin/sh", "-c")


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
) -> Output:
    """Output without the last line end. `timeout` in seconds, 0 for none. Raises CommandFailed."""
    argv = [*(interpreter or _SHELL), command]
    try:
        process = subprocess.Popen(
            argv,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise CommandFailed(f"{error.strerror}: {error.filename}: running {command!r}") from error
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout or None)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        raise CommandFailed(f"not done in {timeout:g} s: running {command!r}:\n{stdout}{stderr}") from error
    if process.returncode != 0:
        raise CommandFailed(f"{_ending(process.returncode)}: running {command!r}:\n{stdout}{stderr}")
    return Output(stdout.removesuffix("\n"), stderr.removesuffix("\n"))


def _ending(status: int) -> str:
    return f"exit status {status}" if status > 0 else f"signal: {signal.Signals(-status).name}"
