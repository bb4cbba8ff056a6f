"""Messages with file descriptors between the daemon and the world's init: one JSON document a packet."""

import contextlib
import errno
import json
import socket
from collections.abc import Sequence
from typing import Any

# Well below what the kernel lets pass through a local socket at once (net.core.wmem_default, 212992 bytes).
_LONGEST_MESSAGE = 200_000
_MOST_DESCRIPTORS = 16


class ChannelClosed(ConnectionError):
    """The other side is gone."""


class Channel:
    """One end of a SOCK_SEQPACKET socket pair. Not thread-safe: callers hold a lock to send."""

    def __init__(self, connection: socket.socket):
        self._connection = connection

    @classmethod
    def pair(cls) -> "tuple[Channel, Channel]":
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(one), cls(other)

    @classmethod
    def from_descriptor(cls, descriptor: int) -> "Channel":
        return cls(socket.socket(fileno=descriptor))

    def fileno(self) -> int:
        return self._connection.fileno()

    def send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Raises ChannelClosed when the other side is gone, OSError when the message is too long."""
        packet = json.dumps(message).encode()
        if len(packet) > _LONGEST_MESSAGE:
            raise OSError(errno.EMSGSIZE, f"a message of {len(packet)} bytes is too long for the world")
        try:
            if descriptors:
                socket.send_fds(self._connection, [packet], list(descriptors))
            else:
                self._connection.send(packet)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ChannelClosed from error

    def receive(self) -> tuple[dict[str, Any], list[int]]:
        """Waits for one message. The descriptors are closed on exec and belong to the caller."""
        try:
            packet, descriptors, _, _ = socket.recv_fds(
                self._connection, _LONGEST_MESSAGE, _MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except ConnectionResetError as error:
            raise ChannelClosed from error
        if not packet:
            raise ChannelClosed
        return json.loads(packet), descriptors

    def shutdown(self) -> None:
        """Ends the connection for both sides; a thread that waits in `receive` sees ChannelClosed."""
        # ENOTCONN: the other side has ended it before.
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._connection.close()
