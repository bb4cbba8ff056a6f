"""The one consumer of the process: it reads every partition of the topic and belongs to no consumer group."""

import logging
import threading
import time
from collections.abc import Callable

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from confluent_kafka import Message as Record

from testapp.feed import Message

_log = logging.getLogger(__name__)

HISTORY = 100
"""Messages of each partition that are read again when the process starts."""

REFRESH_SECONDS = 10.0
"""How often the topic's partitions are asked for, and with it whether any broker answers."""


class TopicConsumer:
    """Reads the topic in a thread of its own and hands what it reads to `deliver`, in that thread.

    Partitions are assigned, not subscribed to: with a consumer group, two replicas would share the messages
    between them, and each would show half.
    """

    def __init__(
        self, bootstrap_servers: str, topic: str, deliver: Callable[[list[Message]], object]
    ) -> None:
        self._topic = topic
        self._deliver = deliver
        self._assigned: set[int] = set()
        self._last_contact = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="consumer", daemon=True)
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap_servers,
                # librdkafka wants a name even where no group is joined and nothing is committed.
                "group.id": "testapp-without-group",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                # Brokers that went through a rolling restart are back within seconds.
                "reconnect.backoff.max.ms": 2000,
            }
        )

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and leave the brokers."""
        self._stopping.set()
        self._thread.join()
        self._consumer.close()

    @property
    def alive(self) -> bool:
        """Whether the thread runs: without it nothing would ever be shown again."""
        return self._thread.is_alive()

    @property
    def ready(self) -> bool:
        """Whether the topic is being read and some broker answered lately."""
        return bool(self._assigned) and time.monotonic() - self._last_contact < 3 * REFRESH_SECONDS

    def _run(self) -> None:
        next_refresh = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= next_refresh:
                self._assign_new_partitions()
                next_refresh = time.monotonic() + (REFRESH_SECONDS if self._assigned else 1.0)
            messages = [_message(record) for record in self._receive() if record.error() is None]
            if messages:
                self._deliver(messages)

    def _receive(self) -> list[Record]:
        """Wait for one record and take what came with it; `consume` alone waits for a full list."""
        first = self._consumer.poll(0.5)
        return [] if first is None else [first, *self._consumer.consume(num_messages=500, timeout=0)]

    def _assign_new_partitions(self) -> None:
        """Take up the partitions not yet read: all of them at first, later those that the topic grew by."""
        try:
            topic = self._consumer.list_topics(self._topic, timeout=5).topics[self._topic]
            if topic.error is not None:
                _log.warning("topic %s: %s", self._topic, topic.error)
                return
            new = [
                TopicPartition(self._topic, number, self._first_offset(number))
                for number in topic.partitions
                if number not in self._assigned
            ]
        except KafkaException as error:
            _log.warning("brokers: %s", error)
            return
        self._last_contact = time.monotonic()
        if new:
            self._consumer.incremental_assign(new)
            self._assigned.update(partition.partition for partition in new)

    def _first_offset(self, partition: int) -> int:
        if self._assigned:
            # A partition that came into being while we were reading: nothing in it is history.
            return OFFSET_BEGINNING
        low, high = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=5)
        return max(low, high - HISTORY)


def _message(record: Record) -> Message:
    value = record.value()
    text = value if isinstance(value, str) else (value or b"").decode("utf-8", errors="replace")
    partition, offset = record.partition(), record.offset()
    if partition is None or offset is None:
        raise AssertionError("a record that was read has a partition and an offset")
    return Message(partition, offset, record.timestamp()[1], text)
