"""Which connection the call being answered came by."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """The other end of a connection."""

    address: str
    """As gRPC names it, e.g. "ipv4:127.0.0.1:40404"."""

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])


_current: ContextVar[Peer] = ContextVar("peer")


def current_peer() -> Peer:
    """Of the call that this thread answers. Raises LookupError outside of one."""
    return _current.get()


def set_current_peer(peer: Peer) -> None:
    """For the server: this thread answers a call of `peer` from now on."""
    _current.set(peer)
