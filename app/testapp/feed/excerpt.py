"""The newest messages as one JSON list, given in pieces."""

from collections.abc import Iterator
from itertools import islice

from testapp.feed.entries import Entry
from testapp.feed.feed import Feed
from testapp.feed.pieces import PIECE_BYTES, Pieces

_BATCH = 100


class Excerpt:
    """Holds its place in the feed, not the messages: a client that reads slowly keeps none of them alive."""

    def __init__(self, feed: Feed, count: int) -> None:
        """`count`: messages, at most."""
        entries = feed.last(count)
        spans = [entry.json_span for entry in entries]
        self.size = sum(end - start for start, end in spans) + max(0, len(entries) - 1) + len(b"[]")
        """Of the whole list, in bytes."""
        self._feed = feed
        self._before = entries[0].sequence - 1 if entries else 0
        self._end = entries[-1].sequence if entries else 0

    def pieces(self) -> Iterator[bytes]:
        """The list from its beginning to its end.

        Raises:
            ConnectionError: the feed has let a message go that was not given yet.
        """
        given = 0
        part = bytearray(b"[")
        for number, entry in enumerate(self._entries()):
            part += b"," if number else b""
            for piece in Pieces(entry, *entry.json_span):
                part += piece
                if len(part) >= PIECE_BYTES:
                    given += len(part)
                    yield bytes(part)
                    part.clear()
        part += b"]"
        if given + len(part) != self.size:
            raise ConnectionError("messages were let go that a slow client had asked for")
        yield bytes(part)

    def _entries(self) -> Iterator[Entry]:
        sequence = self._before
        # The feed may change while a piece is on its way, so that its entries are looked for again.
        while batch := [*islice(self._feed.after(sequence), _BATCH)]:
            for entry in batch:
                if (sequence := entry.sequence) > self._end:
                    return
                yield entry
