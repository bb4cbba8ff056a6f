"""What clients are told of a cluster: its brokers, and for each protocol where they listen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..api.model import Broker
from .listeners import Listeners, Protocol, bootstrap_servers

SERVERS: Mapping[Protocol, str] = {
    "PLAINTEXT": "bootstrapServers",
    "SSL": "bootstrapServersTls",
    "SASL_PLAINTEXT": "bootstrapServersSasl",
    "SASL_SSL": "bootstrapServersSaslTls",
}
"""The output for each protocol."""


def told_to_clients(listeners: Listeners | None, brokers: Sequence[Broker]) -> dict[str, Any]:
    """The outputs `brokers` and those of SERVERS; empty for a protocol that no listener of clients has.

    `listeners`: None where they contradict each other.
    """
    servers = bootstrap_servers(listeners, [broker.ip for broker in brokers]) if listeners else {}
    return {
        "brokers": [{"host": broker.host, "ip": broker.ip, "rack": broker.rack} for broker in brokers],
        **{name: servers.get(protocol, "") for protocol, name in SERVERS.items()},
    }
