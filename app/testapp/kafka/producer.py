"""Sends texts to the topic and tells where each came to lie."""

import asyncio
import contextlib
import threading
from dataclasses import dataclass

from confluent_kafka import KafkaError, Producer
from confluent_kafka import Message as Record

from testapp.kafka.client import client_settings
from testapp.kafka.security import Security

DELIVERY_TIMEOUT_SECONDS = 10.0
"""How long an acknowledgement is waited for: longer than a broker needs to hand its partitions over."""
_QUEUE = 1 << 20
"""Messages, and KiB of them, in librdkafka's own queue: more than are ever admitted."""


class NotDelivered(Exception):
    """The brokers did not acknowledge the message in time; it may nevertheless have been written."""


@dataclass(frozen=True)
class Delivery:
    """Where the message lies in the topic."""

    partition: int
    offset: int


_Settled = tuple["asyncio.Future[Delivery]", KafkaError | None, Record]


class TopicProducer:
    """An idempotent producer: what it retries on its own is written once.

    Acknowledgements that arrive together are handed to the event loop together.
    """

    def __init__(self, bootstrap_servers: str, topic: str, security: Security) -> None:
        self._topic = topic
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve_acknowledgements, name="producer", daemon=True)
        self._loop = asyncio.get_running_loop()
        self._settled: list[_Settled] = []
        self._producer = Producer(
            {
                **client_settings(bootstrap_servers, security),
                "acks": "all",
                "enable.idempotence": True,
                "delivery.timeout.ms": int(DELIVERY_TIMEOUT_SECONDS * 1000),
                # What is sent together goes together; alone, it does not wait for company.
                "linger.ms": 0.5,
                "queue.buffering.max.messages": _QUEUE,
                "queue.buffering.max.kbytes": _QUEUE,
                # The same key goes to the same partition as with Kafka's own clients, which are Java's.
                "partitioner": "murmur2_random",
            }
        )

    def start(self) -> None:
        """Begin to serve acknowledgements."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is still queued, as far as the brokers take it within the delivery timeout; blocks."""
        self._stopping.set()
        self._thread.join()
        self._producer.flush(DELIVERY_TIMEOUT_SECONDS)
        self._hand_over()

    def send(self, text: bytes, key: str | None) -> "asyncio.Future[Delivery]":
        """Write `text`; the future is done when every in-sync replica has it, or with NotDelivered.

        Never blocks: librdkafka queues the message, and its own threads do the rest.
        """
        delivered: asyncio.Future[Delivery] = self._loop.create_future()

        def on_delivery(error: KafkaError | None, record: Record) -> None:
            self._settled.append((delivered, error, record))

        try:
            self._producer.produce(self._topic, value=text, key=key, on_delivery=on_delivery)
        except BufferError:
            delivered.set_exception(NotDelivered("too many messages wait for the brokers already"))
        return delivered

    def _serve_acknowledgements(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(0.1)
            self._hand_over()

    def _hand_over(self) -> None:
        if not self._settled:
            return
        settled, self._settled = self._settled, []
        # The loop is closed when the process was shut down while these messages were on their way.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: list[_Settled]) -> None:
    for delivered, error, record in settled:
        partition, offset = record.partition(), record.offset()
        if delivered.done():
            continue
        if error is not None or partition is None or offset is None:
            delivered.set_exception(NotDelivered(str(error)))
        else:
            delivered.set_result(Delivery(partition, offset))
