"""Changes of a request for an AKS cluster."""

from collections.abc import Callable
from typing import Any

Change = Callable[[dict[str, Any]], Any]
"""Changes a request in place."""


def pool_of(request: dict[str, Any]) -> dict[str, Any]:
    return request["agentPoolProfiles"][0]


def set_autoscaling(request: dict[str, Any], least: int, most: int) -> None:
    pool_of(request).update(enableAutoScaling=True, minCount=least, maxCount=most)


def set_api_callers(request: dict[str, Any], *ranges: str) -> None:
    request["apiServerAccessProfile"] = {"authorizedIPRanges": list(ranges)}


def set_overlay(request: dict[str, Any], cidr: str | None = None) -> None:
    request["networkProfile"]["networkPluginMode"] = "overlay"
    if cidr:
        request["networkProfile"]["podCidr"] = cidr


def set_service_range(request: dict[str, Any], cidr: str, dns: str) -> None:
    request["networkProfile"].update(serviceCidr=cidr, dnsServiceIP=dns)
