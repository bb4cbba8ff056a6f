"""What the environment of the container has to say, checked before anything is started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from testapp.configuration.declared_topics import Topic, parse_topics
from testapp.configuration.environment import Environment, SettingsError, parse_topic
from testapp.configuration.hosts import parse_host_names, parse_servers
from testapp.kafka.security import PLAINTEXT, Security, read_security


@dataclass(frozen=True)
class ServeSettings:
    """Where the brokers are, which topic the page shows, who may send, and how much is taken in and kept."""

    bootstrap_servers: str
    topic: str
    port: int = 8080
    """TCP, on every address."""
    health_port: int = 8081
    """TCP, on every address: for probes alone, which must get their answer however many others are here."""
    app_hosts: frozenset[str] = frozenset()
    """Names by which browsers may send, beside addresses and localhost."""
    access_token: str = field(default="", repr=False)
    """What senders have to know; empty when everybody may send."""
    open_to_the_world: bool = False
    """Whether anybody on the internet can reach the page, which it then says."""
    max_message_bytes: int = 100_000
    """Well under the brokers' message.max.bytes (1,000,000 on HDInsight)."""
    max_pending_messages: int = 10_000
    """Messages that are taken in and not yet acknowledged; further ones are refused until there is room."""
    max_pending_bytes: int = 16 << 20
    """The same in bytes."""
    max_browsers: int = 250
    """Event streams open at a time."""
    history: int = 10_000
    """Newest messages of each partition that a browser which reconnects can be given."""
    history_bytes: int = 32 << 20
    """Memory for all of them; where it is less than they need, the oldest are let go."""
    slow_reader_seconds: int = 10
    """How long a browser may leave its stream unread before it is cut off; it can resume where it was."""
    security: Security = PLAINTEXT
    """How the brokers are talked to."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables named like the fields, in capitals; those of Kafka begin with `KAFKA_`.

        Raises:
            SettingsError: KAFKA_BOOTSTRAP_SERVERS or KAFKA_TOPIC is missing, or a value is out of its range.
        """
        read = Environment(environment)
        settings = cls(
            bootstrap_servers=_servers(read),
            topic=_topic(read),
            port=read.number("PORT", cls.port, 1, 65535),
            health_port=read.number("HEALTH_PORT", cls.health_port, 1, 65535),
            app_hosts=read.optional("APP_HOSTS", parse_host_names, cls.app_hosts),
            access_token=_token(read),
            open_to_the_world=read.truth("OPEN_TO_THE_WORLD"),
            max_message_bytes=read.number("MAX_MESSAGE_BYTES", cls.max_message_bytes, 1, 900_000),
            max_pending_messages=read.number("MAX_PENDING_MESSAGES", cls.max_pending_messages, 1, 100_000),
            max_pending_bytes=read.number("MAX_PENDING_BYTES", cls.max_pending_bytes, 1 << 20, 1 << 30),
            max_browsers=read.number("MAX_BROWSERS", cls.max_browsers, 1, 10_000),
            history=read.number("HISTORY", cls.history, 1, 100_000),
            history_bytes=read.number("HISTORY_BYTES", cls.history_bytes, 1 << 20, 1 << 30),
            slow_reader_seconds=read.number("SLOW_READER_SECONDS", cls.slow_reader_seconds, 1, 300),
            security=read_security(read),
        )
        if settings.health_port == settings.port:
            read.mistakes.append(f"HEALTH_PORT is {settings.port}, which PORT is too; they must differ")
        read.finish()
        return settings


@dataclass(frozen=True)
class CheckSettings:
    """Where the brokers are, and the topic by which the way there and back is checked."""

    bootstrap_servers: str
    topic: str
    security: Security = PLAINTEXT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read KAFKA_BOOTSTRAP_SERVERS, KAFKA_TOPIC and what `read_security` reads.

        Raises:
            SettingsError: one of them is missing or wrong.
        """
        read = Environment(environment)
        settings = cls(bootstrap_servers=_servers(read), topic=_topic(read), security=read_security(read))
        read.finish()
        return settings


@dataclass(frozen=True)
class ViewSettings:
    """Where the brokers are that are looked at, and how they are talked to."""

    bootstrap_servers: str
    security: Security = PLAINTEXT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read KAFKA_BOOTSTRAP_SERVERS and what `read_security` reads.

        Raises:
            SettingsError: one of them is missing or wrong.
        """
        read = Environment(environment)
        settings = cls(bootstrap_servers=_servers(read), security=read_security(read))
        read.finish()
        return settings


@dataclass(frozen=True)
class TopicSettings:
    """Where the brokers are, and every topic that must exist."""

    bootstrap_servers: str
    topics: tuple[Topic, ...]
    security: Security = PLAINTEXT

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read KAFKA_BOOTSTRAP_SERVERS, KAFKA_TOPICS, whose form is that of `parse_topics`, and what
        `read_security` reads.

        Raises:
            SettingsError: one of them is missing or wrong.
        """
        read = Environment(environment)
        # A configuration may hold a secret.
        topics = read.required("KAFKA_TOPICS", parse_topics, (), repeat=False)
        settings = cls(bootstrap_servers=_servers(read), topics=topics, security=read_security(read))
        read.finish()
        return settings


def _servers(read: Environment) -> str:
    return read.required("KAFKA_BOOTSTRAP_SERVERS", parse_servers, "")


def _topic(read: Environment) -> str:
    return read.required("KAFKA_TOPIC", parse_topic, "")


def _token(read: Environment) -> str:
    # The form of RFC 6750, section 2.1: nothing else can stand in an Authorization header.
    rule = "consist of letters, digits and ._~+/- (a bearer token: RFC 6750, section 2.1)"
    return read.secret("ACCESS_TOKEN", r"[A-Za-z0-9._~+/-]+=*", rule)


__all__ = ["CheckSettings", "ServeSettings", "SettingsError", "TopicSettings", "ViewSettings"]
