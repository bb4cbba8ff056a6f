"""Proposes names and address ranges for a new stack, by the settings of the existing ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from types import MappingProxyType
from typing import Any

from components.settings.validation.mistakes import OURS, Mistake

Values = Mapping[str, Any]

_UNIQUE = ("kafkaClusterName", "storageAccountName", "registryName")
_NETWORKS = (("hdinsightAddressSpace", "hdinsightSubnet"), ("aksAddressSpace", "aksSubnet"))
"""Of each network its address space, and the subnet in it."""
_LONGEST_STORAGE_NAME = 24


def names(stack: str) -> dict[str, Any]:
    """Names that depend on the stack's; a name that has to be unique in Azure may still be taken."""
    joined = re.sub("[^a-z0-9]", "", stack.lower())
    dashed = re.sub("[^a-z0-9]+", "-", stack.lower()).strip("-")
    return {
        "kafkaClusterName": f"akskafka-{dashed}",
        "storageAccountName": f"akskafka{joined}"[:_LONGEST_STORAGE_NAME],
        "registryName": f"akskafka{joined}",
        "resourceGroup": f"aks-kafka-{dashed}",
        "aksClusterName": f"aks-kafka-{dashed}",
        "tags": {"environment": dashed},
    }


def taken(values: Values, others: Mapping[str, Values]) -> list[Mistake]:
    """The names that have to be unique in Azure and that another stack in this folder has.

    others: the settings of the existing stacks by the names of their files.
    """
    return [
        Mistake(
            name, values[name], f"is the name in {file}, and unique in all of Azure", OURS, "another name"
        )
        for name in _UNIQUE
        for file, other in others.items()
        if values.get(name) and values[name] == other.get(name)
    ]


class NoFreeRange(Exception):
    """Every range that could be proposed overlaps another stack's."""


def free_ranges(
    others: Iterable[Values], defaults: Values, chosen: Values = MappingProxyType({})
) -> dict[str, Any]:
    """Ranges for both networks that overlap no other stack's, so that all of them can be connected.

    Empty if the defaults are free, and without a network for which `chosen` has a range. Raises NoFreeRange.

    others: the settings of the existing stacks. defaults: the defaults of the settings. chosen: the settings
    that the user has given.
    """
    used = [network for other in others for network in _ranges({**defaults, **other})] + _ranges(chosen)
    open_networks = [pair for pair in _NETWORKS if not chosen.keys() & set(pair)]
    for step in range(10):
        proposed = {
            "hdinsightAddressSpace": [f"10.{10 + step}.0.0/16"],
            "hdinsightSubnet": f"10.{10 + step}.0.0/24",
            "aksAddressSpace": [f"10.{20 + step}.0.0/16"],
            "aksSubnet": f"10.{20 + step}.0.0/22",
        }
        wanted = {name: proposed[name] for pair in open_networks for name in pair}
        if not any(one.overlaps(other) for one in _ranges(wanted) for other in used):
            return {name: value for name, value in wanted.items() if value != defaults[name]}
    raise NoFreeRange(
        "no range is free: set hdinsightAddressSpace, hdinsightSubnet, aksAddressSpace and aksSubnet"
    )


def _ranges(values: Values) -> list[IPv4Network | IPv6Network]:
    """The address spaces in these settings, without texts that are no range."""
    found = []
    for space, _ in _NETWORKS:
        value = values.get(space, [])
        for text in [value] if isinstance(value, str) else value:
            with suppress(ValueError):
                found.append(ip_network(text, strict=False))
    return found
