"""Parts of a large message, taken one by one, while the feed may let the message go."""

from collections.abc import Iterator

from testapp.feed.entries import Entry

PIECE_BYTES = 16 << 10


class Pieces:
    """Bytes `start` to `end` of an entry's event; ends early when the entry is no longer kept."""

    def __init__(self, entry: Entry, start: int, end: int) -> None:
        self._entry = entry
        self._next = start
        self._end = end

    @property
    def complete(self) -> bool:
        """Whether all was given."""
        return self._next >= self._end

    def __iter__(self) -> Iterator[bytes]:
        while (piece := self.take()) is not None:
            yield piece

    def take(self) -> bytes | None:
        """The next part; None at the end, or where there can be none any more."""
        if self.complete or not self._entry.kept:
            return None
        start, self._next = self._next, min(self._next + PIECE_BYTES, self._end)
        return self._entry.event[start : self._next]
