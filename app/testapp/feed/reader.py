"""One browser's way through the feed, as server-sent events (HTML Living Standard, section 9.2)."""

import json
import time

from testapp.feed.entries import Entry
from testapp.feed.feed import CHUNK_BYTES, Feed
from testapp.feed.pieces import Pieces
from testapp.feed.positions import format_position, parse_position


class Reader:
    """Gives each event exactly once, in order within its partition.

    Each event's id is the reader's position in every partition. A browser that lost its connection sends the
    last one back (Last-Event-ID) and goes on exactly there, whichever replica answers it. There are events
    beside the messages: `start`, where a new browser begins; `gap`, for what can't be given any more; and
    `reset`, after which the newest messages come as to a new browser, since all offsets start anew.

    Most readers have had exactly what the feed had when it was where they are now, so that the same bytes do
    for all of them. One that comes back has its own past, and gets ids of its own until it has caught up.
    """

    def __init__(self, feed: Feed, seen: dict[int, int] | None, last: int) -> None:
        """`seen`: where the browser was; None for a new one, which gets the `last` newest events at first."""
        self._feed = feed
        self._last = last
        self._since = time.monotonic()
        self._beats = feed.beats
        self._generation = 0
        self._sequence = 0
        self._position = b""
        self._own_past = seen
        self._rest: Pieces | None = None
        # What the browser says, as against what this feed has given it since.
        self._claim = dict(seen or {})

    async def next(self) -> bytes | None:
        """Wait for something to send: whole events, a part of a large one, or a sign of life.

        None when the feed was closed, or has let a large one go in the middle: whoever comes back is told.
        """
        while not self._feed.closed:
            if self._rest is not None and (piece := self._rest.take()) is not None:
                return piece
            if self._rest is not None and not self._rest.complete:
                return None
            self._rest = None
            if data := self._ready():
                return data
            await self._feed.news()
        return None

    def _ready(self) -> bytes:
        feed = self._feed
        if feed.generation == 0:
            return self._sign_of_life()
        if self._generation != feed.generation:
            return self._enter()
        if self._own_past is None and self._sequence < feed.lost_sequence:
            self._own_past = parse_position(self._position.decode()) or {}
        if self._own_past is not None and (data := self._from_own_past(self._own_past)):
            return data
        chunk = feed.chunk_after(self._sequence) if self._own_past is None else None
        if chunk is None:
            return self._sign_of_life()
        self._sequence, self._position = chunk.sequence, chunk.position
        if chunk.large is None:
            return chunk.data
        self._rest = Pieces(chunk.large, 0, len(chunk.large.event))
        return self._rest.take() or b""

    def _enter(self) -> bytes:
        """Begin to read this generation of the feed, whether or not another one was read before."""
        was_reset, self._generation = self._generation != 0, self._feed.generation
        if self._own_past is not None and not was_reset:
            self._own_past = {**dict.fromkeys(self._feed.position, -1), **self._own_past}
            return b"retry: 1000\n\n"
        newest = self._feed.last(self._last)
        before = dict(self._feed.position)
        self._sequence = self._feed.sequence
        if newest:
            before = parse_position(newest[0].position.decode()) or {}
            before[newest[0].partition] = newest[0].offset - 1
            # Among the newest that are kept may once have been others; nobody new has missed them.
            before = {p: max(offset, self._feed.floor.get(p, -1)) for p, offset in before.items()}
            self._sequence = newest[0].sequence - 1
        self._own_past, self._position = None, format_position(before).encode()
        event = b"reset" if was_reset else b"start"
        return b"retry: 1000\nid: %b\nevent: %b\ndata: {}\n\n" % (self._position, event)

    def _from_own_past(self, seen: dict[int, int]) -> bytes:
        """What the browser has not had, with its own ids; nothing left makes it a reader like all others."""
        feed = self._feed
        if feed.ahead(self._claim) and feed.gone_back(self._claim, self._since):
            self._claim.clear()
            return self._enter()
        parts: list[bytes] = []
        if missed := feed.missed(seen):
            parts.append(_gap(missed, seen))
        size = 0
        for entry in feed.after(self._sequence):
            if entry.offset > seen.get(entry.partition, -1):
                if entry.size > CHUNK_BYTES and parts:
                    return b"".join(parts)
                seen[entry.partition] = entry.offset
                parts.append(self._as_event(entry, format_position(seen).encode()))
                size += entry.size
            self._sequence = entry.sequence
            if size >= CHUNK_BYTES:
                self._join_the_others(seen, entry.position)
                return b"".join(parts)
        self._sequence = feed.sequence
        self._join_the_others(seen, format_position(feed.position).encode())
        return b"".join(parts)

    def _as_event(self, entry: Entry, position: bytes) -> bytes:
        """The event with an id of this reader's own; of a large one just the beginning, the rest follows."""
        if entry.size <= CHUNK_BYTES:
            return entry.as_event(position)
        start, _ = entry.json_span
        self._rest = Pieces(entry, start, len(entry.event))
        return b"id: %b\ndata: " % position

    def _join_the_others(self, seen: dict[int, int], position: bytes) -> None:
        """Be a reader like all others if what was had is what the feed had here, at `position`."""
        if format_position(seen).encode() == position:
            self._position, self._own_past = position, None

    def _sign_of_life(self) -> bytes:
        if self._beats == self._feed.beats:
            return b""
        self._beats = self._feed.beats
        return b": alive\n\n"


def _gap(missed: dict[int, tuple[int, int]], seen: dict[int, int]) -> bytes:
    seen.update({partition: last for partition, (_, last) in missed.items()})
    ranges = [{"partition": p, "from": first, "to": last} for p, (first, last) in sorted(missed.items())]
    return b"id: %b\nevent: gap\ndata: %b\n\n" % (
        format_position(seen).encode(),
        json.dumps({"missed": ranges}).encode(),
    )
