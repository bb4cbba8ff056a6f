"""Handles of processes that run in a world."""

import threading
from collections.abc import Callable


class Process:
    """A process on a node. Exit statuses are those of subprocess: negative for the signal that ended it."""

    def __init__(self, pid: int, send_signal: Callable[[int, int], None]):
        self.pid = pid
        """The process id in the world's pid namespace."""
        self._send_signal = send_signal
        self._status: int | None = None
        self._has_ended = threading.Event()

    def poll(self) -> int | None:
        """The exit status, None while it runs."""
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Waits, at most `timeout` seconds, for the exit status. Raises TimeoutError."""
        if not self._has_ended.wait(timeout) or self._status is None:
            raise TimeoutError(f"process {self.pid} still runs after {timeout} s")
        return self._status

    def signal(self, number: int) -> None:
        """Sends a signal to its process group, unless the process has ended."""
        if self._status is None:
            self._send_signal(self.pid, number)

    def end(self, status: int) -> None:
        """Records the exit status; the world calls it when the process has ended."""
        self._status = status
        self._has_ended.set()
