"""Is the Pulumi engine that asked for the work still there?

A provider's process outlives a CLI that is killed (it is in a process group of its own, and its parent is a
shell that lives on too). Without a look at the engine it would go on restarting brokers beside the next run.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

_CONNECT_TIMEOUT = 5.0
_PAUSE = 1.0
"""Seconds between two connections: the engine closes one that never says anything."""

Address = tuple[str, int]


class EngineGone(Exception):
    """The Pulumi engine that asked for this has ended; nothing more may be written on its behalf."""


def engine_liveness() -> Callable[[], None]:
    """A check to call before every write; it raises EngineGone when the engine has ended.

    Outside of a provider's process (in tests, in a program of one's own) there is no engine to lose, and the
    check passes.
    """
    address = _engine_address(sys.argv)
    if address is None:
        return lambda: None
    return lambda: _confirm(address)


def end_with_engine() -> None:
    """Ends this process, also while it is idle, as soon as its engine has ended: nobody else would."""
    address = _engine_address(sys.argv)
    if address is not None:
        threading.Thread(target=_watch, args=(address,), name="engine-watch", daemon=True).start()


def end_now() -> None:
    """Ends this process at once, whatever its other threads do."""
    os._exit(1)


def _engine_address(argv: list[str]) -> Address | None:
    """The engine passes its own address as the first argument to every provider that it starts."""
    if len(argv) < 2 or not argv[0].endswith(os.path.join("pulumi", "dynamic", "__main__.py")):
        return None
    host, _, port = argv[1].rpartition(":")
    return (host, int(port)) if host and port.isdigit() else None


def _confirm(address: Address) -> None:
    try:
        socket.create_connection(address, timeout=_CONNECT_TIMEOUT).close()
    except OSError as error:
        raise EngineGone(f"The Pulumi engine at {address[0]}:{address[1]} has ended ({error}).") from None


def _watch(address: Address) -> None:
    while True:
        try:
            connection = socket.create_connection(address, timeout=_CONNECT_TIMEOUT)
        except OSError:
            return end_now()
        # However it ends, the next connection tells whether the engine is still there.
        with connection, suppress(OSError):
            connection.settimeout(None)
            while connection.recv(4096):
                pass
        time.sleep(_PAUSE)
