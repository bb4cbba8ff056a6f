"""The rules of network security groups: whom they let in, and to which ports."""

from collections.abc import Iterator, Mapping
from typing import Any

from .resource import Resource
from .rule import Finding


def inbound(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The security rules of a resource that let somebody in, each with the beginning of its paths."""
    rules: list[tuple[str, Any]] = []
    if resource.type == "azure-native:network:SecurityRule":
        rules = [("", resource.inputs)]
    if resource.type == "azure-native:network:NetworkSecurityGroup":
        rules = [(f"{path}.", rule) for path, rule in resource.items("securityRules")]
    for path, rule in rules:
        if str(rule.get("direction")).lower() == "inbound" and str(rule.get("access")).lower() == "allow":
            yield path, rule


def sources(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """Whom it lets in: ranges and service tags."""
    yield from _one_or_more(rule, "sourceAddressPrefix", "sourceAddressPrefixes")


def ports(rule: Mapping[str, Any]) -> Iterator[Finding]:
    """To which ports."""
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
