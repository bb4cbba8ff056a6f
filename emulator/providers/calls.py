"""The engine's call that a thread handles: its peer, its cancellation, and whether it was abandoned."""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import grpc


class Cancellation:
    """Whether the engine has cancelled the calls of a provider instance, as it does after a Ctrl-C."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        return self._requested

    def request(self) -> None:
        """Requests the cancellation. For the server only."""
        with self._lock:
            self._requested = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def when_requested(self, callback: Callable[[], None]) -> None:
        """Calls `callback` when the cancellation is requested, or at once if it has been."""
        with self._lock:
            if not self._requested:
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], None]) -> None:
        """Removes a callback of `when_requested`."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


@dataclass(frozen=True)
class Call:
    """A call by the engine."""

    context: grpc.ServicerContext
    cancellation: Cancellation
    seed: bytes = b""
    """The seed of random names, so that an `up` chooses the same ones as the update plan that it follows."""

    @property
    def peer(self) -> str:
        """The other end of the connection as gRPC names it, e.g. "ipv4:127.0.0.1:40404"."""
        return self.context.peer()

    @property
    def peer_port(self) -> int:
        return int(self.peer.rsplit(":", 1)[1])

    @property
    def abandoned(self) -> bool:
        """Whether the engine waits for the result no more: the run was cancelled, or the engine has ended."""
        return self.cancellation.requested or not self.context.is_active()

    def when_over(self, callback: Callable[[], None]) -> None:
        """Calls `callback`, perhaps twice, when the call has ended or is abandoned."""
        self.cancellation.when_requested(callback)

        def end() -> None:
            self.cancellation.forget(callback)
            callback()

        if not self.context.add_callback(end):
            end()


_current: ContextVar[Call] = ContextVar("call")


def current_call() -> Call:
    """Returns the call that this thread handles. Raises LookupError when it handles none."""
    return _current.get()


def begin_call(call: Call) -> None:
    """Sets the call that this thread handles. For the server only."""
    _current.set(call)
