"""The topics that a program declares, as JSON in one variable of the environment."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from testapp.configuration.environment import parse_topic, shown

MOST_PARTITIONS = 100_000
MOST_REPLICAS = 32_767
"""Kafka counts replicas in 16 bits."""
_FIELDS = {"name", "partitions", "replicationFactor", "config"}
_CONFIG_KEY = re.compile(r"[A-Za-z0-9._-]{1,255}")


@dataclass(frozen=True)
class Topic:
    """A topic as declared; `config` holds only what differs from the brokers' defaults."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]


def parse_topics(text: str) -> tuple[Topic, ...]:
    """Read a JSON list of `{"name", "partitions", "replicationFactor", "config"?}`.

    Raises:
        ValueError: it is none; says which entry breaks which rule.
    """
    try:
        entries = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it must be a JSON list of topics, and is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"it must be a JSON list of topics ({error})") from error
    if not isinstance(entries, list):
        raise ValueError("it must be a JSON list of topics")
    topics = tuple(_topic(entry, f"entry {number}") for number, entry in enumerate(entries, start=1))
    names = [topic.name for topic in topics]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"topic {name} is declared twice")
    return topics


def _topic(entry: Any, where: str) -> Topic:
    if not isinstance(entry, dict):
        raise ValueError(f"{where} must be an object with name, partitions and replicationFactor")
    if missing := sorted({"name", "partitions", "replicationFactor"} - entry.keys()):
        raise ValueError(f"{where} has no {missing[0]}")
    if unknown := sorted(entry.keys() - _FIELDS):
        raise ValueError(f"{where} has {shown(unknown[0])}, which is none of {', '.join(sorted(_FIELDS))}")
    name, config = entry["name"], entry.get("config", {})
    if not isinstance(name, str):
        raise ValueError(f"{where}: name must be a string")
    try:
        parse_topic(name)
    except ValueError as error:
        raise ValueError(f"{where} is named {shown(name)}; {error}") from error
    if not isinstance(config, dict):
        raise ValueError(f"{where}: config must be an object")
    return Topic(
        name=name,
        partitions=_count(entry["partitions"], MOST_PARTITIONS, f"{where}: partitions"),
        replication_factor=_count(entry["replicationFactor"], MOST_REPLICAS, f"{where}: replicationFactor"),
        config={_config_key(key, where): _config_value(key, value, where) for key, value in config.items()},
    )


def _count(value: Any, most: int, where: str) -> int:
    # To Python, true and false are numbers too.
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise ValueError(f"{where} must be a whole number from 1 to {most}")
    return value


def _config_key(key: str, where: str) -> str:
    if not _CONFIG_KEY.fullmatch(key):
        raise ValueError(f"{where}: config has {shown(key)}, which can't name a property of a topic")
    return key


def _config_value(key: str, value: Any, where: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    # A secret could stand there: messages don't repeat values.
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"{where}: config's {key} must be a printable string, a number or a boolean")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
