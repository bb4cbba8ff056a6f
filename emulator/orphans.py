"""Kills the helper processes that a killed Pulumi engine leaves behind.

A language host, and a dynamic provider that has not been called yet, don't notice that their engine has
ended: they run in process groups of their own, and wait for a call that never comes.
"""

import re
import socket
from collections.abc import Sequence
from contextlib import suppress

import psutil

from emulator.home import HOME_VARIABLE, Home

_ADDRESS = re.compile(r"127\.0\.0\.1:(\d+)")
_HELPER = re.compile(r"(^|/)pulumi-(language|resource)-|^pulumi\.dynamic$")
_CONNECT_TIMEOUT = 5.0
_END_DEADLINE = 10.0  # seconds


def kill_orphans(home: Home) -> list[int]:
    """Kills the helpers of engines of this home that have ended; returns the helpers' process ids."""
    orphans = [process for process in psutil.process_iter() if _is_orphan(process, home)]
    for process in orphans:
        # psutil compares the process's start time, since its id may have been reused.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(orphans, _END_DEADLINE)
    return [process.pid for process in orphans]


def _is_orphan(process: psutil.Process, home: Home) -> bool:
    try:
        arguments = process.cmdline()
        if not any(_HELPER.search(argument) for argument in arguments[:4]):
            return False
        if process.environ().get(HOME_VARIABLE) != str(home.root):
            return False
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    ports = _engine_ports(arguments)
    return bool(ports) and not any(_is_listening(port) for port in ports)


def _engine_ports(arguments: Sequence[str]) -> list[int]:
    """The engine's ports in a helper's arguments: every helper gets one, some also the resource monitor's."""
    return [int(match[1]) for argument in arguments if (match := _ADDRESS.fullmatch(argument))]


def _is_listening(port: int) -> bool:
    """Whether a process listens on a port. False only when the connection is refused, not on other errors."""
    try:
        socket.create_connection(("127.0.0.1", port), _CONNECT_TIMEOUT).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return True
