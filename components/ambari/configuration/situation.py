"""How far Kafka's configuration in Ambari is what it should be, and what has to be saved for that. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..api.errors import ConfigurationConflict
from ..api.model import Configuration, GroupOverride
from .kafka_env import (
    OVERRIDING_BLOCK,
    AdvertisedBy,
    advertised_by,
    block_in,
    never_reached,
    with_block,
    without_block,
)
from .listeners import TLS, Listener, Listeners, listeners_in, opened, parse_listeners, restored
from .pasted_snippet import LISTENERS, listeners_told

BROKER_TYPE = "kafka-broker"
ENVIRONMENT_TYPE = "kafka-env"
_LISTENERS = "listeners"
_CONTENT = "content"
_ALGORITHM = "ssl.endpoint.identification.algorithm"

Types = Mapping[str, Configuration]


@dataclass(frozen=True)
class Situation:
    """What is configured, next to what should be."""

    listeners: str
    """As they stand; empty: not set."""
    wanted: str
    """What they should be; as they stand where they contradict each other."""
    parsed: Listeners | None
    """None where they contradict each other."""
    contradiction: str
    """Why no broker would start with these listeners; empty: one would."""
    block: str
    """Our block as it stands in kafka-env; empty: not there."""
    pasted: bool
    """The how-to's snippet has the last word in kafka-env, or there is one that is `adopted`."""
    adopted: bool
    """An earlier version of this program found a snippet of whatever form to do the block's work."""
    advertised: bool
    """Is what is in kafka-env right as it is, as far as anybody can tell?"""
    unreached: str
    """The line that ends the shell before it would come to our block; empty: it comes there."""

    @property
    def desired(self) -> bool:
        return self.advertised and self.listeners == self.wanted


def situation(types: Types, adopted: bool = False, advertising: bool | None = None) -> Situation:
    """Compares what is configured with what should be.

    `adopted`: an earlier version of this program found a pasted snippet to do the block's work.
    `advertising`: do brokers advertise what they should, by their own word? False: one of those that run
    with this configuration does not. None: nobody can tell, and the text has to do.

    Raises ConfigurationConflict where a type or a property is missing.
    """
    content = _property(types, ENVIRONMENT_TYPE, _CONTENT)
    properties = _type(types, BROKER_TYPE).properties
    contradiction, parsed = "", None
    try:
        parsed = parse_listeners(properties)
    except ConfigurationConflict as conflict:
        contradiction = str(conflict)
    listeners = properties.get(_LISTENERS, "")
    by, block = advertised_by(content), block_in(content)
    adopted = adopted and not block and bool(listeners_told(content))
    pasted = adopted or by == "pasted"
    if by == "block":
        right = _block_suffices(types, block, advertising)
    elif by == "nothing" and not adopted:
        right = False
    else:
        told = listeners_told(content) if adopted else LISTENERS
        right = _suffices(by, told, parsed) if advertising is None else advertising
    if parsed is None or (pasted and right):
        wanted = listeners
    else:
        wanted = opened(listeners_in(properties), parsed.internal)
    return Situation(
        listeners, wanted, parsed, contradiction, block, pasted, adopted, right, never_reached(content)
    )


def advertised(
    types: Types, adopted: bool = False, advertising: bool | None = None
) -> dict[str, Configuration]:
    """The types that have to be saved, each with all its properties, for brokers to advertise addresses.

    Empty when everything is in place, be it by a snippet pasted by hand: then a restart would gain nothing.
    For `adopted` and `advertising` see `situation`. Raises ConfigurationConflict when the listeners
    contradict each other.
    """
    now = situation(types, adopted, advertising)
    if now.desired:
        return {}
    if now.contradiction:
        raise ConfigurationConflict(now.contradiction)
    return _changed(types, now.wanted, _content_with_block(types))


def taken_back(types: Types, listeners_before: str) -> dict[str, Configuration]:
    """The types that have to be saved for brokers to advertise what they did before.

    Somebody else's listeners stay: only what this project set is taken back.
    """
    content = without_block(_property(types, ENVIRONMENT_TYPE, _CONTENT))
    now = _type(types, BROKER_TYPE).properties.get(_LISTENERS, "")
    return _changed(types, restored(now, listeners_before), content)


def advertises(types: Types) -> bool:
    """Is there anything in kafka-env that advertises addresses: our block, or lines of somebody's?"""
    environment = types.get(ENVIRONMENT_TYPE)
    content = environment.properties.get(_CONTENT, "") if environment else ""
    return bool(block_in(content) or listeners_told(content))


def shared_over_tls(types: Types) -> Listener | None:
    """The TLS listener, as it listens, that clients share with brokers who check the names in certificates.

    Once it advertises addresses, each broker's certificate has to hold its own, or brokers refuse each other
    ("No subject alternative names matching IP address"). None where there is no such listener, where
    `ssl.endpoint.identification.algorithm` is empty, and where somebody set its host.
    """
    parsed = situation(types).parsed
    if parsed is None:
        return None
    told = parsed.between_brokers
    listener = next(listener for listener in parsed.listening if listener.name == told.name)
    of_the_node = told.of_the_node and listener.of_the_node
    shared = told.protocol in TLS and of_the_node and told.name not in parsed.internal
    return None if not shared or _identifies_nobody(types, told) else listener


def refuse_overrides(overrides: Sequence[GroupOverride]) -> None:
    """Raises ConfigurationConflict when a config group hides either property from some of the brokers."""
    for override in overrides:
        hidden = [
            f"{name}/{key}"
            for name, key in ((BROKER_TYPE, _LISTENERS), (ENVIRONMENT_TYPE, _CONTENT))
            if key in override.properties.get(name, {})
        ]
        if hidden and override.hosts:
            raise ConfigurationConflict(
                f"Ambari's config group {override.group} overrides {' and '.join(hidden)} for "
                f"{', '.join(override.hosts)}: they would not get the change. Remove the override first."
            )


def _block_suffices(types: Types, block: str, advertising: bool | None) -> bool:
    """Is our block right where it stands, unless brokers show that something else has the last word?"""
    if block == OVERRIDING_BLOCK and _set_apart(types):
        return False
    content = _property(types, ENVIRONMENT_TYPE, _CONTENT)
    last_word = not never_reached(content) and _content_with_block(types) == content
    return last_word or advertising is not False


def _suffices(by: AdvertisedBy, told: set[tuple[str, int]], parsed: Listeners | None) -> bool:
    """Does an earlier block, or a pasted snippet with what it has `told`, advertise every listener?

    HDInsight's guide to addresses has PLAINTEXT on all interfaces, its guide to TLS leaves `localhost`:
    https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-connect-vpn-gateway and
    https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-ssl-encryption-authentication.
    """
    if parsed is None:
        return True
    if by == "earlier":
        only = [(listener.name, listener.port) for listener in parsed.advertised] == [("PLAINTEXT", 9092)]
        return only and parsed.advertised[0].of_the_node
    tls = any(listener.protocol in TLS for listener in parsed.listening)
    everywhere = all(listener.host != "localhost" for listener in parsed.listening)
    return {(listener.name, listener.port) for listener in parsed.for_clients} <= told and (tls or everywhere)


def _content_with_block(types: Types) -> str:
    return with_block(_property(types, ENVIRONMENT_TYPE, _CONTENT), _set_apart(types))


def _set_apart(types: Types) -> bool:
    """Does Ambari set what is advertised, beside `listeners`?"""
    return bool(_type(types, BROKER_TYPE).properties.get("advertised.listeners", "").strip())


def _identifies_nobody(types: Types, listener: Listener) -> bool:
    """Is `ssl.endpoint.identification.algorithm` empty, in Ambari or in a line that kafka-env appends?"""
    properties = _type(types, BROKER_TYPE).properties
    for key in (f"listener.name.{listener.name.lower()}.{_ALGORITHM}", _ALGORITHM):
        if key in properties:
            return not properties[key].strip()
    appended = rf"^[^#\n]*echo\s+[\"']?{re.escape(_ALGORITHM)}=[\"']?\s*>>"
    return re.search(appended, _property(types, ENVIRONMENT_TYPE, _CONTENT), re.MULTILINE) is not None


def _changed(types: Types, listeners: str, content: str) -> dict[str, Configuration]:
    wanted = {(BROKER_TYPE, _LISTENERS): listeners, (ENVIRONMENT_TYPE, _CONTENT): content}
    changed: dict[str, Configuration] = {}
    for (name, key), value in wanted.items():
        old = _type(types, name)
        if old.properties.get(key, "") != value:
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
