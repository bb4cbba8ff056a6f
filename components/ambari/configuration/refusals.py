"""What is said where brokers can't be made to advertise addresses, each with the remedies."""

from __future__ import annotations

from .listeners import Listener

KERBEROS = (
    "Ambari says that this cluster uses Kerberos (security_type KERBEROS; in HDInsight, clusters of the "
    "tier Premium do): tickets are made out to names, so that clients can't sign in at a broker's address. "
    "Nothing was changed. Use a cluster of the tier Standard."
)


def never_run(line: str) -> str:
    """For a kafka-env in which a `line` ends the shell, above the place of our block."""
    return (
        f"kafka-env in Ambari ends the shell at {line}: nothing below that line runs, and what makes brokers "
        "advertise their addresses has to come last. Nothing was changed. Remove the line in Ambari under "
        "Kafka, Configs, kafka-env template, or have it run in a function or a subshell."
    )


def refused_by_brokers(shared: Listener, trouble: str) -> str:
    """For a TLS listener that clients share with brokers, where there is `trouble` with a certificate."""
    return (
        f"Brokers talk to each other by the listener {shared.name}, over TLS, and clients use it, too. If it "
        f"advertised addresses, brokers would refuse each other: {trouble}. Nothing was changed. There are "
        "three ways out. Give each broker a certificate with its IP address among the subject alternative "
        "names, and run Pulumi where it can connect to the brokers. Or give brokers a listener of their own, "
        "which goes on advertising names: in Ambari another one in listeners, such as "
        "BROKERS://localhost:9094, with its protocol in listener.security.protocol.map, and "
        "inter.broker.listener.name=BROKERS in place of security.inter.broker.protocol. Or let nobody check "
        "names: ssl.endpoint.identification.algorithm with an empty value."
    )
