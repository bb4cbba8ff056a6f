"""When a consumer counts as stalled, and is made anew."""

import time

import pytest
from confluent_kafka import Producer
from replica import TOPIC
from testapp.kafka.cluster import Cluster, Partition
from testapp.kafka.reading import STALLED_SECONDS, Reading
from testapp.kafka.security import PLAINTEXT
from testapp.kafka.watcher import Seen


def seen(end: int, asked_at: float) -> Seen:
    """What brokers say of the first partition."""
    partition = Partition(0, leader=1, replicas=(1,), in_sync_replicas=(1,), begin=0, end=end)
    return Seen(Cluster(1, (), TOPIC, (partition,), None), asked_at)


def test_only_a_partition_that_is_not_read_from_has_stalled(
    brokers: str, caplog: pytest.LogCaptureFixture
) -> None:
    reading = Reading(brokers, TOPIC, 10, PLAINTEXT)
    try:
        reading.check(seen(0, time.monotonic()))
        sent_at = time.monotonic()
        producer = Producer({"bootstrap.servers": brokers, "log_level": 2})
        producer.produce(TOPIC, b"x", partition=0)
        producer.flush(10)
        while not reading.receive():
            assert time.monotonic() < sent_at + 30, "nothing was read"
        read_at = time.monotonic()
        ahead = 1_000_000
        reading.check(seen(ahead, sent_at + STALLED_SECONDS))
        assert caplog.messages == []
        reading.check(seen(ahead, read_at + STALLED_SECONDS + 1))
        assert "connecting anew" in caplog.text
    finally:
        reading.close()
