"""Chooses ports of this machine for services of the emulated world, which keep them over restarts."""

import errno
import secrets
import socket
from collections.abc import Collection

LOOPBACK = "127.0.0.1"
# Below Linux's ephemeral ports, which outgoing connections could take while the daemon is down.
_PORTS = range(20000, 32768)


def choose_port(taken: Collection[int] = ()) -> int:
    """Returns a random free port on loopback that is not in `taken`. Raises OSError when there is none."""
    for port in secrets.SystemRandom().sample(_PORTS, len(_PORTS)):
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no port from {_PORTS.start} to {_PORTS.stop - 1} is free on {LOOPBACK}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback now."""
    with socket.socket() as probe:
        # Servers set this, too: then the old connections of a server that has ended don't block its port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


def require_free(port: int, whose: str) -> None:
    """Raises OSError, with advice, when another process listens on the port of the service `whose`."""
    if not is_free(port):
        raise OSError(errno.EADDRINUSE, f"port {port} of {whose} is taken by another process; end that one")
