"""Is the Pulumi engine that asked for the work still there?

A provider's process outlives a CLI that is killed (it is in a process group of its own, and its parent is a
shell that lives on too). Without a look at the engine it would go on restarting brokers beside the next run.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable

from .errors import EngineGone

_CONNECT_TIMEOUT = 5.0


def engine_liveness() -> Callable[[], None]:
    """A check to call before every write; it raises EngineGone when the engine has ended.

    The engine passes its own address as the first argument to every provider it starts. Outside of a provider
    (in tests, in a program of one's own) there is no engine to lose, and the check passes.
    """
    address = _engine_address(sys.argv)
    if address is None:
        return lambda: None
    return lambda: _confirm(address)


def end_with_engine() -> None:
    """Ends this process: nobody would ever end it otherwise."""
    os._exit(1)


def _engine_address(argv: list[str]) -> tuple[str, int] | None:
    if len(argv) < 2 or "pulumi" not in argv[0]:
        return None
    host, _, port = argv[1].rpartition(":")
    return (host, int(port)) if host and port.isdigit() else None


def _confirm(address: tuple[str, int]) -> None:
    try:
        socket.create_connection(address, timeout=_CONNECT_TIMEOUT).close()
    except OSError as error:
        raise EngineGone(f"The Pulumi engine at {address[0]}:{address[1]} has ended ({error}).") from None
