"""The dangers of wider access: address ranges that may reach something they could not reach before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from policy.preview import known
from policy.rules import UNKNOWN, Resource
from policy.rules.exposure import is_public_balancer
from policy.rules.security_rules import inbound, ports, sources
from policy.rules.sources import is_outside, is_world

from .phrases import Phrase, Quoted, listed
from .preview import Change, Operation, Preview
from .resource_types import AKS

EVERYBODY = "0.0.0.0/0"
TOKEN = "access-token"
PAGE = "kafka-test-app-service"
Access = Mapping[str, Set[str]]
"""The address ranges and service tags outside the networks that reach each port or address."""


def openings(preview: Preview) -> Iterator[Phrase]:
    """The resources that more ranges from outside can reach, each with the new ranges."""
    for change in preview.changes:
        before, after = _access(change, change.before), _access(change, change.after)
        for door, ranges in after.items():
            old = before.get(door, set())
            new = sorted(one for one in ranges if not any(_covers(other, one) for other in old))
            if new:
                everybody = any(is_world(one) for one in new)
                who = "everybody" if everybody else "addresses that could not before"
                yield (Quoted(change.name), f" lets in {who}, {door}: ", *listed(new))
    token, page = preview.named(TOKEN), preview.named(PAGE)
    if token and token.operation is Operation.DELETE and page and page.operation is not Operation.DELETE:
        yield (Quoted(token.name), " is deleted: whoever reaches the page no longer needs a token.")


def _access(change: Change, inputs: Mapping[str, Any]) -> Access:
    resource = Resource(change.name, change.type, known(inputs))
    if is_public_balancer(resource):
        return {"at its public address": _ranges(resource, "spec.loadBalancerSourceRanges")}
    if inputs and resource.type == AKS:
        if resource.at("apiServerAccessProfile.enablePrivateCluster") is True:
            return {}
        return {"to Kubernetes' API": _ranges(resource, "apiServerAccessProfile.authorizedIPRanges")}
    doors: dict[str, set[str]] = {}
    for _, rule in inbound(resource):
        door = "ports " + (", ".join(str(port) for _, port in ports(rule)) or "unknown")
        outside = {str(source) for _, source in sources(rule) if is_outside(source)}
        doors.setdefault(door, set()).update(outside)
    return doors


def _ranges(resource: Resource, path: str) -> set[str]:
    """The ranges in a list: everybody if it is empty, nobody if it is unknown."""
    if resource.at(path) is UNKNOWN:
        return set()
    return {str(one) for _, one in resource.items(path)} or {EVERYBODY}


def _covers(wide: str, narrow: str) -> bool:
    if wide == narrow or is_world(wide):
        return True
    try:
        outer, inner = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    except ValueError:
        return False
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)
