"""Starts and stops the daemon of a world, and creates and removes its home."""

import fcntl
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator import control
from emulator.code import digest
from emulator.engine import runs
from emulator.home import CHECKOUT, Home

_MARKER = "emulator-home"
_STOP_DEADLINE = 60.0  # seconds


class StartFailed(Exception):
    """The daemon did not start; the message says why."""


class Busy(Exception):
    """Something else is changing the world; the message says what."""


class NotAHome(Exception):
    """The folder is not the home of a world, so the emulator neither writes to it nor removes it."""


def start(home: Home) -> dict[str, Any]:
    """Starts the daemon unless it runs, and returns its process id, ports and code digest once it is ready.

    A daemon that runs other code than is on disk is restarted, unless a run of pulumi uses it.
    Raises StartFailed and NotAHome.
    """
    make_home(home)
    with _exclusive(home.root / "start.lock", fcntl.LOCK_EX):
        if _is_outdated(home) and not runs(home):
            stop(home)
        if not control.reachable(home):
            _launch(home)
    return control.call(home, "hello")


def stop(home: Home) -> bool:
    """Stops the daemon, and with it every process of the world. Returns False when no daemon was running."""
    try:
        pid = control.call(home, "hello")["pid"]
        control.call(home, "stop")
    except control.DaemonUnreachable:
        return False
    _await_end(pid)
    return True


def make_home(home: Home) -> None:
    """Creates the folder of a home, unless it exists. Raises NotAHome when something else is in it."""
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    require_home(home)
    (home.root / _MARKER).touch()
    home.logs.mkdir(exist_ok=True)


def require_home(home: Home) -> None:
    """Raises NotAHome unless the folder is empty or a home."""
    if any(home.root.iterdir()) and not (home.root / _MARKER).exists():
        raise NotAHome(f"{home.root} contains something other than an emulated world.")


def remove_home(home: Home) -> None:
    """Removes a home whose daemon has ended. Raises NotAHome."""
    require_home(home)
    for folder, children, _ in os.walk(home.root):
        for child in children:
            path = os.path.join(folder, child)
            # Overlay mounts leave work folders that even their owner has no permission to enter.
            if not os.path.islink(path):
                os.chmod(path, stat.S_IRWXU)
    shutil.rmtree(home.root)


@contextmanager
def exclusive_use(home: Home) -> Iterator[None]:
    """Holds the lock against another `up` or `down`. Raises Busy when one is under way."""
    try:
        with _exclusive(home.use_lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield
    except BlockingIOError as error:
        message = f"Another `up` or `down` is under way in {home.root}: wait until it has ended."
        raise Busy(message) from error


def require_idle(home: Home, project: str = "*") -> None:
    """Raises Busy while pulumi changes a stack of the home: any, or that of `project`."""
    if processes := runs(home, project):
        numbers = ", ".join(map(str, processes))
        raise Busy(f"pulumi (process {numbers}) is changing {home.root}: let it end first, or interrupt it.")


@contextmanager
def single_instance(home: Home) -> Iterator[None]:
    """Holds the daemon's lock, which the kernel releases when this process ends, however it ends.

    Raises StartFailed when another daemon holds it.
    """
    try:
        with _exclusive(home.lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield
    except BlockingIOError as error:
        raise StartFailed(f"An emulator is running in {home.root} already.") from error


@contextmanager
def _exclusive(path: Path, operation: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)


def _is_outdated(home: Home) -> bool:
    try:
        return control.call(home, "hello").get("code") != digest()
    except control.DaemonUnreachable:
        return False


def _launch(home: Home) -> None:
    """Runs the daemon in a session of its own, and returns once it is ready. Raises StartFailed."""
    reading_end, writing_end = os.pipe()
    log = home.logs / "daemon.log"
    with log.open("ab") as output:
        beginning = output.tell()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "emulator",
                "--home",
                str(home.root),
                "serve",
                "--ready",
                str(writing_end),
            ],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[writing_end],
            start_new_session=True,
        )
    os.close(writing_end)
    with os.fdopen(reading_end) as stream:
        # Empty when the daemon ended, which closed the other end of the pipe.
        message = stream.readline()
    if message != "ready\n":
        process.wait()
        raise StartFailed(f"{_last_log_line(log, beginning)}\n(The daemon's log: {log})")


def _await_end(pid: int) -> None:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([process], [], [], _STOP_DEADLINE)[0]:
            # The world's init ends with the daemon, and then the kernel ends everything in its namespaces.
            signal.pidfd_send_signal(process, signal.SIGKILL)
            select.select([process], [], [])
    finally:
        os.close(process)


def _last_log_line(log: Path, beginning: int) -> str:
    with log.open() as stream:
        stream.seek(beginning)
        lines = stream.read().strip().splitlines()
    return lines[-1] if lines else "The daemon ended without a message."
