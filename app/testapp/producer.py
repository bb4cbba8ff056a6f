"""Sends texts to the topic and tells where each came to lie."""

import asyncio
import contextlib
import threading
from dataclasses import dataclass

from confluent_kafka import KafkaError, Producer
from confluent_kafka import Message as Record

DELIVERY_TIMEOUT_SECONDS = 10.0
"""How long an acknowledgement is waited for: longer than a broker needs to hand its partitions over."""


class NotDelivered(Exception):
    """The brokers did not acknowledge the message in time; it may nevertheless have been written."""


@dataclass(frozen=True)
class Delivery:
    """Where the message lies in the topic."""

    partition: int
    offset: int


class TopicProducer:
    """An idempotent producer: what it retries on its own is written once."""

    def __init__(self, bootstrap_servers: str, topic: str) -> None:
        self._topic = topic
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve_callbacks, name="producer", daemon=True)
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "acks": "all",
                "enable.idempotence": True,
                "delivery.timeout.ms": int(DELIVERY_TIMEOUT_SECONDS * 1000),
                "linger.ms": 2,
                "reconnect.backoff.max.ms": 2000,
            }
        )

    def start(self) -> None:
        """Begin to serve acknowledgements."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is still queued, as far as the brokers take it within the delivery timeout."""
        self._stopping.set()
        self._thread.join()
        self._producer.flush(DELIVERY_TIMEOUT_SECONDS)

    async def send(self, text: str) -> Delivery:
        """Write `text` and wait until every in-sync replica has it.

        Raises:
            NotDelivered: no acknowledgement came in time, or the brokers refused the message.
        """
        loop = asyncio.get_running_loop()
        delivered: asyncio.Future[Delivery] = loop.create_future()

        def on_delivery(error: KafkaError | None, record: Record) -> None:
            # The loop is closed when the process shut down while this message was on its way.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_resolve, delivered, error, record)

        try:
            self._producer.produce(self._topic, value=text.encode(), on_delivery=on_delivery)
        except BufferError as error:
            raise NotDelivered("too many messages wait for the brokers already") from error
        return await delivered

    def _serve_callbacks(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(0.1)


def _resolve(delivered: "asyncio.Future[Delivery]", error: KafkaError | None, record: Record) -> None:
    if delivered.done():
        return
    partition, offset = record.partition(), record.offset()
    if error is not None or partition is None or offset is None:
        delivered.set_exception(NotDelivered(str(error)))
    else:
        delivered.set_result(Delivery(partition, offset))
