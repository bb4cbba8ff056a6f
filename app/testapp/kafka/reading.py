"""Reading a topic: which offset of each partition comes next, and whether that still holds."""

import logging
import time

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka import Message as Record

from testapp.kafka.client import consumer_settings
from testapp.kafka.cluster import Partition
from testapp.kafka.security import Security
from testapp.kafka.watcher import Seen

_log = logging.getLogger(__name__)

STALLED_SECONDS = 15.0
"""How long a partition that has more may not be fetched from; longer than any change of its leader takes."""
SHORTER_ANSWERS = 2
"""Answers in a row that make a partition shorter than what was read of it: new leaders may lag at first."""
BATCH = 500
"""Records that are taken at a time."""


class OffsetsWentBack(Exception):
    """A partition ends before what was read of it; the message says which one, and where."""


class Reading:
    """Reads every partition of the topic that has been taken up; belongs to one thread."""

    def __init__(self, bootstrap_servers: str, topic: str, history: int, security: Security) -> None:
        """`history`: messages of each partition that were there before and are read too."""
        self._client_settings = consumer_settings(bootstrap_servers, security)
        self._topic = topic
        self._history = history
        self._consumer = Consumer(self._client_settings)
        self.next: dict[int, int] = {}
        """The offset that comes next."""
        self.history_until: dict[int, int] = {}
        """The offset at which what arrives began."""
        self._read_at: dict[int, float] = {}
        self._fetched_at: dict[int, float] = {}
        self._shorter: dict[int, int] = {}
        self.errors = 0
        """Errors that brokers or connections gave instead of records, since the last look at it."""

    def close(self) -> None:
        """Leave the brokers."""
        self._consumer.close()

    @property
    def behind(self) -> bool:
        """Whether there is more of what was there before."""
        return any(offset < self.history_until[number] for number, offset in self.next.items())

    def check(self, seen: Seen) -> None:
        """Take up partitions that are new, and renew a consumer that has stalled.

        Raises:
            OffsetsWentBack: see there.
        """
        for partition in seen.cluster.partitions:
            number, end = partition.partition, partition.end
            if end is not None and number in self.next:
                self._compare_end(number, end, seen.asked_at)
                self._note_fetching(number, end, seen.asked_at)
        self._take_up(
            [p for p in seen.cluster.partitions if p.partition not in self.next and p.end is not None]
        )
        if any(seen.asked_at - fetched_at > STALLED_SECONDS for fetched_at in self._fetched_at.values()):
            self._renew(seen)

    def receive(self) -> list[Record]:
        """Wait for one record, half a second at most, and take what came with it.

        Raises:
            OffsetsWentBack: see there.
        """
        # `consume` alone waits for a full list.
        first = self._consumer.poll(0.5)
        if first is None:
            return []
        records: list[Record] = []
        now = time.monotonic()
        for record in (first, *self._consumer.consume(num_messages=BATCH - 1, timeout=0)):
            number, offset = record.partition(), record.offset()
            if record.error() is not None or number is None or offset is None:
                _log.warning("topic %s: %s", self._topic, record.error())
                self.errors += 1
                continue
            if offset < self.next[number]:
                raise OffsetsWentBack(
                    f"partition {number} went on at {offset}, and {self.next[number] - 1} was read"
                )
            self.next[number] = offset + 1
            self._read_at[number] = now
            records.append(record)
        return records

    def _take_up(self, partitions: list[Partition]) -> None:
        now = time.monotonic()
        for partition in partitions:
            end = partition.end or 0
            self.next[partition.partition] = max(partition.begin or 0, end - self._history)
            self.history_until[partition.partition] = end
            self._read_at[partition.partition] = self._fetched_at[partition.partition] = now
        self._assign([partition.partition for partition in partitions])

    def _assign(self, numbers: list[int]) -> None:
        if numbers:
            offsets = [TopicPartition(self._topic, number, self.next[number]) for number in numbers]
            self._consumer.incremental_assign(offsets)

    def _compare_end(self, number: int, end: int, at: float) -> None:
        shorter = end < self.next[number] and at > self._read_at[number]
        self._shorter[number] = self._shorter.get(number, 0) + 1 if shorter else 0
        if self._shorter[number] >= SHORTER_ANSWERS:
            raise OffsetsWentBack(f"partition {number} ends at {end}, and {self.next[number] - 1} was read")

    def _note_fetching(self, number: int, end: int, at: float) -> None:
        """A partition is being fetched from if the newest fetch told of as much as its leader says.

        Where messages never cease, the leader is always ahead: there, what was read tells.
        """
        _, fetched = self._consumer.get_watermark_offsets(TopicPartition(self._topic, number), cached=True)
        told = at if fetched >= end or self.next[number] >= end else self._read_at[number]
        self._fetched_at[number] = max(self._fetched_at[number], told)

    def _renew(self, seen: Seen) -> None:
        # librdkafka believes the highest epoch of a leader that it ever saw. That of a topic made again is
        # lower, and brokers before 2.8 do not tell the two topics apart.
        _log.warning("topic %s: nothing was fetched for %s s; connecting anew", self._topic, STALLED_SECONDS)
        self._consumer.close()
        self._consumer = Consumer(self._client_settings)
        self._fetched_at = dict.fromkeys(self.next, seen.asked_at)
        self._assign([*self.next])
