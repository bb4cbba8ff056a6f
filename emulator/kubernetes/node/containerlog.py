"""The log of a pod's container: the lines of each run, and when each was printed.

The container writes to the file itself, without times. A thread notes the length of the file a few times a
second; a line has the time of the first note that includes it.
"""

import bisect
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from emulator.kubernetes.server.podlog import Line

_POLL_SECONDS = 0.2
_MOST_MOMENTS = 100_000


class ContainerLog:
    """The log of one container over its runs. Thread-safe."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock`: seconds since 1970."""
        self.path = path
        self._clock = clock
        self._runs: list[int] = []
        self._running = False
        self._moments: deque[tuple[int, float]] = deque(maxlen=_MOST_MOMENTS)

    @contextlib.contextmanager
    def run(self) -> Iterator[int]:
        """Spans one run of the container. Yields the offset in the file at which its output begins."""
        begin = self._size()
        self._runs.append(begin)
        self._running = True
        ended = threading.Event()
        thread = threading.Thread(target=self._watch, args=(ended,), name=f"log of {self.path}", daemon=True)
        thread.start()
        try:
            yield begin
        finally:
            ended.set()
            thread.join()
            self._running = False

    def note(self) -> None:
        """Notes the time at which the file has its present length, if it has grown."""
        if (size := self._size()) > (self._moments[-1][0] if self._moments else 0):
            self._moments.append((size, self._clock()))

    def lines(self, previous: bool) -> list[Line]:
        """The lines of the newest run, or of the one before it; empty where there was none.

        While the container runs, an unfinished last line is left out.
        """
        begins, running = [*self._runs], self._running
        if len(begins) < (2 if previous else 1):
            return []
        content = self.path.read_bytes() if self.path.exists() else b""
        self.note()
        end = begins[-1] if previous else len(content)
        begin = begins[-2] if previous else begins[-1]
        texts = content[begin:end].splitlines(keepends=True)
        if texts and not texts[-1].endswith(b"\n") and running and not previous:
            texts.pop()
        moments = [*self._moments]
        lines = []
        for text in texts:
            begin += len(text)
            at = min(bisect.bisect_left(moments, (begin, 0.0)), len(moments) - 1)
            lines.append(Line(moments[at][1], text.rstrip(b"\n")))
        return lines

    def _watch(self, ended: threading.Event) -> None:
        while not ended.wait(_POLL_SECONDS):
            self.note()
        self.note()

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0
