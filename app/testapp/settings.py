"""What the environment of the container has to say, checked before anything is started."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


class SettingsError(Exception):
    """A variable of the environment is missing or wrong; the text names it, its value and the rule."""


@dataclass(frozen=True)
class ServeSettings:
    """Where the brokers are, which topic the page shows, who may send, and how much is taken in and kept."""

    bootstrap_servers: str
    topic: str
    port: int = 8080
    """TCP, on every address."""
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

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the variables named like the fields, in capitals; those of Kafka begin with `KAFKA_`.

        Raises:
            SettingsError: KAFKA_BOOTSTRAP_SERVERS or KAFKA_TOPIC is missing, or a value is out of its range.
        """
        return cls(
            bootstrap_servers=_required(environment, "KAFKA_BOOTSTRAP_SERVERS"),
            topic=_required(environment, "KAFKA_TOPIC"),
            port=_number(environment, "PORT", cls.port, 1, 65535),
            access_token=_token(environment),
            open_to_the_world=_truth(environment, "OPEN_TO_THE_WORLD"),
            max_message_bytes=_number(environment, "MAX_MESSAGE_BYTES", cls.max_message_bytes, 1, 900_000),
            max_pending_messages=_number(
                environment, "MAX_PENDING_MESSAGES", cls.max_pending_messages, 1, 100_000
            ),
            max_pending_bytes=_number(
                environment, "MAX_PENDING_BYTES", cls.max_pending_bytes, 1 << 20, 1 << 30
            ),
            max_browsers=_number(environment, "MAX_BROWSERS", cls.max_browsers, 1, 10_000),
            history=_number(environment, "HISTORY", cls.history, 1, 100_000),
            history_bytes=_number(environment, "HISTORY_BYTES", cls.history_bytes, 1 << 20, 1 << 30),
            slow_reader_seconds=_number(environment, "SLOW_READER_SECONDS", cls.slow_reader_seconds, 1, 300),
        )


@dataclass(frozen=True)
class CheckSettings:
    """Where the brokers are, and the topic by which the way there and back is checked."""

    bootstrap_servers: str
    topic: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read KAFKA_BOOTSTRAP_SERVERS and KAFKA_TOPIC.

        Raises:
            SettingsError: one of them is missing.
        """
        return cls(
            bootstrap_servers=_required(environment, "KAFKA_BOOTSTRAP_SERVERS"),
            topic=_required(environment, "KAFKA_TOPIC"),
        )


@dataclass(frozen=True)
class Topic:
    """A topic as declared; `config` holds only what differs from the brokers' defaults."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


@dataclass(frozen=True)
class TopicSettings:
    """Where the brokers are, and every topic that must exist."""

    bootstrap_servers: str
    topics: tuple[Topic, ...]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read KAFKA_BOOTSTRAP_SERVERS and KAFKA_TOPICS, a JSON list of
        `{"name", "partitions", "replicationFactor", "config"?}`.

        Raises:
            SettingsError: one of them is missing, or KAFKA_TOPICS has another form.
        """
        text = _required(environment, "KAFKA_TOPICS")
        try:
            entries: list[dict[str, Any]] = json.loads(text)
            if not isinstance(entries, list):
                raise TypeError("no list")
            topics = tuple(_topic(entry) for entry in entries)
        except (ValueError, TypeError, KeyError) as error:
            raise SettingsError(
                f"KAFKA_TOPICS is {text!r}; it must be a JSON list of objects with name, partitions and "
                f"replicationFactor ({type(error).__name__}: {error})"
            ) from error
        return cls(bootstrap_servers=_required(environment, "KAFKA_BOOTSTRAP_SERVERS"), topics=topics)


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set")
    return value


def _number(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name, "").strip() or str(default)
    # No number of use here has more digits, and Python refuses to read some that have.
    if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
        raise SettingsError(f"{name} is {text!r}; it must be a whole number from {least} to {most}")
    return int(text)


def _truth(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "").strip() or "false"
    if text not in ("true", "false"):
        raise SettingsError(f"{name} is {text!r}; it must be true or false")
    return text == "true"


def _token(environment: Mapping[str, str]) -> str:
    token = environment.get("ACCESS_TOKEN", "")
    # The form of RFC 6750, section 2.1: nothing else can stand in an Authorization header.
    if token and not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", token):
        raise SettingsError(
            "ACCESS_TOKEN must consist of letters, digits and ._~+/- (a bearer token: RFC 6750, section 2.1)"
        )
    return token


def _topic(entry: dict[str, Any]) -> Topic:
    return Topic(
        name=entry["name"],
        partitions=int(entry["partitions"]),
        replication_factor=int(entry["replicationFactor"]),
        config={key: str(value) for key, value in entry.get("config", {}).items()},
    )
