"""What the calls of the emulator's daemon, which its `az` makes, stand for in Azure."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.azure_cli.loopback import Request

Given = Mapping[str, Any]


def as_request(call: str, given: Given) -> Request | None:
    """The request that a call with these arguments stands for; None for one that is no request of its own."""
    if call not in _REQUESTS:
        return None
    method, path, *body = _REQUESTS[call](given)
    return Request(method, path.lower(), *body)


def _group(given: Given) -> str:
    return f"/subscriptions/{given['subscription']}/resourceGroups/{given['resource_group']}/providers"


def _cluster(given: Given) -> str:
    return f"{_group(given)}/Microsoft.HDInsight/clusters/{given['name']}"


def _registry(given: Given) -> str:
    return f"{_group(given)}/Microsoft.ContainerRegistry/registries/{given['name']}"


def _gateway(given: Given) -> dict[str, Any]:
    return {
        "restAuthCredential.isEnabled": True,
        "restAuthCredential.username": given["user"],
        "restAuthCredential.password": given["password"],
    }


def _changed(given: Given) -> dict[str, str]:
    access = {True: "Enabled", False: "Disabled"}
    modes = {"rbac": "LegacyRegistryPermissions", "rbac-abac": "AbacRepositoryPermissions"}
    return {
        **({} if given["public"] is None else {"publicNetworkAccess": access[given["public"]]}),
        **({} if given["mode"] is None else {"roleAssignmentMode": modes[given["mode"]]}),
    }


def _peering(given: Given) -> str:
    network = f"{_group(given)}/Microsoft.Network/virtualNetworks/{given['network']}"
    return f"{network}/virtualNetworkPeerings/{given['name']}"


_REQUESTS: Mapping[str, Callable[[Given], tuple[Any, ...]]] = {
    "hdinsight-show": lambda given: ("GET", _cluster(given)),
    "hdinsight-delete": lambda given: ("DELETE", _cluster(given)),
    "hdinsight-resize": lambda given: (
        "POST",
        f"{_cluster(given)}/roles/workernode/resize",
        {"targetInstanceCount": given["workers"]},
    ),
    "hdinsight-credentials": lambda given: (
        "POST",
        f"{_cluster(given)}/updateGatewaySettings",
        _gateway(given),
    ),
    "hdinsight-patch": lambda given: ("PATCH", given["cluster_id"], given["body"]),
    "registry": lambda given: ("GET", _registry(given)),
    "registry-update": lambda given: ("PATCH", _registry(given), {"properties": _changed(given)}),
    "networks": lambda given: ("GET", f"{_group(given)}/Microsoft.Network/virtualNetworks"),
    "peering-delete": lambda given: ("DELETE", *given["ids"]),
    "peering-create": lambda given: (
        "PUT",
        _peering(given),
        {
            "properties": {
                "remoteVirtualNetwork": {"id": given["remote_id"]},
                "allowVirtualNetworkAccess": given["allow_access"],
            }
        },
    ),
    "role-assignments": lambda given: (
        "GET",
        f"{given['scope']}/providers/Microsoft.Authorization/roleAssignments",
    ),
}
