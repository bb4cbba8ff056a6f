"""Restricts who may connect to a listening socket; other callers get no answer, as in Azure.

The kernel drops their packets by a classic BPF program on the socket, for which Linux asks no privilege:
https://www.kernel.org/doc/Documentation/networking/filter.txt
"""

import ctypes
import socket
import struct
from collections.abc import Sequence
from ipaddress import IPv4Network

_SO_ATTACH_FILTER = 26
_SOURCE_ADDRESS = (-0x100000 + 12) & 0xFFFFFFFF  # SKF_NET_OFF, and its place in an IPv4 header
_LOAD, _AND, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06
_WHOLE_PACKET, _NOTHING = 0xFFFFFFFF, 0


def admit(listener: socket.socket, sources: Sequence[IPv4Network]) -> None:
    """Lets only these sources connect; established connections stay. Raises OSError."""
    program = b"".join(struct.pack("HBBI", *instruction) for instruction in _program(sources))
    memory = ctypes.create_string_buffer(program, len(program))
    count = len(program) // struct.calcsize("HBBI")
    described = struct.pack("HP", count, ctypes.addressof(memory))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)


def _program(sources: Sequence[IPv4Network]) -> list[tuple[int, int, int, int]]:
    """Operation, steps to skip if true, if false, operand."""
    steps = []
    for network in sources:
        steps += [
            (_LOAD, 0, 0, _SOURCE_ADDRESS),
            (_AND, 0, 0, int(network.netmask)),
            (_JUMP_IF_EQUAL, 0, 1, int(network.network_address)),
            (_RETURN, 0, 0, _WHOLE_PACKET),
        ]
    return [*steps, (_RETURN, 0, 0, _NOTHING)]
