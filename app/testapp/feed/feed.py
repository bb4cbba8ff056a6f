"""The window of a topic that is kept in memory, for any number of readers."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter

from testapp.feed.entries import Entry

CHUNK_BYTES = 64 << 10
"""Events that are put together for all browsers at one place; a larger one is given in pieces."""
_STRIDE = 256
"""Chunks end at multiples of this number, so that readers who were apart come to the same places."""
_MOST_CHUNKS = 16
"""That are kept for the next reader: in a burst, each is some chunks from the others."""


@dataclass(frozen=True)
class Chunk:
    """Events ready to be sent, as far as the entry of number `sequence`; `position` is where that leads.

    `large` is an entry whose event is sent in pieces, instead of `data`.
    """

    data: bytes
    sequence: int
    position: bytes
    large: Entry | None = None


class Feed:
    """The newest `history` entries of each partition, within `history_bytes` for all of them.

    Which entries these are follows from offsets alone, so that every replica keeps the same. Readers hold a
    place in the feed instead of a queue: a slow one costs no memory. Each event is encoded once, and written
    as part of one and the same chunk to every reader at the same place. All methods belong to the event
    loop's thread.
    """

    def __init__(self, history: int, history_bytes: int) -> None:
        self._history = history
        self._history_bytes = history_bytes
        self.generation = 0
        """Goes up when all is read anew, since offsets of before are void; 0 until all is read first."""
        self.sequence = 0
        """Number of the newest entry."""
        self.lost_sequence = 0
        """Number of the newest entry that is no longer kept."""
        self.position: dict[int, int] = {}
        """The last offset of each partition."""
        self.floor: dict[int, int] = {}
        """The highest offset of each partition that is not kept."""
        self.ends: Mapping[int, int | None] = {}
        """Where each partition ended (the offset after its last) when brokers were asked at `ends_asked_at`;
        None for those whose leader did not say."""
        self.ends_asked_at = float("-inf")
        self.beats = 0
        self.closed = False
        self._entries: list[Entry] = []
        self._dropped = 0
        self._bytes = 0
        self._pairs: dict[int, bytes] = {}
        self._by_partition: dict[int, deque[Entry]] = {}
        self._chunks: dict[int, Chunk] = {}
        self._news = asyncio.Event()

    def begin(self, floor: Mapping[int, int], entries: Iterable[Entry]) -> None:
        """Forget everything and start anew with `entries`; `floor`: what lies before them, per partition."""
        self.generation += 1
        for entry in self._entries:
            entry.forget()
        self._entries.clear()
        self._by_partition.clear()
        self._dropped = self._bytes = 0
        self.lost_sequence = self.sequence
        self.floor = dict(floor)
        self.position = dict(sorted(floor.items()))
        self._pairs = {number: b"%d:%d" % (number, offset) for number, offset in self.position.items()}
        self.append(entries)

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries in the order in which readers shall get them, and wake every reader."""
        self._chunks.clear()
        for entry in entries:
            self.sequence += 1
            self.position[entry.partition] = entry.offset
            if entry.partition not in self._pairs:
                self._pairs = {number: self._pairs.get(number, b"") for number in sorted(self.position)}
            self._pairs[entry.partition] = b"%d:%d" % (entry.partition, entry.offset)
            entry.place(self.sequence, b",".join(self._pairs.values()))
            self._entries.append(entry)
            self._bytes += entry.size
            partition = self._by_partition.setdefault(entry.partition, deque())
            partition.append(entry)
            if len(partition) > self._history:
                self._drop(partition.popleft())
        self._keep_within_memory()
        self.wake()

    def note_ends(self, ends: Mapping[int, int | None], asked_at: float) -> None:
        """Take down where the partitions end, as asked of the brokers at `asked_at` (monotonic seconds)."""
        self.ends, self.ends_asked_at = ends, asked_at
        self.wake()

    def beat(self) -> None:
        """Have every reader send a sign of life, by which connections that are gone are found."""
        self.beats += 1
        self.wake()

    def close(self) -> None:
        """End every reader: at shutdown nothing else would, and browsers should go to another replica."""
        self.closed = True
        self.wake()

    def wake(self) -> None:
        """Let every reader look whether there is something for it."""
        self._news.set()
        self._news = asyncio.Event()

    async def news(self) -> None:
        """Wait until `wake` is called."""
        await self._news.wait()

    def last(self, count: int) -> list[Entry]:
        """The newest `count` entries, oldest first."""
        newest = islice((entry for entry in reversed(self._entries) if entry.kept), count)
        return [*newest][::-1]

    def after(self, sequence: int) -> Iterable[Entry]:
        """The kept entries with higher numbers."""
        start = bisect_right(self._entries, sequence, key=attrgetter("sequence"))
        return (self._entries[i] for i in range(start, len(self._entries)) if self._entries[i].kept)

    def chunk_after(self, sequence: int) -> Chunk | None:
        """The events that follow, as many as one write takes; None at the end.

        All readers at the same place get the same bytes.
        """
        if sequence >= self.sequence:
            return None
        if sequence not in self._chunks:
            if len(self._chunks) >= _MOST_CHUNKS:
                del self._chunks[next(iter(self._chunks))]
            self._chunks[sequence] = self._make_chunk(sequence)
        return self._chunks[sequence]

    def missed(self, seen: Mapping[int, int]) -> dict[int, tuple[int, int]]:
        """First and last offset, per partition, that a reader has not had and can't be given from here."""
        return {
            partition: (seen.get(partition, -1) + 1, floor)
            for partition, floor in self.floor.items()
            if floor > seen.get(partition, -1)
        }

    def gone_back(self, seen: Mapping[int, int], since: float) -> bool:
        """Whether the topic ends before what a reader had seen at `since`: it was made anew meanwhile."""
        if self.ends_asked_at <= since:
            return False
        ends = ((offset, self.ends.get(partition, 0)) for partition, offset in seen.items())
        return any(end is not None and offset >= end for offset, end in ends)

    def ahead(self, seen: Mapping[int, int]) -> bool:
        """Whether a reader has seen more than this replica: it came from one that was faster."""
        return any(offset > self.position.get(partition, -1) for partition, offset in seen.items())

    def _make_chunk(self, sequence: int) -> Chunk:
        parts: list[bytes] = []
        size = 0
        end = self._entries[-1]
        for entry in self.after(sequence):
            size += len(entry.event)
            if size > CHUNK_BYTES and parts:
                break
            if size > CHUNK_BYTES:
                return Chunk(b"", entry.sequence, entry.position, large=entry)
            parts.append(entry.event)
            end = entry
            if entry.sequence % _STRIDE == 0:
                break
        return Chunk(b"".join(parts), end.sequence, end.position)

    def _keep_within_memory(self) -> None:
        oldest = iter(self._entries)
        while self._bytes > self._history_bytes and len(self._entries) > self._dropped + 1:
            entry = next(oldest)
            if entry.kept:
                self._by_partition[entry.partition].popleft()
                self._drop(entry)
        if self._dropped > len(self._entries) // 2:
            self._entries = [entry for entry in self._entries if entry.kept]
            self._dropped = 0

    def _drop(self, entry: Entry) -> None:
        self._dropped += 1
        self._bytes -= entry.size
        self.floor[entry.partition] = entry.offset
        self.lost_sequence = max(self.lost_sequence, entry.sequence)
        entry.forget()
