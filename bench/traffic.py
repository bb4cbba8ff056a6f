"""Produces to and consumes from one topic, on a node of AKS's network.

`python traffic.py BOOTSTRAP TOPIC RATE` runs until its standard input ends, then prints one line of JSON.
"""

import json
import sys
import threading
import time
from collections import Counter
from itertools import pairwise

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

# Brokers restart while this runs: librdkafka would log each lost connection.
QUIET = {"log_level": 0, "log.connection.close": False}
PARTITIONS = 6
DRAIN_SECONDS = 60.0


class Traffic:
    """Sends numbered messages at a steady rate, with acks=all, and receives them."""

    def __init__(self, bootstrap: str, topic: str, rate: float) -> None:
        self.acknowledged: dict[int, float] = {}
        self.received: Counter[int] = Counter()
        self._topic = topic
        self._interval = 1 / rate
        self._ended = threading.Event()
        self._drained = threading.Event()
        self._producer = Producer(
            {
                **QUIET,
                "bootstrap.servers": bootstrap,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 0,
            }
        )
        self._consumer = Consumer(
            {**QUIET, "bootstrap.servers": bootstrap, "group.id": "bench", "enable.auto.commit": False}
        )
        self._consumer.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])

    def run(self) -> dict[str, object]:
        """Produces and consumes until standard input ends; returns the figures."""
        consuming = threading.Thread(target=self._consume)
        consuming.start()
        threading.Thread(target=self._await_end, daemon=True).start()
        begun = time.monotonic()
        sent = self._produce()
        self._producer.flush(DRAIN_SECONDS)
        self._drained.set()
        consuming.join()
        times = [begun, *sorted(self.acknowledged.values())]
        return {
            "sent": sent,
            "acknowledged": len(self.acknowledged),
            "lost": sum(1 for number in self.acknowledged if not self.received[number]),
            "duplicated": sum(1 for count in self.received.values() if count > 1),
            "longest_silence_s": round(max((b - a for a, b in pairwise(times)), default=0.0), 2),
        }

    def _produce(self) -> int:
        number, due = 0, time.monotonic()
        while not self._ended.is_set():
            self._producer.produce(self._topic, value=str(number).encode(), on_delivery=self._on_delivery)
            number, due = number + 1, due + self._interval
            while (left := due - time.monotonic()) > 0:
                self._producer.poll(left)
        return number

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.acknowledged[_number(message)] = time.monotonic()

    def _consume(self) -> None:
        deadline = None
        while deadline is None or (self._missing() and time.monotonic() < deadline):
            for message in self._consumer.consume(500, timeout=0.2):
                if message.error() is None:
                    self.received[_number(message)] += 1
            if deadline is None and self._drained.is_set():
                deadline = time.monotonic() + DRAIN_SECONDS
        self._consumer.close()

    def _missing(self) -> bool:
        return any(number not in self.received for number in self.acknowledged)

    def _await_end(self) -> None:
        sys.stdin.read()
        self._ended.set()


def create_topic(bootstrap: str, topic: str) -> None:
    """Creates a topic for a run, with three replicas of which two must be in sync."""
    new = NewTopic(topic, PARTITIONS, replication_factor=3, config={"min.insync.replicas": "2"})
    admin = AdminClient({**QUIET, "bootstrap.servers": bootstrap})
    for future in admin.create_topics([new]).values():
        future.result()


def _number(message: Message) -> int:
    value = message.value()
    if value is None:
        raise KafkaException(f"a message without a number at offset {message.offset()}")
    return int(value)


if __name__ == "__main__":
    servers, name, per_second = sys.argv[1:]
    create_topic(servers, name)
    print("ready", flush=True)
    print(json.dumps(Traffic(servers, name, float(per_second)).run()), flush=True)
