"""What the environment of the container has to say, checked before anything is started."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


class SettingsError(Exception):
    """A variable of the environment is missing or wrong; the text names it, its value and the rule."""


@dataclass(frozen=True)
class ServeSettings:
    """Where the brokers are, which topic the page shows, and the port (TCP) that it is served on."""

    bootstrap_servers: str
    topic: str
    port: int = 8080

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read KAFKA_BOOTSTRAP_SERVERS, KAFKA_TOPIC and PORT (default 8080).

        Raises:
            SettingsError: one of them is missing or PORT is no port.
        """
        port = environment.get("PORT", "8080")
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise SettingsError(f"PORT is {port!r}; it must be a number from 1 to 65535")
        return cls(
            bootstrap_servers=_required(environment, "KAFKA_BOOTSTRAP_SERVERS"),
            topic=_required(environment, "KAFKA_TOPIC"),
            port=int(port),
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


def _topic(entry: dict[str, Any]) -> Topic:
    return Topic(
        name=entry["name"],
        partitions=int(entry["partitions"]),
        replication_factor=int(entry["replicationFactor"]),
        config={key: str(value) for key, value in entry.get("config", {}).items()},
    )
