"""Rules for how the test application talks to the brokers: TLS, and a user with a password."""

import re
import ssl
from typing import Literal

from ..validation.mistakes import broken

KafkaProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
"""Kafka's names of protocols (org.apache.kafka.common.security.auth.SecurityProtocol)."""
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
SET_PASSWORD = "pulumi config set --secret kafkaPassword"
TLS_SOURCE = "https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-ssl-encryption-authentication"


def authority(text: str, protocol: str) -> str:
    """The rule for authorities' certificates: PEM, and only with TLS; empty for those that machines trust."""
    if not text:
        return text
    if not protocol.endswith("SSL"):
        raise _unused("kafkaCa", protocol)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError, TypeError):
        command = 'pulumi config set kafkaCa -- "$(cat ca-cert)"'
        raise broken("must be certificates in PEM form", source=TLS_SOURCE, right=command) from None
    return text


def certificates(pem: str) -> str:
    """The certificates of a PEM text, without whatever else stands there: a key, for instance."""
    blocks = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", pem, re.DOTALL)
    return "".join(f"{block}\n" for block in blocks)


def for_sasl(name: str, value: str, protocol: str, right: str) -> str:
    """The rule for the setting `name`, user or password: set with SASL, and not without."""
    if protocol.startswith("SASL"):
        if not value:
            raise broken(f"must be set, since kafkaProtocol is {protocol}", right=right)
        if re.search(r"[\0\r\n]", value):
            raise broken("must be one line", right=right)
    elif value:
        raise _unused(name, protocol)
    return value


def _unused(name: str, protocol: str) -> ValueError:
    rule = f"must be left out: kafkaProtocol is {protocol}, which does not use it"
    return broken(rule, right=f"pulumi config rm {name}")
