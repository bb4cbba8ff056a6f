"""Inputs of resources to which the policies' rules apply, and paths in them."""

from __future__ import annotations

from typing import Any

from policy.rules import UNKNOWN

SERVICE = "kubernetes:core/v1:Service"


SECURITY_GROUP = "azure-native:network:NetworkSecurityGroup"


STORAGE = "azure-native:storage:StorageAccount"


REGISTRY = "azure-native:containerregistry:Registry"


AKS = "azure-native:containerservice:ManagedCluster"


HDINSIGHT = "azure-native:hdinsight:Cluster"


ROLES = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions"


def service(annotations: object = None, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"annotations": annotations}, "spec": {"type": "LoadBalancer", **spec}}


def security_group(**rule: Any) -> dict[str, Any]:
    inbound = {"direction": "Inbound", "access": "Allow", "destinationPortRange": "443", "name": "some"}
    return {"securityRules": [inbound | {"sourceAddressPrefix": "VirtualNetwork"}, inbound | rule]}


def hdinsight(
    account: dict[str, Any] | None = None, login: dict[str, Any] | None = None, **properties: Any
) -> dict[str, Any]:
    login = login if login is not None else {"sshProfile": {"publicKeys": []}}
    return {
        "properties": {
            "storageProfile": {"storageaccounts": [account or {"msiResourceId": UNKNOWN}]},
            "computeProfile": {
                "roles": [{"osProfile": {"linuxOperatingSystemProfile": {"username": "ssh", **login}}}]
            },
            **properties,
        }
    }


def pod(container: dict[str, Any] | None = None, **pod: Any) -> dict[str, Any]:
    safe = {"name": "main", "securityContext": {"allowPrivilegeEscalation": False}}
    return {
        "securityContext": {"runAsNonRoot": True},
        "containers": [safe | (container or {})],
        **pod,
    }


def deployment(*args: Any, **kwargs: Any) -> dict[str, Any]:
    return {"spec": {"template": {"spec": pod(*args, **kwargs)}}}


POD = "spec.template.spec"


CONTAINER = f"{POD}.containers[0]"


KUBERNETES_API = "kubernetes-api-in-production"


PRODUCTION = {"tags": {"environment": "production"}}


RANGES = "spec.loadBalancerSourceRanges"


LOGIN = "properties.computeProfile.roles[0].osProfile.linuxOperatingSystemProfile"


ACCOUNT = "properties.storageProfile.storageaccounts[0]"
