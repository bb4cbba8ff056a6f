"""Pure: given Kafka's properties in Ambari, what should they be?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .errors import ConfigurationConflict
from .kafka_env import advertised_by, block_in, has_pasted, with_block, without_block
from .model import Configuration, GroupOverride

BROKER_TYPE = "kafka-broker"
ENVIRONMENT_TYPE = "kafka-env"
LISTENERS = "PLAINTEXT://0.0.0.0:9092"
HDINSIGHT_LISTENERS = "PLAINTEXT://localhost:9092"
"""What HDInsight sets up; the agent puts the node's name in localhost's place (Ambari's kafka.py)."""

Types = Mapping[str, Configuration]


@dataclass(frozen=True)
class Situation:
    """How far the configuration is what it should be."""

    listeners: str
    block: str
    """Our block as it stands in kafka-env; empty: not there."""
    pasted: bool
    """A snippet pasted by hand does the block's work, or does it besides the block."""
    advertised: bool
    """By the block as it should be or by a pasted snippet, not by both."""

    @property
    def desired(self) -> bool:
        return self.advertised and self.listeners == LISTENERS


def situation(types: Types) -> Situation:
    """Raises ConfigurationConflict when the configuration can't be understood."""
    content = _property(types, ENVIRONMENT_TYPE, "content")
    listeners = _type(types, BROKER_TYPE).properties.get("listeners", "")
    by = advertised_by(content)
    return Situation(
        listeners=listeners,
        block=block_in(content),
        pasted=has_pasted(content),
        advertised=by != "nothing",
    )


def advertised(types: Types) -> dict[str, Configuration]:
    """The types that have to be saved, each with all its properties, for brokers to advertise addresses.

    Empty when everything is in place, be it by a snippet pasted by hand: then a restart would gain nothing.
    Raises ConfigurationConflict when there are TLS listeners, which the change would take away.
    """
    now = situation(types)
    if now.desired:
        return {}
    if "SSL://" in now.listeners.upper():
        raise ConfigurationConflict(
            f"Kafka's listeners are {now.listeners}. They would become {LISTENERS}, which cuts off every "
            "client that uses TLS, so nothing was changed. Take the TLS listeners out in Ambari first, or "
            "advertise addresses by hand."
        )
    return _changed(types, LISTENERS, with_block(_property(types, ENVIRONMENT_TYPE, "content")))


def taken_back(types: Types, listeners_before: str) -> dict[str, Configuration]:
    """The types that have to be saved for brokers to advertise what they did before."""
    content = without_block(_property(types, ENVIRONMENT_TYPE, "content"))
    now = _type(types, BROKER_TYPE).properties.get("listeners", "")
    # Somebody else's value stays: only what this project set is taken back.
    return _changed(types, listeners_before if now == LISTENERS else now, content)


def refuse_overrides(overrides: Sequence[GroupOverride]) -> None:
    """Raises ConfigurationConflict when a config group hides either property from some of the brokers."""
    for override in overrides:
        hidden = [
            f"{name}/{key}"
            for name, key in ((BROKER_TYPE, "listeners"), (ENVIRONMENT_TYPE, "content"))
            if key in override.properties.get(name, {})
        ]
        if hidden and override.hosts:
            raise ConfigurationConflict(
                f"Ambari's config group {override.group} overrides {' and '.join(hidden)} for "
                f"{', '.join(override.hosts)}: they would not get the change. Remove the override first."
            )


def _changed(types: Types, listeners: str, content: str) -> dict[str, Configuration]:
    wanted = {(BROKER_TYPE, "listeners"): listeners, (ENVIRONMENT_TYPE, "content"): content}
    changed: dict[str, Configuration] = {}
    for (name, key), value in wanted.items():
        old = _type(types, name)
        if old.properties.get(key) != value:
            changed[name] = Configuration(old.tag, {**old.properties, key: value}, old.attributes)
    return changed


def _type(types: Types, name: str) -> Configuration:
    # A type that Ambari does not know would be created by saving it, with nothing else in it.
    if name not in types:
        raise ConfigurationConflict(f"Ambari's configuration of Kafka has no type {name}.")
    return types[name]


def _property(types: Types, name: str, key: str) -> str:
    properties = _type(types, name).properties
    if key not in properties:
        raise ConfigurationConflict(f"Ambari's {name} has no property {key}.")
    return properties[key]
