"""The ports of a stack's Kafka brokers, as its resources tell them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TELLING = ("dynamic/kafka:BrokerAddresses", "dynamic/kafka:IpAdvertising")
_SERVERS = "bootstrapServers"


def broker_ports(type_: str, outputs: Mapping[str, Any]) -> frozenset[int]:
    """The ports in the outputs of a resource of that type; none for other types, and while not known."""
    if not type_.endswith(_TELLING):
        return frozenset()
    told = [value for name, value in outputs.items() if name.startswith(_SERVERS) and isinstance(value, str)]
    ports = [server.rpartition(":")[2] for servers in told for server in servers.split(",")]
    return frozenset(int(port) for port in ports if port.isdecimal())
