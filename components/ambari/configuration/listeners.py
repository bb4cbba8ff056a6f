"""Kafka's listeners, as the properties of its brokers declare them and by Kafka's own rules. Pure.

The rules are those by which a broker of Kafka 3.2 decides whether it starts (`validateValues` in
KafkaConfig, `listenerListToEndPoints` in CoreUtils). Ambari's agent puts the node's name in place of
`localhost` before the broker reads the properties (kafka.py in Ambari's KAFKA service).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from ..api.errors import ConfigurationConflict

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
PROTOCOLS: tuple[Protocol, ...] = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
TLS: frozenset[Protocol] = frozenset({"SSL", "SASL_SSL"})

DEFAULT_LISTENERS = "PLAINTEXT://0.0.0.0:9092"
"""Kafka's default, written out, since Ambari's agent fails where the property is missing."""
HDINSIGHT_LISTENERS = "PLAINTEXT://localhost:9092"
"""What HDInsight sets up."""

_ENDPOINT = re.compile(r"(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)")
_LOCALHOST = "://localhost:"
_LISTENERS = "listeners"
_ADVERTISED = "advertised.listeners"
_MAP = "listener.security.protocol.map"
_BROKERS = "inter.broker.listener.name"
_BROKERS_PROTOCOL = "security.inter.broker.protocol"
_CONTROL_PLANE = "control.plane.listener.name"


@dataclass(frozen=True)
class Listener:
    """One entry of `listeners` or of `advertised.listeners`."""

    name: str
    """In capitals, as Kafka compares them."""
    protocol: Protocol
    host: str
    port: int

    @property
    def of_the_node(self) -> bool:
        """The host stands for each node itself: `localhost`, which becomes its name, or all interfaces."""
        return self.host in ("", "localhost") or _is(self.host, "is_unspecified")

    @property
    def loopback(self) -> bool:
        """Nobody but processes on the node itself can connect."""
        return _is(self.host, "is_loopback")


@dataclass(frozen=True)
class Listeners:
    """What brokers listen on and what they tell clients to connect to."""

    listening: tuple[Listener, ...]
    advertised: tuple[Listener, ...]
    """Those of `advertised.listeners`; the same as `listening` where that is not set."""
    between_brokers: Listener
    internal: frozenset[str]
    """Names of listeners that nobody but brokers uses: these advertise names, as they always did."""

    @property
    def for_clients(self) -> tuple[Listener, ...]:
        """The advertised ones that clients use."""
        return tuple(listener for listener in self.advertised if listener.name not in self.internal)


def parse_listeners(properties: Mapping[str, str]) -> Listeners:
    """The listeners in a broker's properties.

    Raises ConfigurationConflict where they contradict each other, so that a broker would not start.
    """
    protocols = _protocol_map(properties)
    listening = tuple(_endpoints(listeners_in(properties), _LISTENERS, protocols))
    set_apart = properties.get(_ADVERTISED, "").strip()
    advertised = tuple(_endpoints(set_apart, _ADVERTISED, protocols)) if set_apart else listening
    _refuse_duplicates(listening, advertised)
    between = _between_brokers(properties, protocols, advertised)
    return Listeners(listening, advertised, between, _internal(properties, listening))


def listeners_in(properties: Mapping[str, str]) -> str:
    """The value of `listeners`, or else Kafka's default, written out."""
    return properties.get(_LISTENERS, "").strip() or DEFAULT_LISTENERS


def opened(text: str, internal: frozenset[str] = frozenset()) -> str:
    """`listeners` with 0.0.0.0 in place of `localhost`, except in those that are `internal`."""
    return ",".join(
        entry if _name(entry) in internal else entry.replace(_LOCALHOST, "://0.0.0.0:")
        for entry in text.split(",")
    )


def restored(now: str, before: str) -> str:
    """`listeners` with each listener as it was `before`: `localhost` where 0.0.0.0 has taken its place.

    What somebody else changed or added since stays. Earlier versions of this program put DEFAULT_LISTENERS in
    place of whatever there was, so that stands for all of `before`.
    """
    if now == DEFAULT_LISTENERS:
        return before
    taken = {opened(entry).strip(): entry.strip() for entry in before.split(",") if _LOCALHOST in entry}
    return ",".join(_put_back(entry, taken) for entry in now.split(","))


def bootstrap_servers(listeners: Listeners, addresses: Sequence[str]) -> dict[Protocol, str]:
    """For each protocol that clients can use, `host:port` of every broker, comma-separated.

    `addresses` are the nodes'. A listener that advertises one host for all brokers is named once.
    """
    servers: dict[Protocol, str] = {}
    for listener in listeners.for_clients:
        if listener.protocol not in servers and not listener.loopback:
            hosts = addresses if listener.of_the_node else [_bracketed(listener.host)]
            servers[listener.protocol] = ",".join(f"{host}:{listener.port}" for host in hosts)
    return servers


def address_of(ip: str, port: int) -> str:
    """As brokers advertise it."""
    return f"{_bracketed(ip)}:{port}"


def _protocol_map(properties: Mapping[str, str]) -> dict[str, Protocol]:
    """Each listener name's protocol. A map that is set replaces the default, which has each one as itself."""
    entries = _entries(properties.get(_MAP, ""))
    if not entries:
        return {protocol: protocol for protocol in PROTOCOLS}
    protocols: dict[str, Protocol] = {}
    for entry in entries:
        name, _, value = entry.rpartition(":")
        if not name or value.strip() not in PROTOCOLS:
            raise _contradiction(
                f"{_MAP} says {entry}, and must say NAME:PROTOCOL with one of {', '.join(PROTOCOLS)}"
            )
        protocols[name.strip().upper()] = _protocol(value.strip())
    return protocols


def _protocol(name: str) -> Protocol:
    return next(protocol for protocol in PROTOCOLS if protocol == name)


def _endpoints(text: str, key: str, protocols: Mapping[str, Protocol]) -> Iterator[Listener]:
    for entry in _entries(text):
        match = _ENDPOINT.fullmatch(entry)
        if match is None or not 0 < int(match[3]) < 65536:
            raise _contradiction(f"{key} has {entry}, which is not PROTOCOL://HOST:PORT")
        name = match[1].upper()
        if name not in protocols:
            raise _contradiction(f"{key} has {entry}, and {_MAP} gives {name} no protocol")
        yield Listener(name, protocols[name], match[2], int(match[3]))


def _refuse_duplicates(listening: Sequence[Listener], advertised: Sequence[Listener]) -> None:
    for key, listeners in ((_LISTENERS, listening), (_ADVERTISED, advertised)):
        if name := _twice([listener.name for listener in listeners]):
            raise _contradiction(f"{key} has two listeners that are named {name}")
    if port := _twice([listener.port for listener in listening]):
        raise _contradiction(f"{_LISTENERS} has two listeners on port {port}")
    unknown = {listener.name for listener in advertised} - {listener.name for listener in listening}
    if unknown:
        raise _contradiction(f"{_ADVERTISED} has {', '.join(sorted(unknown))}, and {_LISTENERS} has not")


def _between_brokers(
    properties: Mapping[str, str], protocols: Mapping[str, Protocol], advertised: Sequence[Listener]
) -> Listener:
    named = properties.get(_BROKERS)
    if named is not None and _BROKERS_PROTOCOL in properties:
        raise _contradiction(f"{_BROKERS} and {_BROKERS_PROTOCOL} are both set, and only one of them may be")
    name = (properties.get(_BROKERS_PROTOCOL, "PLAINTEXT") if named is None else named).strip().upper()
    for listener in advertised:
        if listener.name == name:
            return listener
    key = _BROKERS_PROTOCOL if named is None else _BROKERS
    if named is not None and name not in protocols:
        raise _contradiction(f"{key} is {name}, and {_MAP} gives that no protocol")
    names = ", ".join(listener.name for listener in advertised)
    raise _contradiction(f"brokers would talk to each other by {name} ({key}), and advertise {names} only")


def _internal(properties: Mapping[str, str], listening: Sequence[Listener]) -> frozenset[str]:
    """A listener for brokers alone is one that they have by a name of its own, beside others for clients."""
    control = {properties.get(_CONTROL_PLANE, "").strip().upper()} - {""}
    brokers = {properties.get(_BROKERS, "").strip().upper()} - {"", *PROTOCOLS}
    names = {listener.name for listener in listening}
    return frozenset((control | brokers) & names if names - control - brokers else control & names)


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def _name(entry: str) -> str:
    return entry.partition("://")[0].strip().upper()


def _put_back(entry: str, taken: Mapping[str, str]) -> str:
    text = entry.strip()
    return entry.replace(text, taken[text]) if text in taken else entry


def _is(host: str, kind: Literal["is_unspecified", "is_loopback"]) -> bool:
    try:
        return bool(getattr(ip_address(host), kind))
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _twice(values: Sequence[object]) -> object:
    """The first value that is there a second time; None where each is there once."""
    return next((value for index, value in enumerate(values) if value in values[:index]), None)


def _contradiction(what: str) -> ConfigurationConflict:
    return ConfigurationConflict(
        f"Kafka's listeners in Ambari contradict each other: {what}. No broker would start with that. "
        "Nothing was changed. Mend it in Ambari under Kafka, Configs."
    )
