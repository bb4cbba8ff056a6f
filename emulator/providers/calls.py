"""The call that a thread answers: for providers that ask who is calling, or whether anybody still waits."""

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

import grpc


class Cancellation:
    """Whether the engine wants a provider instance to give up what is under way, as after a Ctrl-C."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._callbacks: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        return self._requested

    def request(self) -> None:
        """Requests the cancellation; the server uses it."""
        with self._lock:
            self._requested = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def when_requested(self, callback: Callable[[], None]) -> None:
        """Has `callback` called then, or at once if that was before."""
        with self._lock:
            if not self._requested:
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], None]) -> None:
        """Takes back `when_requested`."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)


@dataclass(frozen=True)
class Call:
    """A call of the engine."""

    context: grpc.ServicerContext
    cancellation: Cancellation
    seed: bytes = b""
    """What names that are made up follow from: the same in `up` as in the plan that it is held to."""

    @property
    def peer(self) -> str:
        """The other end of the connection as gRPC names it, e.g. "ipv4:127.0.0.1:40404"."""
        return self.context.peer()

    @property
    def peer_port(self) -> int:
        return int(self.peer.rsplit(":", 1)[1])

    @property
    def abandoned(self) -> bool:
        """Whether nobody waits for the result any more: the run was cancelled, or its process is gone."""
        return self.cancellation.requested or not self.context.is_active()

    def when_over(self, callback: Callable[[], None]) -> None:
        """Has `callback` called, perhaps twice, when the call has been answered or is abandoned."""
        self.cancellation.when_requested(callback)

        def end() -> None:
            self.cancellation.forget(callback)
            callback()

        if not self.context.add_callback(end):
            end()


_current: ContextVar[Call] = ContextVar("call")


def current_call() -> Call:
    """Returns the call that this thread answers. Raises LookupError when it answers none."""
    return _current.get()


def begin_call(call: Call) -> None:
    """Sets the call that this thread answers; the server uses it."""
    _current.set(call)
