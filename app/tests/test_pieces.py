"""Large messages, and lists of many, in pieces: whole for readers, and no memory for those who don't read."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from testapp.feed.entries import Entry
from testapp.feed.excerpt import Excerpt
from testapp.feed.feed import CHUNK_BYTES, Feed
from testapp.feed.pieces import PIECE_BYTES
from testapp.feed.reader import Reader
from testapp.kafka.consumer import BATCH_BYTES, _batches

LARGE = 10 * PIECE_BYTES


def entry(offset: int, size: int) -> Entry:
    return Entry(0, offset, 0, json.dumps({"offset": offset, "text": "x" * size}).encode())


def feed_of(*sizes: int, history: int = 100) -> Feed:
    feed = Feed(history, 1 << 30)
    feed.begin({0: -1}, (entry(offset, size) for offset, size in enumerate(sizes)))
    return feed


def in_a_loop(feed_sizes: tuple[int, ...], seen: dict[int, int] | None) -> tuple[list[bytes], bytes]:
    """What a reader gives of such a feed, piece by piece, and all of it."""

    async def read() -> list[bytes]:
        reader = Reader(feed_of(*feed_sizes), seen, 100)
        parts: list[bytes] = []
        while not b"".join(parts).endswith(b'"}\n\n') or b"".join(parts).count(b'data: {"') < len(feed_sizes):
            parts.append(await reader.next() or b"")
        return parts

    parts = asyncio.run(read())
    return parts, b"".join(parts)


@pytest.mark.parametrize("seen", [None, {0: -1, 1: 7}], ids=["new", "with a past of its own"])
@pytest.mark.parametrize("sizes", [(LARGE,), (10, LARGE, 10, LARGE, LARGE, 10)])
def test_large_events_come_whole_in_pieces(sizes: tuple[int, ...], seen: dict[int, int] | None) -> None:
    parts, stream = in_a_loop(sizes, seen)
    assert max(map(len, parts)) <= CHUNK_BYTES
    events = [
        dict(line.split(": ", 1) for line in block.splitlines()) for block in stream.decode().split("\n\n")
    ]
    messages = [json.loads(event["data"]) for event in events if "offset" in event.get("data", "")]
    assert [(message["offset"], len(message["text"])) for message in messages] == list(enumerate(sizes))
    ids = [event["id"] for event in events if "offset" in event.get("data", "")]
    assert [position.partition(",")[0] for position in ids] == [f"0:{offset}" for offset in range(len(sizes))]


def test_a_stream_ends_where_a_large_event_is_let_go_in_the_middle() -> None:
    async def read() -> None:
        feed = feed_of(LARGE, history=1)
        reader = Reader(feed, None, 100)
        await reader.next()
        assert (await reader.next() or b"").startswith(b"id: 0:0\ndata: ")
        feed.append([entry(1, 10)])
        # The browser comes back with the position of before, and is told what it has missed.
        assert await reader.next() is None
        later = Reader(feed, {0: -1}, 100)
        assert b"retry" in (await later.next() or b"")
        assert b'{"missed": [{"partition": 0, "from": 0, "to": 0}]}' in (await later.next() or b"")

    asyncio.run(read())


@pytest.mark.parametrize("sizes", [(), (5,), (LARGE,), (10,) * 50, (LARGE, 5, LARGE), (PIECE_BYTES,) * 3])
def test_a_list_is_whole_and_as_long_as_said(sizes: tuple[int, ...]) -> None:
    async def read() -> tuple[int, list[bytes]]:
        excerpt = Excerpt(feed_of(*sizes), 40)
        return excerpt.size, [*excerpt.pieces()]

    size, pieces = asyncio.run(read())
    assert size == sum(map(len, pieces))
    assert max(map(len, pieces)) <= 2 * PIECE_BYTES
    messages = json.loads(b"".join(pieces))
    assert [message["offset"] for message in messages] == [*range(len(sizes))][-40:]


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_a_list_is_broken_off_where_messages_of_it_are_let_go(taken: int) -> None:
    async def read() -> None:
        feed = feed_of(*[PIECE_BYTES] * 10, history=10)
        pieces = Excerpt(feed, 100).pieces()
        assert len([next(pieces) for _ in range(taken)]) == taken
        feed.append(entry(10 + number, 10) for number in range(9))
        with pytest.raises(ConnectionError):
            list(pieces)

    asyncio.run(read())


def test_what_is_let_go_takes_no_memory_though_somebody_holds_it() -> None:
    async def drop() -> Entry:
        feed = feed_of(LARGE, history=1)
        [held] = feed.last(1)
        feed.append([entry(1, 10)])
        return held

    assert asyncio.run(drop()).event == b""


def test_entries_are_handed_over_in_batches_of_a_bounded_size() -> None:
    def received() -> Iterator[Entry]:
        for offset in range(40):
            yield entry(offset, BATCH_BYTES // 10)

    batches = [*_batches(received())]
    assert [one.offset for batch in batches for one in batch] == [*range(40)]
    assert max(sum(one.size for one in batch) for batch in batches) < 1.2 * BATCH_BYTES
    assert len(batches) == 4
    assert [*_batches([])] == []
