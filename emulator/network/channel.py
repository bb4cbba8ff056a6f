"""Messages with file descriptors between the daemon and the world's init: one JSON document a packet."""

import array
import contextlib
import errno
import json
import os
import socket
from collections.abc import Sequence
from typing import Any

# Well below what the kernel lets pass through a local socket at once (net.core.wmem_default, 212992 bytes).
_LONGEST_MESSAGE = 200_000
_ROOM_FOR_DESCRIPTORS = socket.CMSG_SPACE(4 * array.array("i").itemsize)


class ChannelClosed(ConnectionError):
    """The other side is gone."""


class Channel:
    """One end of a SOCK_SEQPACKET socket pair. Not thread-safe: callers hold a lock to send."""

    def __init__(self, connection: socket.socket):
        self._connection = connection

    @classmethod
    def pair(cls) -> "tuple[Channel, Channel]":
        """Both ends of a new channel."""
        one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(one), cls(other)

    @classmethod
    def from_descriptor(cls, descriptor: int) -> "Channel":
        """Opens the end at an inherited descriptor; programs that this process starts do not inherit it."""
        os.set_inheritable(descriptor, False)
        return cls(socket.socket(fileno=descriptor))

    def fileno(self) -> int:
        return self._connection.fileno()

    def send(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Sends a message. Raises ChannelClosed when the other side is gone, OSError when it is too long."""
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
            # Not socket.recv_fds, which drops the flag: programs started then inherit what arrives.
            packet, ancillary, _, _ = self._connection.recvmsg(
                _LONGEST_MESSAGE, _ROOM_FOR_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except ConnectionResetError as error:
            raise ChannelClosed from error
        if not packet:
            raise ChannelClosed
        descriptors = array.array("i")
        for _, _, content in ancillary:
            descriptors.frombytes(content)
        return json.loads(packet), descriptors.tolist()

    def shutdown(self) -> None:
        """Ends the connection for both sides; a thread that waits in `receive` sees ChannelClosed."""
        # ENOTCONN: the other side has ended it before.
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._connection.close()
