"""The parts of a request for an HDInsight cluster, for changes to them."""

from collections.abc import Callable
from typing import Any

Change = Callable[[dict[str, Any]], Any]
"""Changes a request in place."""


def gateway_of(request: dict[str, Any]) -> dict[str, Any]:
    return request["properties"]["clusterDefinition"]["configurations"]["gateway"]


def role_of(request: dict[str, Any], number: int) -> dict[str, Any]:
    return request["properties"]["computeProfile"]["roles"][number]


def linux_profile_of(request: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return role_of(request, number)["osProfile"]["linuxOperatingSystemProfile"]


def account_of(request: dict[str, Any]) -> dict[str, Any]:
    return request["properties"]["storageProfile"]["storageaccounts"][0]


def set_password(request: dict[str, Any], password: str) -> None:
    gateway_of(request)["restAuthCredential.password"] = password
