"""What every client of Kafka in this process is set to."""

from testapp.kafka.security import Security

Settings = dict[str, str | int | float | bool]


def connection_settings(bootstrap_servers: str, security: Security) -> Settings:
    """For every client: where the brokers are, and how they are talked to."""
    return {"bootstrap.servers": bootstrap_servers, **security.client_settings}


def client_settings(bootstrap_servers: str, security: Security) -> Settings:
    """For producers and consumers of the page."""
    return {
        **connection_settings(bootstrap_servers, security),
        # Brokers that went through a rolling restart are back within seconds.
        "reconnect.backoff.max.ms": 1000,
        # A small request must not wait for the acknowledgement of the one before.
        "socket.nagle.disable": True,
        # A broker that is frozen, or behind a network that drops everything, says nothing at all.
        "socket.timeout.ms": 10_000,
    }


def consumer_settings(bootstrap_servers: str, security: Security) -> Settings:
    """For consumers; they join no group, since replicas would then share the messages between them."""
    return {
        **client_settings(bootstrap_servers, security),
        # librdkafka wants a name even where no group is joined and nothing is committed.
        "group.id": "testapp-without-group",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        # Memory for what was fetched and is not read yet, in KiB, of all partitions together.
        "queued.max.messages.kbytes": 8192,
        # The same of one answer of a broker, in bytes; it holds one message at least, whatever its size.
        "fetch.max.bytes": 4 << 20,
        "fetch.error.backoff.ms": 100,
    }
