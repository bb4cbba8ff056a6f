"""Checks whether the security group of an existing subnet lets AKS reach the brokers in it.

By priority, the first rule that matches decides; Azure's default rules come last:
https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import product

from pulumi_azure_native import network

from ..settings.objects.existing import ExistingResource
from .azure import Azure
from .network import ExistingNetwork, name_in, ranges

DEFAULT_PORTS = (9092,)
"""Kafka's own, for as long as nobody has asked the brokers' Ambari."""
_EVERYBODY = ("*", "any", "virtualnetwork", "0.0.0.0/0")
"""Sources that include AKS: the tag VirtualNetwork covers peered networks."""


@dataclass(frozen=True)
class Rule:
    """An inbound rule. `sources` are ranges or service tags; `ports` are numbers, ranges of them, or `*`."""

    name: str
    priority: int
    allows: bool
    protocol: str
    sources: tuple[str, ...]
    ports: tuple[str, ...]


def warnings(
    azure: Azure, brokers: ExistingNetwork, callers: Iterable[IPv4Network], ports: Sequence[int]
) -> Iterator[str]:
    """Warnings where the security group of the brokers' subnet denies Kafka's `ports` to the `callers`."""
    group = brokers.security_group_id
    if not group:
        return
    rules = read_rules(azure, group)
    for caller, port in product(callers, ports):
        if rule := denied_by(rules, caller, port):
            yield (
                f"The security group {name_in(group, 'networkSecurityGroups')} of the brokers' subnet keeps "
                f"TCP {port} from {caller}, where AKS's pods come from: its rule {rule.name} (priority "
                f"{rule.priority}). Unless they arrive under other addresses, pods won't reach Kafka. A rule "
                f"before it has to allow that port from {caller}."
            )


def denied_by(rules: Sequence[Rule], source: IPv4Network, port: int) -> Rule | None:
    """The rule that denies TCP to `port` from `source` or a part of it; None where all of it is allowed."""
    undecided = [source]
    for rule in sorted(rules, key=lambda rule: rule.priority):
        if rule.protocol.lower() not in ("tcp", "*") or not any(_has(span, port) for span in rule.ports):
            continue
        for prefix in _prefixes(rule):
            if not rule.allows and any(part.overlaps(prefix) for part in undecided):
                return rule
            undecided = [left for part in undecided for left in _without(part, prefix)]
    return None


def read_rules(azure: Azure, group_id: str) -> list[Rule]:
    """The inbound rules of a security group; empty where it may not be read: a warning is all they serve."""
    reference = ExistingResource.model_construct(
        resource_group=name_in(group_id, "resourceGroups"),
        name=name_in(group_id, "networkSecurityGroups"),
        subscription=name_in(group_id, "subscriptions").lower(),
    )
    with suppress(Exception):  # Pulumi raises nothing more specific
        group = azure.read(
            "", reference, network.get_network_security_group, network_security_group_name=reference.name
        )
        found = [*(group.security_rules or ()), *(group.default_security_rules or ())]
        return [_rule(rule) for rule in found if rule.direction.lower() == "inbound"]
    return []


def _rule(rule: network.outputs.SecurityRuleResponse) -> Rule:
    return Rule(
        name=rule.name or "",
        priority=rule.priority,
        allows=rule.access.lower() == "allow",
        protocol=rule.protocol,
        sources=tuple(rule.source_address_prefixes or [rule.source_address_prefix or ""]),
        ports=tuple(rule.destination_port_ranges or [rule.destination_port_range or ""]),
    )


def _prefixes(rule: Rule) -> Iterator[IPv4Network]:
    """The rule's source ranges. Service tags other than VirtualNetwork hold no private address."""
    for source in rule.sources:
        if source.lower() in _EVERYBODY:
            yield IPv4Network("0.0.0.0/0")
        elif source[:1].isdigit():
            yield from ranges([source])


def _has(span: str, port: int) -> bool:
    first, _, last = span.partition("-")
    return span == "*" or (first.isdigit() and int(first) <= port <= int(last or first))


def _without(part: IPv4Network, prefix: IPv4Network) -> Iterable[IPv4Network]:
    if not part.overlaps(prefix):
        return [part]
    return [] if part.subnet_of(prefix) else part.address_exclude(prefix)
