"""The contract: every output of the stack, what it is for and when it changes.

docs/outputs.md is written from here, and says by which rules the contract changes.
"""

from __future__ import annotations

import pulumi

from .errors import OutputError
from .output import VERSION_OUTPUT, ContractOutput
from .version import CURRENT, Version

CONTRACT_VERSION = str(CURRENT)

_ADDED = Version(1, 1)
_BY_PROTOCOL = {
    "PLAINTEXT": "bootstrap_servers",
    "SSL": "bootstrap_servers_tls",
    "SASL_PLAINTEXT": "bootstrap_servers_sasl",
    "SASL_SSL": "bootstrap_servers_sasl_tls",
}
"""Attributes below, by Kafka's names of protocols."""
_LISTENERS = "Brokers are added, or their listeners change."


def _servers(name: str, protocol: str) -> ContractOutput[str]:
    return ContractOutput(
        name,
        str,
        f"The same for clients that use {protocol}; empty where they have no such listener.",
        _LISTENERS,
        since=_ADDED,
    )


class EnvironmentOutputs:
    """The outputs of an aks-kafka stack, typed, out of a StackReference to it.

    Only what is read is asked for: a program that reads no secret needs no right to open one. An output that
    can't be used fails the preview with an OutputError; its subclasses say why.
    """

    def __init__(self, reference: pulumi.StackReference) -> None:
        self.reference = reference

    contract_version = ContractOutput[str](
        VERSION_OUTPUT,
        str,
        "Version of this contract that the stack follows.",
        "A version of the program adds outputs.",
        since=_ADDED,
    )
    bootstrap_servers = ContractOutput[str](
        "bootstrapServers",
        str,
        "Brokers as `address:port,address:port`, for clients that use PLAINTEXT; empty where they have no "
        "such listener.",
        _LISTENERS,
    )
    bootstrap_servers_tls = _servers("bootstrapServersTls", "SSL")
    bootstrap_servers_sasl = _servers("bootstrapServersSasl", "SASL_PLAINTEXT")
    bootstrap_servers_sasl_tls = _servers("bootstrapServersSaslTls", "SASL_SSL")
    kafka_protocol = ContractOutput[str](
        "kafkaProtocol",
        str,
        "Protocol of the test application, which its check has tried: PLAINTEXT, SSL, SASL_PLAINTEXT or "
        "SASL_SSL.",
        "The setting `kafkaProtocol`.",
        since=_ADDED,
    )
    kafka_ca = ContractOutput[str](
        "kafkaCa",
        str,
        "Certificates, PEM, of those who sign the brokers'; empty for public ones, and without TLS.",
        "The setting `kafkaCa`.",
        since=_ADDED,
    )
    topic = ContractOutput[str](
        "topic", str, "Topic of the test application, which exists.", "The setting `appTopic`."
    )
    kubeconfig = ContractOutput[str](
        "kubeconfig",
        str,
        "The AKS cluster's, for its user; with Entra ID it names kubelogin, and signs in as whoever uses it.",
        "The credentials are renewed, or the AKS cluster is another.",
        secret=True,
    )
    namespace = ContractOutput[str](
        "namespace", str, "Kubernetes namespace of the test application.", "The setting `namespace`."
    )
    app_url = ContractOutput[str](
        "appUrl",
        str,
        "Page of the test application; empty where `appExposure` is `none`.",
        "The load balancer gets another address.",
    )
    round_trip_milliseconds = ContractOutput[float | None](
        "roundTripMilliseconds",
        float,
        "Median time to Kafka and back, as the check last measured it from a pod.",
        "The check runs: with another image, other brokers or other topics.",
        optional="where the check has measured nothing",
    )
    ambari_url = ContractOutput[str](
        "ambariUrl",
        str,
        "Ambari of the Kafka cluster, for people who manage it.",
        "The Kafka cluster is another.",
    )
    registry_login_server = ContractOutput[str](
        "registryLoginServer",
        str,
        "Container registry that the AKS cluster pulls from; empty where `appImage` leaves the stack without "
        "one.",
        "The registry is another.",
    )
    resource_group = ContractOutput[str](
        "resourceGroup",
        str,
        "Name of the resource group with what the stack has made.",
        "Never, without everything anew.",
    )
    hdinsight_vnet_id = ContractOutput[str](
        "hdinsightVnetId",
        str,
        "Resource ID of the brokers' virtual network, for peerings and rules of one's own.",
        "Never, without another Kafka cluster.",
    )
    aks_vnet_id = ContractOutput[str](
        "aksVnetId",
        str,
        "Resource ID of AKS's virtual network; `clusterIdentifier` of a Kubernetes provider, which by it "
        "knows the cluster again when its credentials are renewed.",
        "The AKS cluster is another.",
    )

    def bootstrap_servers_by(self, protocol: pulumi.Input[str]) -> pulumi.Output[str]:
        """The brokers for clients that use this protocol, one of Kafka's four names.

        Raises OutputError where the protocol is none, or clients have no listener with it.
        """
        return pulumi.Output.from_input(protocol).apply(self._servers_by)

    def _servers_by(self, protocol: str) -> pulumi.Output[str]:
        if protocol not in _BY_PROTOCOL:
            raise OutputError(f"{protocol!r} is no protocol of Kafka's: {', '.join(_BY_PROTOCOL)}")
        servers: pulumi.Output[str] = getattr(self, _BY_PROTOCOL[protocol])
        stack = self.reference.name
        return pulumi.Output.all(stack, servers).apply(lambda found: _some(found[0], found[1], protocol))


def _some(stack: str, servers: str, protocol: str) -> str:
    if not servers:
        raise OutputError(
            f"Stack {stack} knows of no broker with a listener for clients that use {protocol}. Its outputs "
            "say which there are, from bootstrapServers to bootstrapServersSaslTls."
        )
    return servers
