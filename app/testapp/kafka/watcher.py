"""Asks the cluster for itself again and again, so that nobody has to wait for its answer."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException

from testapp.kafka.client import consumer_settings
from testapp.kafka.cluster import Cluster, ask
from testapp.kafka.security import Security

REFRESH_SECONDS = 5.0
"""How often brokers are asked while they answer."""
RETRY_SECONDS = 1.0
"""How often while they don't, or the topic is not there."""
TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True)
class Seen:
    """What the cluster said when it was asked at `asked_at` (monotonic seconds)."""

    cluster: Cluster
    asked_at: float


class Watcher:
    """The newest answer of the cluster, and whether it answers at all.

    Everything that blocks happens in a thread; what is known can be read from any other at once.
    """

    def __init__(
        self, bootstrap_servers: str, topic: str, security: Security, on_news: Callable[[Seen], object]
    ) -> None:
        """`on_news` is called in the watcher's thread with every answer."""
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._on_news = on_news
        self._client = Consumer(consumer_settings(bootstrap_servers, security))
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._stopping = threading.Event()
        self.seen: Seen | None = None
        """The newest answer; older than REFRESH_SECONDS when `trouble` says that there was none since."""
        self.trouble: str | None = f"the brokers at {bootstrap_servers} have not answered yet"
        """Why Kafka can't be used; None while it can."""

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and leave the brokers; blocks for as long as an answer is waited for."""
        self._stopping.set()
        self._thread.join()
        self._client.close()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            asked_at = time.monotonic()
            try:
                cluster = ask(self._client, self._topic, TIMEOUT_SECONDS)
            except KafkaException as error:
                self.trouble = f"no broker of {self._bootstrap_servers} answers: {error.args[0].str()}"
            else:
                self.seen = Seen(cluster, asked_at)
                self.trouble = cluster.trouble
                self._on_news(self.seen)
            self._stopping.wait(RETRY_SECONDS if self.trouble else REFRESH_SECONDS)
