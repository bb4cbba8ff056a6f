"""The one consumer of the process: it reads every partition of the topic and belongs to no consumer group."""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from testapp.configuration.settings import ServeSettings
from testapp.feed.entries import Encoder, Entry, in_order_of_time
from testapp.kafka.reading import OffsetsWentBack, Reading
from testapp.kafka.watcher import Seen, Watcher

_log = logging.getLogger(__name__)

HISTORY_SECONDS = 10.0
"""How long the messages of before are waited for, before those that arrive are shown without them."""
QUIET_SECONDS = 2.0
"""After which nothing more of them is expected: the last records of a transaction are never handed out."""
ABSENCES = 3
"""Answers without the topic that make it a deleted one: a broker that just started may not know it yet."""

BATCH_BYTES = 1 << 20
"""Memory of entries that are handed over together."""


class Deliver(Protocol):
    """Where the consumer's thread hands over what it read; each call returns when it was taken."""

    def begin(self, floor: Mapping[int, int], entries: list[Entry]) -> None:
        """All anew: the newest entries, and the offset before the first one of each partition."""
        ...

    def append(self, entries: list[Entry]) -> None:
        """What has arrived since."""
        ...

    def trouble(self, kind: str) -> None:
        """Something went wrong that a metric should count."""
        ...


class TopicConsumer:
    """Reads the topic in a thread of its own.

    When offsets go back, since the topic was deleted and made again, or since brokers lost its end, all that
    was read before is void: it reads the window anew.
    """

    def __init__(self, settings: ServeSettings, watcher: Watcher, encoder: Encoder, deliver: Deliver) -> None:
        self._settings = settings
        self._watcher = watcher
        self._encoder = encoder
        self._deliver = deliver
        self._checked: Seen | None = None
        self._absences = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="consumer", daemon=True)
        self.loaded = False
        """Whether the window has been read."""

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and leave the brokers."""
        self._stopping.set()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether the thread runs: without it nothing would ever be shown again."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._checked, self._absences = None, 0
            settings = self._settings
            reading = Reading(settings.bootstrap_servers, settings.topic, settings.history, settings.security)
            try:
                self._read(reading)
            except OffsetsWentBack as error:
                _log.warning("topic %s: %s; reading it anew", settings.topic, error)
                self._deliver.trouble("offsets_went_back")
            finally:
                reading.close()

    def _read(self, reading: Reading) -> None:
        """Read until told to stop. Raises OffsetsWentBack."""
        while not self._stopping.is_set() and not reading.next:
            self._check(reading)
            self._stopping.wait(0.05)
        self._catch_up(reading)
        while not self._stopping.is_set():
            for entries in _batches(self._received(reading)):
                self._deliver.append(in_order_of_time(entries))
            self._check(reading)

    def _check(self, reading: Reading) -> None:
        """Compare with what the cluster says, if that is new. Raises OffsetsWentBack."""
        seen = self._watcher.seen
        if seen is None or seen is self._checked:
            return
        self._checked = seen
        self._absences = 0 if seen.cluster.partitions else self._absences + 1
        if self._absences >= ABSENCES and reading.next:
            raise OffsetsWentBack("it was deleted")
        reading.check(seen)

    def _catch_up(self, reading: Reading) -> None:
        """Read what was there before, put the partitions together by time, and hand it over as a whole."""
        floor = {number: offset - 1 for number, offset in reading.next.items()}
        window = _Window(self._settings.history_bytes, floor)
        deadline = until = time.monotonic() + HISTORY_SECONDS
        while reading.behind and not self._stopping.is_set():
            for entry in self._received(reading):
                window.add(entry)
                until = min(deadline, time.monotonic() + QUIET_SECONDS)
            if time.monotonic() > until:
                break
        self._deliver.begin(window.floor, in_order_of_time(window.entries()))
        self.loaded = True

    def _received(self, reading: Reading) -> Iterator[Entry]:
        records = reading.receive()
        now = time.time()
        for _ in range(reading.errors):
            self._deliver.trouble("consume")
        reading.errors = 0
        for record in records:
            is_history = (record.offset() or 0) < reading.history_until[record.partition() or 0]
            yield self._encoder.encode(record, None if is_history else now)


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """As they come, in lists of a bounded size: a text may grow to six times its bytes in JSON."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += entry.size
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Window:
    """Entries within a number of bytes; beyond that, the partition with the most lets its oldest go."""

    def __init__(self, most_bytes: int, floor: dict[int, int]) -> None:
        self.floor = floor
        self._most_bytes = most_bytes
        self._partitions: dict[int, deque[Entry]] = {}
        self._bytes: dict[int, int] = {}

    def add(self, entry: Entry) -> None:
        number = entry.partition
        self._partitions.setdefault(number, deque()).append(entry)
        self._bytes[number] = self._bytes.get(number, 0) + entry.size
        while sum(self._bytes.values()) > self._most_bytes:
            largest = max(self._bytes, key=self._bytes.__getitem__)
            dropped = self._partitions[largest].popleft()
            self._bytes[largest] -= dropped.size
            self.floor[largest] = dropped.offset

    def entries(self) -> Iterator[Entry]:
        for partition in self._partitions.values():
            yield from partition
