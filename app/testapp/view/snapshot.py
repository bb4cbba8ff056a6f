"""Makes one document of an observation, or says why none can be made. Pure."""

import ipaddress
from collections import Counter
from collections.abc import Mapping
from typing import Any

from testapp.view.observation import Configuration, Observation, Replication, Unknown

VERSION = 1
MINIMUM = "min.insync.replicas"
_AUTHORIZER, _SUPER_USERS, _PRINCIPALS = "authorizer.class.name", "super.users", "principal.builder.class"
_HEED_SUPER_USERS = frozenset(
    {
        "kafka.security.auth.SimpleAclAuthorizer",
        "kafka.security.authorizer.AclAuthorizer",
        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    }
)
"""Kafka's own authorizers, to which whoever `super.users` names may do everything
(https://kafka.apache.org/documentation/#security_authz)."""


def snapshot(observation: Observation, user: str, names: Mapping[str, str]) -> dict[str, Any]:
    """The document: what each broker advertises, and who leads, holds and follows every partition.

    A broker that did not answer by itself has None for what it advertises, also one that only partitions
    still name.

    Args:
        user: by whom brokers are asked; empty for nobody in particular.
        names: addresses of hosts, by which a broker that is advertised by name is told.

    Raises:
        Unknown: topics may be hidden from `user`, or the answers are incomplete.
    """
    for number, configuration in sorted(observation.configurations.items()):
        _refuse_hidden_topics(number, configuration, user)
    held = {
        broker
        for partitions in observation.partitions.values()
        for partition in partitions.values()
        for broker in partition.replicas
    }
    minimums = {topic: _minimum(topic, observation.topics.get(topic)) for topic in observation.partitions}
    usual = _most_frequent(minimums)
    return {
        "version": VERSION,
        "controller": observation.controller,
        "brokers": {
            str(number): {
                "address": _address(observation.hosts.get(number, ""), names),
                "advertised": _advertised(number, observation.configurations.get(number)),
            }
            for number in sorted({*observation.hosts, *held})
        },
        "defaults": {MINIMUM: usual},
        "minimums": {topic: minimum for topic, minimum in sorted(minimums.items()) if minimum != usual},
        "partitions": {
            topic: _in_order(topic, partitions)
            for topic, partitions in sorted(observation.partitions.items())
        },
    }


def names_of_hosts(text: str) -> dict[str, str]:
    """The addresses of the names in the text of an /etc/hosts, of which the first counts."""
    names: dict[str, str] = {}
    for line in text.splitlines():
        address, *hosts = line.partition("#")[0].split() or [""]
        for host in hosts:
            names.setdefault(host.lower(), address)
    return names


def _refuse_hidden_topics(number: int, broker: Configuration, user: str) -> None:
    """Topics that may not be described are left out of metadata, as if there were none."""
    authorizer = broker.get(_AUTHORIZER)
    if not authorizer:
        return
    principal = f"User:{user or 'ANONYMOUS'}"
    named = {one.strip() for one in broker.get(_SUPER_USERS, "").split(";")}
    standard = broker.get(_PRINCIPALS, "").rpartition(".")[2] in ("", "DefaultKafkaPrincipalBuilder")
    if authorizer not in _HEED_SUPER_USERS or not standard or principal not in named:
        raise Unknown(
            f"broker {number} has {_AUTHORIZER}={authorizer} and does not say that {principal} may see "
            "everything, so topics may be hidden"
        )


def _minimum(topic: str, configuration: Configuration | None) -> int:
    try:
        return int((configuration or {})[MINIMUM])
    except (KeyError, ValueError):
        raise Unknown(f"nobody tells {MINIMUM} of the topic {topic}") from None


def _most_frequent(minimums: Mapping[str, int]) -> int:
    """The smallest where several are; Kafka's own default without any topic."""
    return min(Counter(minimums.values()).items(), key=lambda one: (-one[1], one[0]), default=(1, 0))[0]


def _address(host: str, names: Mapping[str, str]) -> str:
    """An IP address; empty where the host is a name that is not among those known."""
    found = names.get(host.lower(), host)
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return ""


def _advertised(number: int, broker: Configuration | None) -> dict[str, str] | None:
    """Host and port by the name of the listener: Kafka takes `listeners` where nothing else is set."""
    if broker is None:
        return None
    text = broker.get("advertised.listeners") or broker.get("listeners") or ""
    found = {}
    for one in filter(None, map(str.strip, text.split(","))):
        name, separator, place = one.partition("://")
        if not separator:
            raise Unknown(f"broker {number} advertises {one!r}, which is no listener")
        found[name] = place
    if not found:
        raise Unknown(f"broker {number} does not tell what it advertises")
    return found


def _in_order(topic: str, partitions: Mapping[int, Replication]) -> list[list[Any]]:
    if sorted(partitions) != list(range(len(partitions))):
        raise Unknown(f"not every partition of the topic {topic} is told")
    return [
        [one.leader, [*one.replicas], [*one.in_sync]] for one in (partitions[n] for n in sorted(partitions))
    ]
