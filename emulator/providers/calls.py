"""The call that a thread answers, for providers to whom it matters who is calling."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import grpc


@dataclass(frozen=True)
class Call:
    """One call of the engine's."""

    context: grpc.ServicerContext

    @property
    def peer(self) -> str:
        """The other end of the connection as gRPC names it, e.g. "ipv4:127.0.0.1:40404"."""
        return self.context.peer()

    @property
    def peer_port(self) -> int:
        return int(self.peer.rsplit(":", 1)[1])

    def when_over(self, callback: Callable[[], None]) -> None:
        """Has `callback` called when the call has been answered, or its caller is gone."""
        if not self.context.add_callback(callback):
            callback()


_current: ContextVar[Call] = ContextVar("call")


def current_call() -> Call:
    """Raises LookupError in a thread that answers none."""
    return _current.get()


def begin_call(call: Call) -> None:
    """For the server: what this thread answers from now on."""
    _current.set(call)
