"""How clients of Kafka make sure whom they talk to, and who they are: TLS and SASL."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from testapp.configuration.environment import Environment

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
"""Kafka's names (org.apache.kafka.common.security.auth.SecurityProtocol)."""
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
MOST_FILE_BYTES = 1 << 20


@dataclass(frozen=True)
class Security:
    """The protocol of the brokers' listener, and what it needs."""

    protocol: str = "PLAINTEXT"
    authority: str = ""
    """Certificates of those who may sign the brokers', PEM; empty for those that the machine trusts."""
    mechanism: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def client_settings(self) -> dict[str, str]:
        """For librdkafka (its CONFIGURATION.md), which by itself compares certificates with hosts."""
        settings = {"security.protocol": self.protocol}
        if self.authority:
            settings["ssl.ca.pem"] = self.authority
        if self.mechanism:
            settings |= {
                "sasl.mechanism": self.mechanism,
                "sasl.username": self.user,
                "sasl.password": self.password,
            }
        return settings


PLAINTEXT = Security()


def read_security(read: Environment) -> Security:
    """KAFKA_PROTOCOL, and what belongs to it: KAFKA_CA, KAFKA_SASL_MECHANISM, KAFKA_USER and KAFKA_PASSWORD.

    The authority and the password may stand in files instead, which KAFKA_CA_FILE and KAFKA_PASSWORD_FILE
    name. What the protocol does not use is a mistake: it would be believed to protect something.
    """
    protocol = read.choice("KAFKA_PROTOCOL", PROTOCOLS, "PLAINTEXT")
    if read.is_wrong("KAFKA_PROTOCOL"):
        # What belongs to it can't be told.
        return PLAINTEXT
    tls, sasl = protocol.endswith("SSL"), protocol.startswith("SASL")
    authority = _authority(read) if tls else ""
    if not tls:
        _refuse(read, protocol, "KAFKA_CA", "KAFKA_CA_FILE")
    if not sasl:
        _refuse(read, protocol, "KAFKA_SASL_MECHANISM", "KAFKA_USER", "KAFKA_PASSWORD", "KAFKA_PASSWORD_FILE")
        return Security(protocol, authority)
    mechanism = read.choice("KAFKA_SASL_MECHANISM", MECHANISMS, "")
    user, password = read.text("KAFKA_USER"), _content(read, "KAFKA_PASSWORD").removesuffix("\n")
    needed = {"KAFKA_SASL_MECHANISM": mechanism, "KAFKA_USER": user, "KAFKA_PASSWORD": password}
    for name, value in needed.items():
        if not value and not read.is_wrong(name):
            read.mistakes.append(f"{name} is not set, which KAFKA_PROTOCOL {protocol} needs")
    return Security(protocol, authority, mechanism, user, password)


def _authority(read: Environment) -> str:
    text = _content(read, "KAFKA_CA")
    if text:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
        except (ssl.SSLError, ValueError, TypeError):
            read.mistakes.append("KAFKA_CA must be certificates in PEM form")
    return text


def _content(read: Environment, name: str) -> str:
    """The variable's own value, or the content of the file that `name`_FILE names; a message has neither."""
    text, path = read.verbatim(name), read.text(f"{name}_FILE")
    if text and path:
        read.mistakes.append(f"{name}_FILE is set, and {name} too; one of them must be")
    if text or not path:
        return text
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_FILE_BYTES).decode()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        read.mistakes.append(f"{name}_FILE is {path!r}, which can't be read: {reason}")
        return ""


def _refuse(read: Environment, protocol: str, *names: str) -> None:
    for name in names:
        if read.verbatim(name):
            read.mistakes.append(f"{name} is set, which KAFKA_PROTOCOL {protocol} does not use")
