"""Starts a process inside a node's namespaces."""

import errno
import os
import signal
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emulator.network import kernel
from emulator.network.kernel import Namespace

_KINDS = {"net": Namespace.NETWORK, "uts": Namespace.UTS, "mnt": Namespace.MOUNT}


@dataclass(frozen=True)
class Execution:
    """A program to run: see `ProcessSpec`."""

    argv: list[str]
    environment: dict[str, str]
    folder: str
    user: int | None


def start_process(execution: Execution, namespaces: Mapping[str, int], output: int) -> int:
    """Starts a process; returns its pid once the program runs. Raises OSError when it can't be run."""
    failure, tell_failure = os.pipe2(os.O_CLOEXEC)
    process = os.fork()
    if process == 0:
        try:
            _become(execution, namespaces, output)
        except OSError as error:
            os.write(tell_failure, struct.pack("i", error.errno or errno.EIO))
        finally:
            os._exit(127)
    os.close(tell_failure)
    with open(failure, "rb") as pipe:
        report = pipe.read()
    if report:
        (number,) = struct.unpack("i", report)
        raise OSError(number, os.strerror(number), execution.argv[0])
    return process


def _become(execution: Execution, namespaces: Mapping[str, int], output: int) -> None:
    for kind, descriptor in namespaces.items():
        kernel.enter(descriptor, _KINDS[kind])
    os.setsid()
    os.umask(0o022)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(execution.folder)
    if execution.user is not None:
        _become_user(execution.user)
    signal.set_wakeup_fd(-1)
    # Ignored signals are inherited: Python ignores some, and a shell's background jobs ignore SIGQUIT.
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    os.execvpe(execution.argv[0], execution.argv, execution.environment)


def _become_user(user: int) -> None:
    """Changes to the user if this namespace maps it, else enters one in which our own id has this number."""
    if _is_mapped(user):
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        return
    own_user, own_group = os.geteuid(), os.getegid()
    kernel.unshare(Namespace.USER)
    Path("/proc/self/uid_map").write_text(f"{user} {own_user} 1")
    Path("/proc/self/gid_map").write_text(f"{user} {own_group} 1")


def _is_mapped(user: int) -> bool:
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    ranges = [[int(field) for field in line.split()] for line in lines]
    return any(start <= user < start + count for start, _, count in ranges)
