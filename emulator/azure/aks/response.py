"""The response to a GET of an AKS cluster: its inputs, and the properties that AKS adds.

As Azure's own tools recorded it for their tests; emulator/tests/recordings/azure names the sources.
"""

from typing import Any

from emulator.azure.aks.request import ManagedClusterRequest
from emulator.azure.authorization.identities import UserAssignedIdentity
from emulator.azure.authorization.principals import find_identity
from emulator.azure.network.public_addresses import PublicIPAddress
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record

DEFAULT_VERSION = "1.33"
_PATCH = "5"


def describe_cluster(cloud: Cloud, record: Record) -> dict[str, Any]:
    """Returns the response's properties, without those that every resource has (`ResourceType.response`)."""
    inputs = record.inputs
    request = ManagedClusterRequest(inputs)
    location = inputs["location"].lower().replace(" ", "")
    domain = f"hcp.{location}.azmk8s.io"
    described: dict[str, Any] = {
        "agentPoolProfiles": [_pool(record, request, pool) for pool in request.pools],
        "autoUpgradeProfile": {
            "nodeOSUpgradeChannel": "NodeImage",
            **(inputs.get("autoUpgradeProfile") or {}),
        },
        "azurePortalFQDN": f"{record.facts['host']}.portal.{domain}",
        "currentKubernetesVersion": _full_version(record),
        "disableLocalAccounts": False,
        "dnsPrefix": inputs["dnsPrefix"],
        "enableRBAC": inputs.get("enableRBAC", True),
        "fqdn": f"{record.facts['host']}.{domain}",
        "identity": _identity(cloud, record, request),
        "identityProfile": _identity_profile(cloud, record),
        "kubernetesVersion": inputs.get("kubernetesVersion") or DEFAULT_VERSION,
        "maxAgentPools": 100,
        "metricsProfile": {"costAnalysis": {"enabled": False}},
        "networkProfile": _network_profile(record, request),
        "nodeResourceGroup": record.facts["node_group"],
        "oidcIssuerProfile": {"enabled": False},
        "powerState": {"code": "Running"},
        "provisioningState": record.state,
        "resourceUID": record.facts["guid"],
        "securityProfile": {},
        "servicePrincipalProfile": {"clientId": "msi"},
        "sku": {"name": "Base", "tier": "Free", **(inputs.get("sku") or {})},
        "storageProfile": {
            "diskCSIDriver": {"enabled": True},
            "fileCSIDriver": {"enabled": True},
            "snapshotController": {"enabled": True},
        },
        "supportPlan": "KubernetesOfficial",
        "type": "Microsoft.ContainerService/ManagedClusters",
        "workloadAutoScalerProfile": {},
    }
    if inputs.get("apiServerAccessProfile"):
        described["apiServerAccessProfile"] = dict(inputs["apiServerAccessProfile"])
    return described


def _full_version(record: Record) -> str:
    version = record.inputs.get("kubernetesVersion") or DEFAULT_VERSION
    return version if version.count(".") == 2 else f"{version}.{_PATCH}"


def _pool(record: Record, request: ManagedClusterRequest, pool: dict[str, Any]) -> dict[str, Any]:
    return {
        "enableAutoScaling": False,
        "enableEncryptionAtHost": False,
        "enableFIPS": False,
        "enableNodePublicIP": False,
        "enableUltraSSD": False,
        "osDiskSizeGB": 128,
        "osDiskType": "Managed",
        "osSKU": "Ubuntu",
        "osType": "Linux",
        "type": "VirtualMachineScaleSets",
        "upgradeSettings": {"maxSurge": "10%"},
        **pool,
        "count": int(pool.get("count", 1)),
        "currentOrchestratorVersion": _full_version(record),
        "kubeletDiskType": "OS",
        "maxPods": request.max_pods(pool),
        "nodeImageVersion": "AKSUbuntu-2204gen2containerd-202510.03.0",
        "orchestratorVersion": record.inputs.get("kubernetesVersion") or DEFAULT_VERSION,
        "powerState": {"code": "Running"},
        "provisioningState": "Succeeded",
    }


def _network_profile(record: Record, request: ManagedClusterRequest) -> dict[str, Any]:
    outbound = arm.resource_id(
        record.facts["node_group"],
        PublicIPAddress.kind,
        record.facts["guid"],
        subscription=arm.subscription_of(record.id),
    )
    described: dict[str, Any] = {
        "dnsServiceIP": request.dns_service_ip,
        "ipFamilies": ["IPv4"],
        "loadBalancerProfile": {
            "backendPoolType": "nodeIPConfiguration",
            "effectiveOutboundIPs": [{"id": outbound}],
            "managedOutboundIPs": {"count": 1},
        },
        "loadBalancerSku": "standard",
        "networkDataplane": request.network_profile.get("networkDataplane", "azure"),
        "networkPlugin": "azure",
        "networkPolicy": request.network_profile.get("networkPolicy", "none"),
        "outboundType": "loadBalancer",
        "serviceCidr": request.service_cidr,
        "serviceCidrs": [request.service_cidr],
    }
    if request.pod_cidr:
        described |= {
            "networkPluginMode": "overlay",
            "podCidr": request.pod_cidr,
            "podCidrs": [request.pod_cidr],
        }
    return described


def _identity(cloud: Cloud, record: Record, request: ManagedClusterRequest) -> dict[str, Any]:
    if request.has_system_assigned_identity:
        return {
            "principalId": record.facts["principal"],
            "tenantId": arm.TENANT,
            "type": "SystemAssigned",
        }
    assigned = {}
    for identity_id in request.identities:
        identity = find_identity(cloud, identity_id)
        assigned[identity_id] = (
            {"clientId": identity.facts["client"], "principalId": identity.facts["principal"]}
            if identity and record.state != "Creating"
            else {}
        )
    return {"type": request.inputs["identity"]["type"], "userAssignedIdentities": assigned}


def _identity_profile(cloud: Cloud, record: Record) -> dict[str, Any]:
    name, subscription = f"{record.name}-agentpool", arm.subscription_of(record.id)
    identity_id = arm.resource_id(
        record.facts["node_group"], UserAssignedIdentity.kind, name, subscription=subscription
    )
    identity = find_identity(cloud, identity_id)
    if identity is None or record.state == "Creating":
        return {}
    return {
        "kubeletidentity": {
            "clientId": identity.facts["client"],
            "objectId": identity.facts["principal"],
            "resourceId": identity.id,
        }
    }
