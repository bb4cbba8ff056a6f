"""Inbound rules of network security groups: their sources and ports."""

from collections.abc import Iterator, Mapping
from typing import Any

from .resource import Resource
from .rule import Finding


def inbound(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The inbound rules of a resource that allow access, each with the prefix of its properties' paths."""
    rules: list[tuple[str, Any]] = []
    if resource.type == "azure-native:network:SecurityRule":
        rules = [("", resource.inputs)]
    if resource.type == "azure-native:network:NetworkSecurityGroup":
        rules = [(f"{path}.", rule) for path, rule in resource.items("securityRules")]
    for path, rule in rules:
        if str(rule.get("direction")).lower() == "inbound" and str(rule.get("access")).lower() == "allow":
            yield path, rule


def sources(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """The sources of a rule: ranges and service tags."""
    yield from _one_or_more(rule, "sourceAddressPrefix", "sourceAddressPrefixes")


def ports(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """The destination ports of a rule."""
    yield from _one_or_more(rule, "destinationPortRange", "destinationPortRanges")


def covers(ports: object, port: int) -> bool:
    """Whether a port lies in a range as Azure writes it: "443", "9000-9100" or "*"."""
    if ports == "*":
        return True
    first, _, last = str(ports).partition("-")
    return first.isdecimal() and int(first) <= port <= int(last or first)


def _one_or_more(rule: Mapping[str, Any], one: str, more: str) -> Iterator[Finding]:
    if rule.get(one) is not None:
        yield one, rule[one]
    several = rule.get(more)
    for index, value in enumerate(several if isinstance(several, list) else ()):
        yield f"{more}[{index}]", value
