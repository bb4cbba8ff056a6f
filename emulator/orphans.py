"""Helper processes that a killed Pulumi engine leaves behind.

A language host, and a dynamic provider that had nothing to do yet, know nothing of their engine's end: they
were started in process groups of their own and wait for a call that never comes.
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


def end_orphans(home: Home) -> list[int]:
    """Ends the helpers of those engines of this home that are dead; returns their process numbers."""
    orphans = [process for process in psutil.process_iter() if _is_orphan(process, home)]
    for process in orphans:
        # psutil compares when the process started: its number may have been given out again.
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
    return bool(ports) and not any(_answers(port) for port in ports)


def _engine_ports(arguments: Sequence[str]) -> list[int]:
    """Every helper is told its engine's address, some also that of the engine's resource monitor."""
    return [int(match[1]) for argument in arguments if (match := _ADDRESS.fullmatch(argument))]


def _answers(port: int) -> bool:
    """Whether somebody listens there. Only a refusal says that nobody does."""
    try:
        socket.create_connection(("127.0.0.1", port), _CONNECT_TIMEOUT).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return True
