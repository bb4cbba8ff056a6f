"""Sends and receives messages with each client library.

All have the same settings: idempotent, acks=all, no consumer group. As in the app, both sides are in one
process; each library runs in threads or in an event loop, as it is designed to.
"""

import asyncio
import threading
import time
from importlib import import_module
from typing import Any, Protocol

from bench.browsers import DEADLINE_SECONDS, PARTITIONS, Arrivals, Run, paced, producing, through_kafka


class Exchange(Protocol):
    """Sends the messages of a run, at a rate or all at once, and returns what arrived."""

    def __call__(self, bootstrap: str, topic: str, run: Run, rate: float | None) -> Arrivals: ...


def by_confluent_kafka(bootstrap: str, topic: str, run: Run, rate: float | None) -> Arrivals:
    """The app's library: threads in C (librdkafka)."""
    return through_kafka(bootstrap, topic, run, producing(bootstrap, topic, run, rate))


def by_aiokafka(bootstrap: str, topic: str, run: Run, rate: float | None) -> Arrivals:
    """Pure Python in one event loop, with the encoding of records in C."""
    return asyncio.run(_by_aiokafka(bootstrap, topic, run, rate))


def by_kafka_python(bootstrap: str, topic: str, run: Run, rate: float | None) -> Arrivals:
    """Pure Python in threads."""
    kafka = _module("kafka")
    producer = kafka.KafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    consumer = kafka.KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    partitions = [kafka.TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    consumer.seek_to_end(*partitions)
    for partition in partitions:
        consumer.position(partition)
    producer.partitions_for(topic)

    def send() -> None:
        paced(run.count, rate, lambda number: producer.send(topic, run.message(number)))
        producer.flush(DEADLINE_SECONDS)

    arrivals: Arrivals = []
    sending = threading.Thread(target=send)
    sending.start()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(arrivals) < run.count and time.monotonic() < deadline:
        arrivals += _arrived(run, consumer.poll(timeout_ms=100))
    sending.join()
    producer.close()
    consumer.close()
    return arrivals


async def _by_aiokafka(bootstrap: str, topic: str, run: Run, rate: float | None) -> Arrivals:
    aiokafka = _module("aiokafka")
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    consumer = aiokafka.AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
    await producer.start()
    await consumer.start()
    partitions = [aiokafka.TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    await consumer.seek_to_end(*partitions)
    await producer.partitions_for(topic)

    async def send() -> None:
        begun = time.perf_counter()
        acknowledged = []
        for number in range(run.count):
            if rate is not None:
                await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            acknowledged.append(await producer.send(topic, run.message(number)))
        await asyncio.gather(*acknowledged)

    arrivals: Arrivals = []
    sending = asyncio.create_task(send())
    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(arrivals) < run.count and time.monotonic() < deadline:
        arrivals += _arrived(run, await consumer.getmany(timeout_ms=100))
    await sending
    await producer.stop()
    await consumer.stop()
    return arrivals


def _arrived(run: Run, batches: dict[Any, list[Any]]) -> Arrivals:
    now = time.perf_counter()
    records = [record for batch in batches.values() for record in batch]
    return [(number, sent, now) for record in records for number, sent in run.parse(record.value)]


def _module(name: str) -> Any:
    # Not imported above: it is installed for this comparison alone, not where types are checked.
    return import_module(name)
