"""Records of Kafka as browsers get them: encoded once, for all of them."""

import json
from collections.abc import Iterable
from operator import itemgetter

from confluent_kafka import Message as Record

CHECK_HEADER = "testapp-check"
"""The header by which records of `python -m testapp check` can be told from those of users."""

_json = json.JSONEncoder(ensure_ascii=False).encode
_LINE_SEPARATORS = {separator: f"\\u{ord(separator):04x}" for separator in "\x85\u2028\u2029"}
"""Characters like any other to JSON and to events, but many clients' readers of lines break there."""
_OVERHEAD = 500
"""Bytes of memory that an entry takes beside its text, about."""


class Entry:
    """One record of the topic: its identity, and its JSON; in a feed, also the event that it makes."""

    __slots__ = ("_start", "event", "kept", "latency_ms", "offset", "partition", "sequence", "timestamp")

    def __init__(
        self, partition: int, offset: int, timestamp: int, json: bytes, latency_ms: int | None = None
    ) -> None:
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        """Milliseconds since the epoch, as the record says; -1 where it says nothing."""
        self.latency_ms = latency_ms
        """From the time in the record until it was read; None for what was there before, or has no time."""
        self.event = b"%b\n\n" % json
        self._start = 0
        self.sequence = 0
        """Its number in the feed."""
        self.kept = True

    @property
    def json(self) -> bytes:
        """Without a line break, as events want it."""
        return self.event[self._start : -2]

    @property
    def json_span(self) -> tuple[int, int]:
        """Where in the event the JSON begins and ends."""
        return self._start, len(self.event) - len(b"\n\n")

    @property
    def position(self) -> bytes:
        """Where a reader is that has had this and all before it."""
        return self.event[len(b"id: ") : self._start - len(b"\ndata: ")]

    @property
    def size(self) -> int:
        """Memory, in bytes."""
        return len(self.event) + _OVERHEAD

    def place(self, sequence: int, position: bytes) -> None:
        """Take the entry into a feed; its event is what `as_event` says."""
        self.sequence = sequence
        self.event = b"id: %b\ndata: %b" % (position, self.event)
        self._start = len(b"id: \ndata: ") + len(position)

    def forget(self) -> None:
        """Give the memory back; who is still at it finds that it is not kept."""
        self.kept = False
        self.event = b""

    def as_event(self, position: bytes) -> bytes:
        """The event for a reader whose position differs from the feed's."""
        return b"id: %b\ndata: %b\n\n" % (position, self.json)


class Encoder:
    """Makes entries of one topic's records; texts of more than `max_bytes` are cut, and marked so."""

    def __init__(self, topic: str, max_bytes: int) -> None:
        self._head = f'{{"topic":{json.dumps(topic)},"partition":'
        self._max_bytes = max_bytes

    def encode(self, record: Record, read_at: float | None) -> Entry:
        """The entry of a record that was read at `read_at`, seconds since the epoch; None for its history."""
        partition, offset, timestamp = record.partition(), record.offset(), record.timestamp()[1]
        if partition is None or offset is None:
            raise AssertionError("a record that was read has a partition and an offset")
        value, key = _bytes(record.value()), record.key()
        latency = None
        if read_at is not None and timestamp >= 0:
            # Clocks of two machines differ: a record from the future took no time.
            latency = max(0, round(read_at * 1000) - timestamp)
        text = (
            f'{self._head}{partition},"offset":{offset},"timestamp":{timestamp},'
            f'"latencyMs":{"null" if latency is None else latency},'
            f'"key":{"null" if key is None else self._text(_bytes(key))},"text":{self._text(value)},'
            f'"truncated":{"true" if len(value) > self._max_bytes else "false"},'
            f'"check":{"true" if _is_of_the_check(record) else "false"}}}'
        )
        return Entry(partition, offset, timestamp, text.encode(), latency)

    def _text(self, value: bytes) -> str:
        text = _json(value[: self._max_bytes].decode(errors="replace"))
        if not text.isascii():
            for separator, escaped in _LINE_SEPARATORS.items():
                text = text.replace(separator, escaped)
        return text


def in_order_of_time(entries: Iterable[Entry]) -> list[Entry]:
    """Partitions put together by their records' times; within a partition, as they were."""
    latest: dict[int, int] = {}
    timed: list[tuple[int, Entry]] = []
    for entry in entries:
        time = max(entry.timestamp, latest.get(entry.partition, -1))
        latest[entry.partition] = time
        timed.append((time, entry))
    timed.sort(key=itemgetter(0))
    return [entry for _, entry in timed]


def _is_of_the_check(record: Record) -> bool:
    headers = record.headers()
    return headers is not None and CHECK_HEADER in dict(headers)


def _bytes(value: bytes | str | None) -> bytes:
    return value.encode() if isinstance(value, str) else value or b""
