"""Looks at each link between this process and Kafka. Every probe ends within its time and raises nothing."""

import errno
import ipaddress
import socket
import time
import uuid
from collections.abc import Sequence

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as Record

from testapp.check.evidence import (
    Attempt,
    Metadata,
    Mismatch,
    NotWritten,
    Outcome,
    Partition,
    RoundTrips,
    Silence,
    Written,
)
from testapp.feed.entries import CHECK_HEADER
from testapp.kafka.client import Settings, connection_settings
from testapp.kafka.security import PLAINTEXT, Security

CONNECT_SECONDS = 3.0
"""Within a region a connection takes milliseconds; a lost packet is sent again after one second."""
ANSWER_SECONDS = 5.0
DELIVERY_SECONDS = 10.0
ROUND_TRIPS = 5

_QUIET: Settings = {"log_level": 0}
_ANY_PARTITION = -1
_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}


class Probes:
    """The real ones. `bootstrap_servers` are host:port, comma-separated."""

    def __init__(self, bootstrap_servers: str, topic: str, security: Security = PLAINTEXT) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._security = security

    def connect(self, address: str) -> Attempt:
        """Open a TCP connection to host:port, and close it."""
        host, _, port = address.rpartition(":")
        host = host.strip("[]")
        by_name = not _is_address(host)
        try:
            socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
        except OSError as error:
            return Attempt(address, _outcome(error), by_name)
        return Attempt(address, Outcome.CONNECTED, by_name)

    def ask(self, address: str) -> Metadata | Silence:
        """Ask one listener what it knows about the cluster; answered even where brokers advertise names."""
        errors: list[KafkaError] = []
        client = Producer({**self._settings(address), "error_cb": errors.append})
        try:
            metadata = client.list_topics(timeout=ANSWER_SECONDS)
        except KafkaException as error:
            client.poll(0)
            return _silence(address, [*errors, error.args[0]])
        return Metadata(
            brokers={broker.id: f"{broker.host}:{broker.port}" for broker in metadata.brokers.values()},
            topics={
                name: tuple(
                    Partition(one.id, one.leader, tuple(one.replicas), tuple(one.isrs))
                    for one in topic.partitions.values()
                )
                for name, topic in metadata.topics.items()
            },
        )

    def produce(self) -> Written | NotWritten:
        """Write one message to the topic, acknowledged by every in-sync replica."""
        text = f"check {uuid.uuid4()}"
        outcome = self._write(self._producer(), text)
        if not isinstance(outcome, NotWritten) or outcome.code != "_MSG_TIMED_OUT":
            return outcome
        # A client that tries again until its time is over doesn't say what the broker answered each time.
        no_retry: Settings = {"retries": 0, "delivery.timeout.ms": int(ANSWER_SECONDS * 1000)}
        once = self._write(self._producer(no_retry), text)
        return outcome if isinstance(once, NotWritten) and once.code.startswith("_") else once

    def consume(self, start: Written) -> RoundTrips:
        """Read from there on, and measure messages that are sent meanwhile into the same partition."""
        consumer = Consumer(
            {
                **self._settings(self._bootstrap_servers),
                # librdkafka wants a name even where no group is joined and nothing is committed.
                "group.id": "testapp-check-without-group",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 100,
            }
        )
        try:
            consumer.assign([TopicPartition(self._topic, start.partition, start.offset)])
            if lost := _await(consumer, start.offset):
                return lost
            return self._measure(consumer, start.partition)
        finally:
            consumer.close()

    def _measure(self, consumer: Consumer, partition: int) -> RoundTrips:
        producer = self._producer()
        # The first one pays for the producer's connection.
        if isinstance(opened := self._write(producer, "check", partition), NotWritten):
            return RoundTrips(lost=1, reason=opened.reason)
        if lost := _await(consumer, opened.offset):
            return lost
        times = []
        for _ in range(ROUND_TRIPS):
            begun = time.perf_counter()
            written = self._write(producer, "check", partition)
            if isinstance(written, NotWritten):
                return RoundTrips(times, lost=1, reason=written.reason)
            if lost := _await(consumer, written.offset):
                return lost
            times.append((time.perf_counter() - begun) * 1000)
        return RoundTrips(times)

    def _settings(self, servers: str) -> Settings:
        return {**_QUIET, **connection_settings(servers, self._security)}

    def _producer(self, settings: Settings | None = None) -> Producer:
        return Producer(
            {
                **self._settings(self._bootstrap_servers),
                "acks": "all",
                "linger.ms": 0,
                "delivery.timeout.ms": int(DELIVERY_SECONDS * 1000),
                **(settings or {}),
            }
        )

    def _write(self, producer: Producer, text: str, partition: int = _ANY_PARTITION) -> Written | NotWritten:
        outcome: list[Written | NotWritten] = []

        def on_delivery(error: KafkaError | None, record: Record) -> None:
            number, offset = record.partition(), record.offset()
            if error is not None or number is None or offset is None:
                outcome.append(_not_written(error))
            else:
                outcome.append(Written(number, offset))

        # The key lets compacted topics take it.
        producer.produce(
            self._topic,
            key="check",
            value=text,
            headers={CHECK_HEADER: "1"},
            partition=partition,
            on_delivery=on_delivery,
        )
        deadline = time.monotonic() + 2 * DELIVERY_SECONDS
        while not outcome and time.monotonic() < deadline:
            producer.poll(0.1)
        return outcome[0] if outcome else NotWritten("_TIMED_OUT", "no acknowledgement came")


def addresses(bootstrap_servers: str) -> Sequence[str]:
    """The parts of a comma-separated list."""
    return [part.strip() for part in bootstrap_servers.split(",") if part.strip()]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _outcome(error: OSError) -> Outcome:
    if isinstance(error, socket.gaierror):
        return Outcome.UNKNOWN_NAME
    if isinstance(error, ConnectionRefusedError):
        return Outcome.REFUSED
    return Outcome.NO_ROUTE if error.errno in _NO_ROUTE else Outcome.SILENT


def _silence(address: str, errors: Sequence[KafkaError]) -> Silence:
    # What follows from the first, that no broker is left, explains nothing.
    telling = next((error for error in errors if error.code() != KafkaError._ALL_BROKERS_DOWN), errors[0])
    reason = telling.str()
    if "certificate verify failed" in reason:
        return Silence(address, reason, Mismatch.CERTIFICATE)
    if telling.code() == KafkaError._AUTHENTICATION:
        return Silence(address, reason, Mismatch.LOGIN)
    return Silence(address, reason, Mismatch.TLS if "SSL_HANDSHAKE" in reason else None)


def _not_written(error: KafkaError | None) -> NotWritten:
    return NotWritten(error.name(), error.str()) if error else NotWritten("UNKNOWN", "no reason was given")


def _await(consumer: Consumer, offset: int) -> RoundTrips | None:
    """None once the message at the offset, or a later one, has come; else why it did not in time."""
    deadline = time.monotonic() + DELIVERY_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        record = consumer.poll(left)
        error = record.error() if record is not None else None
        if error is not None and error.code() == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            return RoundTrips(lost=1, reason=error.str(), code=error.name())
        if record is not None and error is None and (record.offset() or 0) >= offset:
            return None
    return RoundTrips(lost=1, reason=f"offset {offset} did not come")
