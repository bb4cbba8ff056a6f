"""Starting and ending a world's daemon, and removing the world."""

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
    """The daemon did not come up; the message says why."""


class Busy(Exception):
    """Something else is changing the world; the message says what."""


class NotAHome(Exception):
    """The folder is no home of a world, so it is neither written into nor removed."""


def start(home: Home) -> dict[str, Any]:
    """Starts the daemon unless it runs, and returns what it says of itself once it is ready.

    One that runs other code than lies on disk is started anew, unless a run of pulumi needs it.
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
    """Ends the daemon, and with it every process of the world. False when none was running."""
    try:
        pid = control.call(home, "hello")["pid"]
        control.call(home, "stop")
    except control.DaemonUnreachable:
        return False
    _await_end(pid)
    return True


def make_home(home: Home) -> None:
    """Makes the folder of a home. Raises NotAHome when something else is in it."""
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    require_home(home)
    (home.root / _MARKER).touch()
    home.logs.mkdir(exist_ok=True)


def require_home(home: Home) -> None:
    """Raises NotAHome unless the folder is empty or a home."""
    if any(home.root.iterdir()) and not (home.root / _MARKER).exists():
        raise NotAHome(f"{home.root} holds something other than an emulated world.")


def remove_home(home: Home) -> None:
    """Removes a home whose daemon has ended. Raises NotAHome."""
    require_home(home)
    for folder, children, _ in os.walk(home.root):
        for child in children:
            path = os.path.join(folder, child)
            # Overlay mounts leave work folders that not even their owner may enter.
            if not os.path.islink(path):
                os.chmod(path, stat.S_IRWXU)
    shutil.rmtree(home.root)


@contextmanager
def exclusive_use(home: Home) -> Iterator[None]:
    """Keeps out every other `up` and `down`. Raises Busy when one is under way."""
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
    """Holds the home's lock: the kernel lets go of it when this process dies, however.

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
    """Runs the daemon in a session of its own, and returns when it says that it is ready."""
    ready, told = os.pipe()
    log = home.logs / "daemon.log"
    with log.open("ab") as output:
        beginning = output.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "--home", str(home.root), "serve", "--ready", str(told)],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[told],
            start_new_session=True,
        )
    os.close(told)
    with os.fdopen(ready) as stream:
        # The end of the file without a word: the daemon has ended.
        message = stream.readline()
    if message != "ready\n":
        process.wait()
        raise StartFailed(f"{_last_words(log, beginning)}\n(The daemon's log: {log})")


def _await_end(pid: int) -> None:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([process], [], [], _STOP_DEADLINE)[0]:
            # Its init sees the end of the daemon, and the kernel ends everything in its namespaces.
            signal.pidfd_send_signal(process, signal.SIGKILL)
            select.select([process], [], [])
    finally:
        os.close(process)


def _last_words(log: Path, beginning: int) -> str:
    with log.open() as stream:
        stream.seek(beginning)
        lines = stream.read().strip().splitlines()
    return lines[-1] if lines else "The daemon ended without a word."
