"""What Prometheus can read."""

from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from testapp.kafka.cluster import Cluster

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one process, each with a docstring of its own in the text that is served."""

    def __init__(self) -> None:
        # When a counter began is of no use here, and doubles the text.
        disable_created_metrics()
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.produced = Counter(
            "testapp_produced_messages", "Messages that every in-sync replica has.", registry=registry
        )
        self.consumed = Counter(
            "testapp_consumed_messages", "Messages read from the topic.", registry=registry
        )
        self.errors = Counter(
            "testapp_errors", "What went wrong, by where it did.", ["kind"], registry=registry
        )
        self.refused = Counter(
            "testapp_refused_requests",
            "Requests that were refused, by status.",
            ["status"],
            registry=registry,
        )
        self.browsers = Gauge("testapp_browsers", "Event streams that are open.", registry=registry)
        self.connections = Gauge(
            "testapp_connections", "Connections that are open, without those of probes.", registry=registry
        )
        self.max_connections = Gauge(
            "testapp_max_connections", "Connections that may be open.", registry=registry
        )
        self.pending = Gauge(
            "testapp_pending_messages", "Messages taken in and not acknowledged yet.", registry=registry
        )
        self._lag = Gauge(
            "testapp_lag_messages",
            "Messages of the topic that are not read yet, when brokers were asked last.",
            ["partition"],
            registry=registry,
        )
        self._missing_replicas = Gauge(
            "testapp_missing_replicas",
            "Replicas of the topic that are not in sync, when brokers were asked last.",
            ["partition"],
            registry=registry,
        )
        self._advertised_names = Gauge(
            "testapp_broker_advertises_name",
            "1 where a broker sends clients to a name, 0 where to an address, when brokers were asked last.",
            ["broker"],
            registry=registry,
        )
        self._ready = Gauge(
            "testapp_ready", "1 while Kafka answers and the topic is read.", registry=registry
        )
        self.acknowledgement = Histogram(
            "testapp_acknowledgement_seconds",
            "From a message's arrival over HTTP until every in-sync replica has it.",
            buckets=SECONDS,
            registry=registry,
        )
        self.latency = Histogram(
            "testapp_latency_seconds",
            "From the time in a record until it was read, by the clocks of both.",
            buckets=SECONDS,
            registry=registry,
        )
        for kind in ("produce", "consume", "offsets_went_back", "slow_reader"):
            self.errors.labels(kind)

    def page(self, *, lag: Mapping[int, int], cluster: Cluster | None, ready: bool) -> tuple[bytes, str]:
        """All of it in Prometheus's text format, and its content type.

        lag: messages not read yet, by partition. cluster: its last answer; None while there was none.
        """
        partitions, brokers = (cluster.partitions, cluster.brokers) if cluster else ((), ())
        missing = {one.partition: len(set(one.replicas) - set(one.in_sync_replicas)) for one in partitions}
        _replace(self._lag, lag)
        _replace(self._missing_replicas, missing)
        _replace(self._advertised_names, {broker.id: broker.reason is not None for broker in brokers})
        self._ready.set(ready)
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


def _replace(gauge: Gauge, values: Mapping[int, float]) -> None:
    """Partitions of a topic that was made again with fewer, and brokers that left, are no more."""
    gauge.clear()
    for label, value in values.items():
        gauge.labels(label).set(value)
