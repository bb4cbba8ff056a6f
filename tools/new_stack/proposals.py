"""Proposes names and address ranges for a new stack, by the settings of the existing ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any

Values = Mapping[str, Any]

_NETWORKS = ("hdinsightAddressSpace", "aksAddressSpace")
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


def free_ranges(others: Iterable[Values], defaults: Values) -> dict[str, Any]:
    """Ranges for both networks that overlap no other stack's, so that all of them can be connected.

    Empty if the defaults are free. Raises ValueError if no range is free.

    others: the settings of the existing stacks. defaults: the defaults of the settings.
    """
    used = [
        ip_network(text)
        for other in others
        for name in _NETWORKS
        for text in _listed(other.get(name, defaults[name]))
    ]
    for step in range(10):
        proposed = {
            "hdinsightAddressSpace": [f"10.{10 + step}.0.0/16"],
            "hdinsightSubnet": f"10.{10 + step}.0.0/24",
            "aksAddressSpace": [f"10.{20 + step}.0.0/16"],
            "aksSubnet": f"10.{20 + step}.0.0/22",
        }
        wanted = [ip_network(text) for name in _NETWORKS for text in proposed[name]]
        if not any(one.overlaps(other) for one in wanted for other in used):
            return {name: value for name, value in proposed.items() if value != defaults[name]}
    raise ValueError(
        "no range is free: set hdinsightAddressSpace, hdinsightSubnet, aksAddressSpace and aksSubnet"
    )


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value]
