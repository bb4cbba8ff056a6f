"""Finds the process at the other end of a connection over loopback."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class CallerUnknown(Exception):
    """No process of this user has the other end of the connection."""


@dataclass(frozen=True)
class Caller:
    """The working directory and environment of a calling process."""

    folder: Path
    environment: dict[str, str]


def find_caller(port: int) -> Caller:
    """The process that is connected to this one from 127.0.0.1:`port`. Raises CallerUnknown."""
    holder = _holder(f"socket:[{_inode(port)}]")
    variables = (holder / "environ").read_bytes().decode(errors="surrogateescape").split("\0")
    return Caller(
        folder=Path(os.readlink(holder / "cwd")),
        environment=dict(variable.split("=", 1) for variable in variables if "=" in variable),
    )


def _inode(port: int) -> str:
    """The socket's inode, from the kernel's table (proc(5), /proc/net/tcp; addresses are in hexadecimal)."""
    wanted = f"0100007F:{port:04X}"
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[1] == wanted and fields[9] != "0":
            return fields[9]
    raise CallerUnknown(f"No process on this machine is connected from port {port}.")


def _holder(link: str) -> Path:
    for process in _processes():
        try:
            descriptors = os.listdir(process / "fd")
        except (FileNotFoundError, PermissionError):
            continue  # it ended, or is another user's
        if any(_target(process / "fd" / number) == link for number in descriptors):
            return process
    raise CallerUnknown(f"No process of this user has {link} open.")


def _target(descriptor: Path) -> str | None:
    try:
        return os.readlink(descriptor)
    except (FileNotFoundError, PermissionError):
        return None  # as above


def _processes() -> Iterator[Path]:
    return (path for path in Path("/proc").iterdir() if path.name.isdecimal())
