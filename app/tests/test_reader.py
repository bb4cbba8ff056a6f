"""What browsers are given of a feed: each message once, in order, whichever replica they come to."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from testapp.feed.entries import Entry, in_order_of_time
from testapp.feed.feed import Feed
from testapp.feed.positions import format_position, parse_position
from testapp.feed.reader import Reader

PLENTY = 1 << 20


def entry(partition: int, offset: int, timestamp: int = 0, text: str = "") -> Entry:
    place = {"partition": partition, "offset": offset, "text": text}
    return Entry(partition, offset, timestamp, json.dumps(place).encode())


def entries(partition: int, offsets: Iterable[int]) -> list[Entry]:
    return [entry(partition, offset) for offset in offsets]


def replica(*kept: Entry, history: int = 100, history_bytes: int = PLENTY, partitions: int = 2) -> Feed:
    """A feed that has read these, and before them nothing."""
    feed = Feed(history, history_bytes)
    feed.begin(dict.fromkeys(range(partitions), -1), kept)
    return feed


@dataclass
class Browser:
    """Keeps what it was sent, as browsers do: the id of an event stays until another one comes."""

    id: str = ""
    got: list[tuple[int, int]] = field(default_factory=list)
    other: list[tuple[str, Any]] = field(default_factory=list)

    def take(self, data: bytes) -> None:
        for block in data.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            self.id = fields.get("id", self.id)
            if "data" not in fields:
                continue
            value = json.loads(fields["data"])
            if fields.get("event", "message") == "message":
                self.got.append((value["partition"], value["offset"]))
            else:
                self.other.append((fields["event"], value))

    def seen(self) -> dict[int, int] | None:
        return parse_position(self.id)


async def parts(reader: Reader) -> list[bytes]:
    """All that is there; the reader waits when there is no more."""
    taken: list[bytes] = []
    while True:
        waiting = asyncio.ensure_future(reader.next())
        done, _ = await asyncio.wait([waiting], timeout=0)
        if not done:
            for _ in range(3):
                await asyncio.sleep(0)
            if not waiting.done():
                waiting.cancel()
                return taken
        data = waiting.result()
        if data is None:
            return taken
        taken.append(data)


async def drain(reader: Reader, browser: Browser) -> None:
    for data in await parts(reader):
        browser.take(data)


def connect(feed: Feed, browser: Browser, last: int = 1000) -> Reader:
    return Reader(feed, browser.seen(), last)


def in_a_loop(scenario: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def test() -> None:
        asyncio.run(scenario())

    test.__name__ = scenario.__name__
    return test


@given(st.dictionaries(st.integers(0, 2000), st.integers(-1, 2**62), min_size=1))
def test_positions_survive_the_wire(position: dict[int, int]) -> None:
    assert parse_position(format_position(position)) == position


@given(st.text() | st.text("0123456789:,-", max_size=6000))
def test_no_text_breaks_the_parser(text: str) -> None:
    assert all(offset >= -1 for offset in (parse_position(text) or {}).values())


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 50)), max_size=40))
def test_order_by_time_keeps_that_of_each_partition(records: list[tuple[int, int]]) -> None:
    given_entries = [entry(partition, offset, time) for offset, (partition, time) in enumerate(records)]
    ordered = in_order_of_time(given_entries)
    for partition in range(4):
        offsets = [e.offset for e in ordered if e.partition == partition]
        assert offsets == sorted(offsets)
    assert sorted(e.offset for e in ordered) == [*range(len(records))]


def test_partitions_are_put_together_by_time() -> None:
    ordered = in_order_of_time([entry(0, 0, 10), entry(0, 1, 30), entry(1, 0, 20)])
    assert [(e.partition, e.offset) for e in ordered] == [(0, 0), (1, 0), (0, 1)]


@in_a_loop
async def test_a_new_browser_gets_the_newest_then_news() -> None:
    feed, browser = replica(*entries(0, range(5))), Browser()
    reader = connect(feed, browser, last=2)
    await drain(reader, browser)
    assert browser.got == [(0, 3), (0, 4)]
    feed.append([entry(1, 0)])
    await drain(reader, browser)
    assert browser.got == [(0, 3), (0, 4), (1, 0)]
    assert browser.seen() == {0: 4, 1: 0}


@in_a_loop
async def test_a_browser_that_had_nothing_yet_misses_nothing() -> None:
    feed, browser = replica(), Browser()
    await drain(connect(feed, browser), browser)
    feed.append(entries(0, range(5)))
    await drain(connect(feed, browser, last=1), browser)
    assert browser.got == [(0, offset) for offset in range(5)]


@in_a_loop
async def test_all_browsers_at_one_place_are_given_the_very_same_bytes() -> None:
    feed = replica()
    readers = [connect(feed, Browser()) for _ in range(3)]
    for reader in readers:
        await drain(reader, Browser())
    feed.append(entries(0, range(3)))
    first, second, third = [await reader.next() for reader in readers]
    assert first is second is third


@in_a_loop
async def test_a_burst_is_put_together_once_for_browsers_that_take_it_one_after_the_other() -> None:
    feed = replica(history=5000)
    readers = [connect(feed, Browser()) for _ in range(2)]
    for reader in readers:
        await drain(reader, Browser())
    feed.append(entries(0, range(1000)))
    first, second = [await parts(reader) for reader in readers]
    assert len(first) > 1
    assert all(mine is yours for mine, yours in zip(first, second, strict=True))


@in_a_loop
async def test_browsers_that_were_apart_come_to_be_given_the_same_bytes() -> None:
    feed = replica(history=5000)
    ahead, behind = [connect(feed, Browser()) for _ in range(2)]
    for reader in (ahead, behind):
        await drain(reader, Browser())
    feed.append(entries(0, range(10)))
    await ahead.next()
    feed.append(entries(0, range(10, 1000)))
    ahead_got, behind_got = [await parts(reader) for reader in (ahead, behind)]
    assert ahead_got[0] != behind_got[0]
    assert len(ahead_got) > 1
    assert all(mine is yours for mine, yours in zip(ahead_got[1:], behind_got[1:], strict=True))


@in_a_loop
async def test_a_browser_from_a_faster_replica_gets_nothing_twice() -> None:
    fast = replica(*entries(0, range(10)), *entries(1, range(4)))
    slow = replica(*entries(0, range(6)), *entries(1, range(4)))
    browser = Browser()
    await drain(connect(fast, browser), browser)
    reader = connect(slow, browser)
    slow.append([entry(1, 4), *entries(0, range(6, 9))])
    await drain(reader, browser)
    # Once more to another one, in the middle of it: the id must not have gone back.
    assert browser.seen() == {0: 9, 1: 4}
    slow.append([*entries(0, range(9, 12))])
    await drain(reader, browser)
    assert sorted(browser.got) == [*((0, o) for o in range(12)), *((1, o) for o in range(5))]
    assert len(set(browser.got)) == len(browser.got)


@in_a_loop
async def test_what_is_no_longer_kept_is_told_and_told_once() -> None:
    feed, browser = replica(*entries(0, range(3)), history=4), Browser()
    await drain(connect(feed, browser), browser)
    feed.append(entries(0, range(3, 12)))
    reader = connect(feed, browser)
    await drain(reader, browser)
    assert ("gap", {"missed": [{"partition": 0, "from": 3, "to": 7}]}) in browser.other
    assert browser.got == [(0, o) for o in (0, 1, 2, 8, 9, 10, 11)]
    told = len(browser.other)
    await drain(connect(feed, browser), browser)
    assert len(browser.other) == told


@in_a_loop
async def test_a_reader_that_falls_out_of_the_window_is_told_and_goes_on() -> None:
    feed, browser = replica(*entries(0, range(2)), history=3), Browser()
    reader = connect(feed, browser)
    await drain(reader, browser)
    for offset in range(2, 10):
        feed.append([entry(0, offset)])
    await drain(reader, browser)
    assert ("gap", {"missed": [{"partition": 0, "from": 2, "to": 6}]}) in browser.other
    assert browser.got == [(0, o) for o in (0, 1, 7, 8, 9)]


@in_a_loop
async def test_a_quiet_partition_keeps_its_messages_beside_a_busy_one() -> None:
    feed = replica(*entries(1, range(3)), history=3)
    for offset in range(1000):
        feed.append([entry(0, offset)])
    kept = [(e.partition, e.offset) for e in feed.last(100)]
    assert kept == [(1, 0), (1, 1), (1, 2), (0, 997), (0, 998), (0, 999)]


@in_a_loop
async def test_memory_is_bounded_whatever_the_window_would_hold() -> None:
    text = "x" * 10_000
    feed = replica(history_bytes=200_000)
    for offset in range(100):
        feed.append([entry(0, offset, text=text)])
    kept = feed.last(100)
    assert 15 <= len(kept) <= 20
    assert kept[-1].offset == 99


@in_a_loop
async def test_a_topic_made_anew_resets_those_who_are_there() -> None:
    feed, browser = replica(*entries(0, range(5))), Browser()
    reader = connect(feed, browser)
    await drain(reader, browser)
    feed.begin({0: -1, 1: -1}, entries(0, range(2)))
    await drain(reader, browser)
    assert browser.other[-1] == ("reset", {})
    assert browser.got[5:] == [(0, 0), (0, 1)]
    assert browser.seen() == {0: 1, 1: -1}


@in_a_loop
async def test_a_topic_made_anew_resets_those_who_come_back() -> None:
    browser = Browser()
    await drain(connect(replica(*entries(0, range(5))), browser), browser)
    anew = replica(*entries(0, range(2)))
    reader = connect(anew, browser)
    await drain(reader, browser)
    # As long as brokers have not said where the topic ends, this replica may just be slow.
    assert len(browser.got) == 5
    anew.note_ends({0: 2, 1: 0}, asked_at=float("inf"))
    await drain(reader, browser)
    assert browser.other[-1] == ("reset", {})
    assert browser.got[5:] == [(0, 0), (0, 1)]


@in_a_loop
async def test_an_answer_of_brokers_from_before_the_newest_messages_resets_nobody() -> None:
    browser = Browser()
    await drain(connect(replica(*entries(0, range(5)), *entries(1, range(5))), browser), browser)
    slow = replica(*entries(0, range(5)))
    reader = connect(slow, browser)
    await drain(reader, browser)
    slow.append(entries(0, range(5, 9)))
    await drain(reader, browser)
    slow.note_ends({0: 7, 1: 5}, asked_at=float("inf"))
    await drain(reader, browser)
    assert [event for event, _ in browser.other] == ["start"]
    assert browser.seen() == {0: 8, 1: 4}


@in_a_loop
async def test_a_partition_that_came_later_makes_no_difference_for_long() -> None:
    feed, browser = replica(*entries(1, range(2)), partitions=2), Browser()
    await drain(connect(feed, browser), browser)
    feed.append([entry(3, 0), entry(2, 0)])
    assert browser.id == "0:-1,1:1"
    late, other = connect(feed, browser), connect(feed, Browser(browser.id))
    for reader in (late, other):
        await drain(reader, browser)
    feed.append([entry(0, 0)])
    assert await late.next() is await other.next()
    assert feed.last(1)[0].position == b"0:0,1:1,2:0,3:0"


@in_a_loop
async def test_a_leader_that_does_not_tell_its_end_resets_nobody() -> None:
    browser = Browser()
    await drain(connect(replica(*entries(0, range(5))), browser), browser)
    slow = replica(*entries(0, range(2)))
    reader = connect(slow, browser)
    slow.note_ends({0: None, 1: 0}, asked_at=float("inf"))
    await drain(reader, browser)
    assert [event for event, _ in browser.other] == ["start"]


@in_a_loop
async def test_large_backlogs_come_in_parts() -> None:
    text = "x" * 50_000
    feed, browser = replica(*(entry(0, offset, text=text) for offset in range(10))), Browser()
    reader = connect(feed, browser)
    largest = 0
    while len(browser.got) < 10:
        data = await reader.next() or b""
        largest = max(largest, len(data))
        browser.take(data)
    assert largest < 130_000


@in_a_loop
async def test_a_closed_feed_ends_its_readers() -> None:
    feed = replica()
    reader = connect(feed, Browser())
    await drain(reader, Browser())
    waiting = asyncio.ensure_future(reader.next())
    await asyncio.sleep(0)
    feed.close()
    assert await waiting is None


@in_a_loop
async def test_signs_of_life_are_no_events() -> None:
    feed, browser = replica(), Browser()
    reader = connect(feed, browser)
    await drain(reader, browser)
    feed.beat()
    data = await reader.next()
    assert data is not None
    assert re.fullmatch(rb":.*\n\n", data)


@given(st.data())
def test_whatever_replicas_and_reconnects_each_message_comes_once_in_order(data: st.DataObject) -> None:
    """Two replicas read the same topic at their own pace, and a browser goes to and fro between them."""

    async def scenario() -> None:
        topic = {p: data.draw(st.integers(0, 12), label=f"messages of partition {p}") for p in range(2)}
        replicas = [replica(), replica()]
        browser, reader = Browser(), None
        for _ in range(data.draw(st.integers(1, 15), label="steps")):
            for feed in replicas:
                for partition, messages in topic.items():
                    begin = feed.position[partition] + 1
                    end = data.draw(st.integers(begin, messages) if begin <= messages else st.just(begin))
                    feed.append(entries(partition, range(begin, end)))
            if reader is None or data.draw(st.booleans(), label="reconnect"):
                reader = connect(data.draw(st.sampled_from(replicas)), browser)
            for _ in range(data.draw(st.integers(0, 3), label="reads")):
                waiting = asyncio.ensure_future(reader.next())
                await asyncio.wait([waiting], timeout=0)
                browser.take(waiting.result() or b"") if waiting.done() else waiting.cancel()
        for feed in replicas:
            for partition, messages in topic.items():
                feed.append(entries(partition, range(feed.position[partition] + 1, messages)))
        await drain(connect(replicas[0], browser), browser)
        for partition, messages in topic.items():
            assert [o for p, o in browser.got if p == partition] == [*range(messages)]

    asyncio.run(scenario())
