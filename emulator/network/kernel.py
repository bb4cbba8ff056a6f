"""System calls for namespaces and mounts that Python 3.11 does not offer."""

import ctypes
import enum
import os
from typing import Any

_libc = ctypes.CDLL(None, use_errno=True)

MOUNT_SETATTR = 442  # One number on all architectures, like every system call since Linux 5.1.
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_MOUNT_ATTR_RDONLY = 0x1
_MNT_DETACH = 2


class Namespace(enum.IntFlag):
    """Kinds of namespaces: CLONE_NEW* of namespaces(7)."""

    MOUNT = 0x00020000
    UTS = 0x04000000
    IPC = 0x08000000
    USER = 0x10000000
    PID = 0x20000000
    NETWORK = 0x40000000


class MountFlag(enum.IntFlag):
    """Flags of mounts: MS_* of mount(2)."""

    NONE = 0
    NO_SUID = 2
    NO_DEVICES = 4
    NO_EXEC = 8
    BIND = 4096
    RECURSIVE = 16384
    PRIVATE = 1 << 18


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("userns_fd", ctypes.c_uint64),
    )


def unshare(namespaces: Namespace) -> None:
    """Moves this process into new namespaces of these kinds: unshare(2)."""
    _checked("unshare", _libc.unshare(ctypes.c_int(namespaces)))


def enter(namespace_fd: int, kind: Namespace) -> None:
    """Moves this thread into a namespace: setns(2)."""
    _checked("setns", _libc.setns(ctypes.c_int(namespace_fd), ctypes.c_int(kind)))


def mount(
    source: str | None, target: str, kind: str | None, flags: MountFlag = MountFlag.NONE, options: str = ""
) -> None:
    """Mounts a file system of this kind at `target`: mount(2)."""
    result = _libc.mount(
        _text(source),
        _text(target),
        _text(kind),
        ctypes.c_ulong(flags),
        _text(options) if options else None,
    )
    _checked("mount", result, target)


def bind(source: str, target: str) -> None:
    """Shows `source`, with everything mounted below it, at `target` too."""
    mount(source, target, None, MountFlag.BIND | MountFlag.RECURSIVE)


def make_read_only(target: str, *, recursive: bool) -> None:
    """Makes the mount at `target` read-only: mount_setattr(2), Linux 5.12 or newer.

    Unlike a remount it keeps flags that a less privileged namespace may not clear.
    """
    attributes = _MountAttributes(set=_MOUNT_ATTR_RDONLY)
    result = _libc.syscall(
        ctypes.c_long(MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        _text(target),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        ctypes.byref(attributes),
        ctypes.c_size_t(ctypes.sizeof(attributes)),
    )
    _checked("mount_setattr", result, target)


def swap_root(folder: str) -> None:
    """Makes the mount at `folder` the root of this mount namespace and unmounts the former root.

    The sequence is the one of pivot_root(2), "pivot_root(".", ".")".
    """
    os.chdir(folder)
    _checked("pivot_root", _libc.pivot_root(b".", b"."), folder)
    _checked("umount2", _libc.umount2(b".", ctypes.c_int(_MNT_DETACH)), folder)
    os.chdir("/")


def move_root(folder: str, former: str) -> None:
    """Makes the mount at `folder` the root and moves the former root to `former`, a folder below it."""
    _checked("pivot_root", _libc.pivot_root(_text(folder), _text(former)), folder)


def _text(value: str | None) -> Any:
    return None if value is None else os.fsencode(value)


def _checked(call: str, result: int, *paths: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}", *paths)
