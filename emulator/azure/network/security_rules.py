"""Rules of network security groups: which ones Azure accepts, and which inbound traffic they allow."""

from contextlib import suppress
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

from emulator.azure.resource_manager.refusals import NotModelled, Refused

_PRIORITIES = range(100, 4097)
_PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def check_rules(rules: list[dict[str, Any]]) -> None:
    """Raises Refused for rules that Azure refuses, NotModelled for rules that would filter packets here."""
    for rule in rules:
        _check_rule(rule)
    for direction in ("inbound", "outbound"):
        seen: dict[int, str] = {}
        for rule in (rule for rule in rules if rule["direction"].lower() == direction):
            priority = int(rule["priority"])
            if priority in seen:
                message = (
                    f"Security rules {seen[priority]} and {rule['name']} have the same priority {priority} "
                    f"and direction {direction}."
                )
                raise Refused(400, "SecurityRuleConflict", message)
            seen[priority] = rule["name"]


def allows_inbound(rules: list[dict[str, Any]], service_tag: str, port: int) -> bool:
    """Whether the rules allow TCP from a service tag to `port`, by the matching rule of highest priority.

    That is the one with the lowest number. Regional tags such as HDInsight.WestEurope count as the tag, since
    some regions need several of them.
    """
    inbound = [rule for rule in rules if rule["direction"].lower() == "inbound"]
    for rule in sorted(inbound, key=lambda rule: int(rule["priority"])):
        from_tag = any(_is_from(source, service_tag) for source in _sources(rule))
        if from_tag and rule["protocol"].lower() in ("tcp", "*") and _covers(_ports(rule), port):
            return rule["access"].lower() == "allow"
    return False


def _check_rule(rule: dict[str, Any]) -> None:
    name = rule.get("name")
    if not name:
        raise Refused(400, "InvalidRequestFormat", "A security rule has no name.")
    if int(rule.get("priority", 0)) not in _PRIORITIES:
        message = f"Security rule {name} has an invalid priority; it must be between 100 and 4096."
        raise Refused(400, "SecurityRuleInvalidPriority", message)
    for one, several in (
        ("sourceAddressPrefix", "sourceAddressPrefixes"),
        ("destinationAddressPrefix", "destinationAddressPrefixes"),
        ("sourcePortRange", "sourcePortRanges"),
        ("destinationPortRange", "destinationPortRanges"),
    ):
        if bool(rule.get(one)) == bool(rule.get(several)):
            message = f"Security rule {name} must have exactly one of {one} and {several}."
            raise Refused(400, "SecurityRuleParameterContainsUnsupportedValue", message)
    for prefixes in (_sources(rule), _destinations(rule)):
        if overlapping := _overlapping(prefixes):
            message = f"Security rule {name} has overlapping subnets {overlapping}."
            raise Refused(400, "OverlappingSubnetsNotPermittedInSecurityRule", message)
    for text in _ports(rule):
        if not _is_port_range(text):
            message = f"Security rule {name} has an invalid port range '{text}'."
            raise Refused(400, "SecurityRuleInvalidPortRange", message)
    if rule["access"].lower() == "deny" and _reaches_networks(rule):
        raise NotModelled(f"security rule {name}: it would filter packets between the emulator's nodes")


def _reaches_networks(rule: dict[str, Any]) -> bool:
    """Whether a rule applies to traffic within the networks and their peers, the only traffic emulated."""
    inbound = rule["direction"].lower() == "inbound"
    far = _sources(rule) if inbound else _destinations(rule)
    return any(prefix.lower() in ("*", "virtualnetwork", "any") or _is_private(prefix) for prefix in far)


def _is_private(prefix: str) -> bool:
    return any(network.overlaps(private) for network in _networks([prefix]) for private in _PRIVATE)


def _overlapping(prefixes: list[str]) -> str:
    """The first two ranges that overlap, as text; empty when none do."""
    pairs = combinations(_networks(prefixes), 2)
    return next((f"{one} and {other}" for one, other in pairs if one.overlaps(other)), "")


def _networks(prefixes: list[str]) -> list[IPv4Network]:
    """The prefixes that are address ranges, not service tags."""
    found = []
    for prefix in prefixes:
        with suppress(ValueError):
            found.append(IPv4Network(prefix, strict=False))
    return found


def _is_from(source: str, service_tag: str) -> bool:
    source = source.lower()
    tag = service_tag.lower()
    return source in ("*", "any", "internet", "0.0.0.0/0", tag) or source.startswith(f"{tag}.")


def _sources(rule: dict[str, Any]) -> list[str]:
    return rule.get("sourceAddressPrefixes") or [rule["sourceAddressPrefix"]]


def _destinations(rule: dict[str, Any]) -> list[str]:
    return rule.get("destinationAddressPrefixes") or [rule["destinationAddressPrefix"]]


def _ports(rule: dict[str, Any]) -> list[str]:
    return rule.get("destinationPortRanges") or [rule["destinationPortRange"]]


def _is_port_range(text: str) -> bool:
    bounds = text.split("-")
    if text == "*":
        return True
    numbers = [int(bound) for bound in bounds if bound.isascii() and bound.isdigit()]
    return len(numbers) == len(bounds) <= 2 and 0 <= numbers[0] <= numbers[-1] <= 65535


def _covers(ranges: list[str], port: int) -> bool:
    def bounds(text: str) -> tuple[int, int]:
        first, _, last = text.partition("-")
        return int(first), int(last or first)

    return any(text == "*" or bounds(text)[0] <= port <= bounds(text)[1] for text in ranges)
