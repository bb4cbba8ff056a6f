"""What clients of Kafka depend on: the ports and protocols of the brokers' listeners, and no Kerberos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from .existing import ExistingKafka
from .existing.security import DEFAULT_PORTS
from .settings import WrongSettings
from .settings.validation.mistakes import HDINSIGHT_DOC, Mistake

_ADVERTISING = "pulumi-python:dynamic/kafka:IpAdvertising"
_ADDRESSES = "pulumi-python:dynamic/kafka:BrokerAddresses"
_SERVERS = "bootstrapServers"
_PREMIUM = (
    "must be a cluster of the tier Standard: with Premium (Enterprise Security Package) clients sign in with "
    "Kerberos, whose tickets are made out to names, and brokers here advertise addresses"
)


def kafka_ports(state: Mapping[str, Mapping[str, Any]]) -> Sequence[int]:
    """The ports of the listeners that clients can use, by what a stack's state holds of the brokers.

    States of earlier versions have IpAdvertising alone.
    """
    told = [
        servers
        for name, servers in state.get(_ADDRESSES, state.get(_ADVERTISING, {})).items()
        if name.startswith(_SERVERS) and isinstance(servers, str)
    ]
    ports = {server.rpartition(":")[2] for servers in told for server in servers.split(",") if server}
    return sorted(int(port) for port in ports if port.isdecimal()) or DEFAULT_PORTS


def refuse_kerberos(kafka: ExistingKafka | None, state: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises WrongSettings where an existing cluster is of the tier Premium.

    A stack that has changed its Ambari already only gets a warning.
    """
    if kafka is None or not kafka.premium:
        return
    if _ADVERTISING in state:
        pulumi.log.warn(f"kafka.existing, {kafka.reference}, {_PREMIUM}.")
        return
    source = f"{HDINSIGHT_DOC}/domain-joined/hdinsight-security-overview"
    mistake = Mistake("kafka.existing", str(kafka.reference), _PREMIUM, source, "another cluster")
    raise WrongSettings([mistake], pulumi.get_stack())


def warn_without_listener(servers: pulumi.Output[str], protocol: str) -> None:
    """Says at preview that `servers`, those of the test application's protocol, are none."""

    def warn(told: str) -> None:
        if told == "":
            pulumi.log.warn(
                f"Kafka has no listener with the protocol {protocol} for clients, which is the test "
                "application's. Set kafkaProtocol to that of another one: its brokers are in the output "
                "bootstrapServers (PLAINTEXT), bootstrapServersTls (SSL), bootstrapServersSasl "
                "(SASL_PLAINTEXT) or bootstrapServersSaslTls (SASL_SSL)."
            )

    servers.apply(warn)
