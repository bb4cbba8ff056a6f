"""The clients of Kafka behind the HTTP interface, and the thread boundary between the two."""

import asyncio
import json
import threading
from collections.abc import Callable, Mapping

from testapp.configuration.settings import ServeSettings
from testapp.feed.entries import Encoder, Entry
from testapp.feed.feed import Feed
from testapp.kafka.consumer import TopicConsumer
from testapp.kafka.producer import TopicProducer
from testapp.kafka.watcher import Seen, Watcher
from testapp.web.admission import Admission
from testapp.web.metrics import Metrics

HEARTBEAT_SECONDS = 10.0


class Service:
    """Everything that lives from start-up to shutdown. Made and used in the event loop's thread.

    No method but `stop` waits for brokers: what they say is known already, or is not known.
    """

    def __init__(self, settings: ServeSettings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.feed = Feed(settings.history, settings.history_bytes)
        self.pending = Admission(settings.max_pending_messages, settings.max_pending_bytes)
        self.browsers = Admission(settings.max_browsers, 0)
        self.producer = TopicProducer(settings.bootstrap_servers, settings.topic, settings.security)
        self.watcher = Watcher(settings.bootstrap_servers, settings.topic, settings.security, self._note)
        encoder = Encoder(settings.topic, settings.max_message_bytes)
        self._loop = asyncio.get_running_loop()
        self._delivery = _Delivery(self._loop, self.feed, self.metrics)
        self._consumer = TopicConsumer(settings, self.watcher, encoder, self._delivery)
        self._heart: asyncio.Task[None] | None = None
        self._cluster: tuple[Seen, str | None, bytes] | None = None

    def start(self) -> None:
        """Start every thread; returns at once, whether or not brokers answer."""
        self.producer.start()
        self.watcher.start()
        self._consumer.start()
        self._heart = self._loop.create_task(self._beat())

    async def stop(self) -> None:
        """Send what is still to be sent, and leave the brokers."""
        if self._heart:
            self._heart.cancel()
        self._delivery.stop()
        stops = (self.producer.stop, self._consumer.stop, self.watcher.stop)
        await asyncio.gather(*(asyncio.to_thread(stop) for stop in stops))

    @property
    def failure(self) -> str | None:
        """Why this process has to be started anew; None while it need not."""
        if not self._consumer.alive:
            return "the consumer's thread has ended"
        return None if self.watcher.alive else "the watcher's thread has ended"

    @property
    def trouble(self) -> str | None:
        """Why nobody should be sent here; None while Kafka answers and the topic is read."""
        if self.failure or self.watcher.trouble:
            return self.failure or self.watcher.trouble
        return None if self._consumer.loaded else "the topic's newest messages have not been read yet"

    def cluster_as_json(self) -> bytes | None:
        """What the cluster said last, and what is wrong with it; the same bytes for all who ask for it."""
        seen, trouble = self.watcher.seen, self.watcher.trouble
        if seen is None:
            return None
        if self._cluster is None or self._cluster[:2] != (seen, trouble):
            text = json.dumps({**seen.cluster.as_json(), "trouble": trouble})
            self._cluster = (seen, trouble, text.encode())
        return self._cluster[2]

    def measure(self) -> tuple[bytes, str]:
        """All figures in Prometheus's text format, and its content type."""
        self.metrics.browsers.set(self.browsers.number)
        self.metrics.pending.set(self.pending.number)
        seen = self.watcher.seen
        return self.metrics.page(
            lag=self._lag(), cluster=seen.cluster if seen else None, ready=self.trouble is None
        )

    def _lag(self) -> Mapping[int, int]:
        """Messages not read yet of each partition, when brokers were asked last."""
        position = self.feed.position
        ends = {number: end for number, end in self.feed.ends.items() if end is not None}
        return {number: max(0, end - 1 - position.get(number, -1)) for number, end in ends.items()}

    def _note(self, seen: Seen) -> None:
        ends = {partition.partition: partition.end for partition in seen.cluster.partitions}
        self._loop.call_soon_threadsafe(self.feed.note_ends, ends, seen.asked_at)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self.feed.beat()


class _Delivery:
    """Takes what the consumer's thread read to the event loop; where that is slow, the consumer waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop, feed: Feed, metrics: Metrics) -> None:
        self._loop = loop
        self._feed = feed
        self._metrics = metrics
        self._stopping = False
        self._taken = threading.Event()
        self._taken.set()

    def begin(self, floor: Mapping[int, int], entries: list[Entry]) -> None:
        self._hand_over(lambda: self._feed.begin(floor, entries))

    def append(self, entries: list[Entry]) -> None:
        self._metrics.consumed.inc(len(entries))
        for entry in entries:
            if entry.latency_ms is not None:
                self._metrics.latency.observe(entry.latency_ms / 1000)
        self._hand_over(lambda: self._feed.append(entries))

    def trouble(self, kind: str) -> None:
        self._metrics.errors.labels(kind).inc()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._stopping = True

    def _hand_over(self, work: Callable[[], object]) -> None:
        """One batch may be under way while the next one is read."""
        while not self._taken.wait(0.1):
            if self._stopping:
                return
        self._taken.clear()
        self._loop.call_soon_threadsafe(self._take, work)

    def _take(self, work: Callable[[], object]) -> None:
        work()
        self._taken.set()
