"""Compares sending messages through the page's server and through bare Kafka, in AKS's network.

`python browsers.py BOOTSTRAP TOPIC HOST:PORT BROWSERS...` prints a line of JSON for each number of browsers.
Messages at a steady rate are sent to the page by POST. A burst is produced to its topic: it measures the path
from Kafka to the browsers alone.
"""

import http.client
import json
import re
import selectors
import socket
import statistics
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

RATE, SECONDS = 50, 5
BURST = 5000
ROUNDS = 3
SIZE = 100
PARTITIONS = 6
DEADLINE_SECONDS = 60.0
QUIET = {"log_level": 0}

Arrivals = list[tuple[int, float, float]]
"""The number, the time of sending and the time of arrival of each message, in seconds of one clock."""


@dataclass
class Run:
    """The messages of one run, which a random mark tells from those of other runs."""

    count: int
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    def message(self, number: int) -> bytes:
        """The message of that number, SIZE bytes long, with the time of its creation."""
        return f"{self.mark}:{number}:{time.perf_counter_ns()}:".ljust(SIZE, "x").encode()

    def parse(self, content: bytes) -> list[tuple[int, float]]:
        """The numbers and times of this run's messages in the content."""
        found = re.findall(rb"%b:(\d+):(\d+):" % self.mark.encode(), content)
        return [(int(number), int(sent) / 1e9) for number, sent in found]


class Browser:
    """An event stream that is recorded with arrival times, and parsed at the end."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, 10)
        # HTTP/1.0, as the chunked encoding of 1.1 would put lengths between the events.
        self.socket.sendall(b"GET /events HTTP/1.0\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n")
        self.received: list[tuple[float, bytes]] = []
        self.seen = 0
        self._rest = b""

    def receive(self, mark: bytes) -> None:
        """Records the data that has arrived."""
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the server ended an event stream")
        self.received.append((time.perf_counter(), data))
        joined = self._rest + data
        self.seen += joined.count(mark)
        self._rest = joined[-(len(mark) - 1) :]

    def arrivals(self, run: Run) -> Arrivals:
        """The arrivals of the run's messages; an event arrives with its last byte."""
        found, rest = [], b""
        for moment, data in self.received:
            complete, separator, rest = (rest + data).rpartition(b"\n\n")
            if separator:
                found += [(number, sent, moment) for number, sent in run.parse(complete)]
        return found


def through_the_page(
    address: tuple[str, int], browsers: int, run: Run, send: Callable[[], object]
) -> list[Arrivals]:
    """The arrivals at each browser, while `send` runs in a thread of its own."""
    streams = [Browser(address) for _ in range(browsers)]
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream.socket, selectors.EVENT_READ, stream)
        mark = run.mark.encode()
        # Earlier messages arrive first, and are dropped.
        while selector.select(0.5):
            _receive(selector, mark, 0)
        for stream in streams:
            stream.received.clear()
        sending = threading.Thread(target=send)
        sending.start()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while any(stream.seen < run.count for stream in streams) and time.monotonic() < deadline:
            _receive(selector, mark, 0.1)
        # Wait for duplicates.
        while selector.select(0.5):
            _receive(selector, mark, 0)
        sending.join()
    for stream in streams:
        stream.socket.close()
    return [stream.arrivals(run) for stream in streams]


def _receive(selector: selectors.BaseSelector, mark: bytes, timeout: float) -> None:
    for key, _ in selector.select(timeout):
        key.data.receive(mark)


def through_kafka(bootstrap: str, topic: str, run: Run, send: Callable[[], object]) -> Arrivals:
    """The arrivals at a bare consumer."""
    consumer = Consumer(
        {**QUIET, "bootstrap.servers": bootstrap, "group.id": "bench", "enable.auto.commit": False}
    )
    consumer.assign([TopicPartition(topic, number, OFFSET_END) for number in range(PARTITIONS)])
    # Gives the consumer time to find its position in all partitions.
    consumer.poll(2)
    arrivals: Arrivals = []
    sending = threading.Thread(target=send)
    sending.start()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(arrivals) < run.count and time.monotonic() < deadline:
        first = consumer.poll(0.1)
        records = [] if first is None else [first, *consumer.consume(500, timeout=0)]
        now = time.perf_counter()
        for record in records:
            arrivals += [(number, sent, now) for number, sent in run.parse(bytes(record.value() or b""))]
    sending.join()
    consumer.close()
    return arrivals


def producing(bootstrap: str, topic: str, run: Run, rate: float | None = None) -> Callable[[], object]:
    """A function that sends the run's messages by a bare producer, at that rate or all at once."""
    producer = Producer(
        {
            **QUIET,
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 0.5,
        }
    )
    producer.list_topics(topic, timeout=10)

    def send() -> None:
        def one(number: int) -> None:
            producer.produce(topic, run.message(number))
            producer.poll(0)

        paced(run.count, rate, one)
        producer.flush(DEADLINE_SECONDS)

    return send


def posting(address: tuple[str, int], run: Run, rate: float) -> Callable[[], object]:
    """A function that sends the run's messages by POST, as the page does."""

    def send() -> None:
        connection = http.client.HTTPConnection(*address, timeout=30)

        def one(number: int) -> None:
            connection.request("POST", "/messages", run.message(number))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise ConnectionError(f"POST /messages: {answer.status}")

        paced(run.count, rate, one)
        connection.close()

    return send


def paced(count: int, rate: float | None, one: Callable[[int], object]) -> None:
    """Calls `one` with each number, `rate` times a second, or without pauses."""
    begun = time.perf_counter()
    for number in range(count):
        if rate is not None:
            time.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        one(number)


def figures(run: Run, arrivals: Iterable[Arrivals]) -> dict[str, Any]:
    """Latencies in milliseconds over all browsers, and the message rate until the last arrival."""
    lists = list(arrivals)
    latencies = sorted((come - sent) * 1000 for one in lists for _, sent, come in one)
    counts = [Counter(number for number, _, _ in one) for one in lists]
    begun = min((sent for one in lists for _, sent, _ in one), default=0.0)
    ended = max((come for one in lists for _, _, come in one), default=0.0)
    return {
        "messages_per_s": round(run.count / (ended - begun)),
        "p50_ms": round(latencies[len(latencies) // 2], 1),
        "p99_ms": round(latencies[len(latencies) * 99 // 100], 1),
        "duplicates": sum(count - 1 for one in counts for count in one.values()),
        "losses": sum(run.count - len(one) for one in counts),
    }


def measure(bootstrap: str, topic: str, bare: str, address: tuple[str, int], browsers: int) -> dict[str, Any]:
    """Measures bare Kafka and the page in turn: medians of the figures, sums of duplicates and losses."""
    paced = [_paced_round(bootstrap, bare, address, browsers) for _ in range(ROUNDS)]
    bursts = [_burst_round(bootstrap, topic, bare, address, browsers) for _ in range(ROUNDS)]
    beyond = statistics.median(page["p99_ms"] - kafka["p99_ms"] for kafka, page in paced)
    ratio = statistics.median(page["messages_per_s"] / kafka["messages_per_s"] for kafka, page in bursts)
    return {
        "browsers": browsers,
        "paced": {**_summary(paced), "p99_beyond_kafka_ms": round(beyond, 1)},
        "burst": {**_summary(bursts), "rate_against_kafka": round(ratio, 2)},
        "server_mib": _memory(address),
    }


def _summary(rounds: list[tuple[dict[str, Any], dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    sums = ("duplicates", "losses")
    return {
        side: {
            name: sum(one[name] for one in ones)
            if name in sums
            else statistics.median(one[name] for one in ones)
            for name in ones[0]
        }
        for side, ones in zip(("kafka", "page"), zip(*rounds, strict=True), strict=True)
    }


def _paced_round(
    bootstrap: str, bare: str, address: tuple[str, int], browsers: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    runs = [Run(RATE * SECONDS), Run(RATE * SECONDS)]
    kafka = through_kafka(bootstrap, bare, runs[0], producing(bootstrap, bare, runs[0], RATE))
    page = through_the_page(address, browsers, runs[1], posting(address, runs[1], RATE))
    return figures(runs[0], [kafka]), figures(runs[1], page)


def _burst_round(
    bootstrap: str, topic: str, bare: str, address: tuple[str, int], browsers: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    runs = [Run(BURST), Run(BURST)]
    kafka = through_kafka(bootstrap, bare, runs[0], producing(bootstrap, bare, runs[0]))
    page = through_the_page(address, browsers, runs[1], producing(bootstrap, topic, runs[1]))
    return figures(runs[0], [kafka]), figures(runs[1], page)


def _memory(address: tuple[str, int]) -> int:
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    found = re.search(r"^process_resident_memory_bytes (\S+)$", text, re.MULTILINE)
    return int(float(found[1])) >> 20 if found else 0


def create_topic(bootstrap: str) -> str:
    """Creates a topic for a run; returns its name."""
    name = f"bench-{uuid.uuid4().hex[:8]}"
    admin = AdminClient({**QUIET, "bootstrap.servers": bootstrap})
    for future in admin.create_topics([NewTopic(name, PARTITIONS, replication_factor=3)]).values():
        future.result()
    return name


def main() -> None:
    bootstrap, topic, server, *counts = sys.argv[1:]
    host, port = server.split(":")
    bare = create_topic(bootstrap)
    for count in counts:
        print(json.dumps(measure(bootstrap, topic, bare, (host, int(port)), int(count))), flush=True)


if __name__ == "__main__":
    main()
