"""The outputs of an HDInsight cluster, which differ from its inputs in spelling and in what they leave out.

Versions carry build numbers, kinds and VM sizes another case, and no secret is given out (examples/ of
Microsoft.HDInsight's API description).
"""

import time
from typing import Any

from emulator.azure.authorization.principals import identity
from emulator.azure.hdinsight.request import ClusterRequest
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record

_BUILD = "5.1.3000.0"
_DISK_GIGABYTES = 1023
_CORES_OF_A_NODE = 4

_CLUSTER_STATES = {
    "Succeeded": ("Succeeded", "Running"),
    "Creating": ("InProgress", "ClusterStorageProvisioned"),
    "Updating": ("InProgress", "AzureVMConfiguration"),
    "Failed": ("Failed", "Error"),
    "Deleting": ("Deleting", "DeleteQueued"),
}


CHANGED_FACT = "changed"
"""When a PATCH gave the cluster another identity, in seconds since the epoch."""
_CHANGING = ("Succeeded", "HdInsightConfiguration")
"""As recorded after a PATCH of the identity: the change goes on, and endpoints stay."""


def describe_cluster(cloud: Cloud, record: Record) -> dict[str, Any]:
    """The outputs of a cluster."""
    request = ClusterRequest(record.inputs)
    described: dict[str, Any] = {
        "etag": record.facts["guid"],
        "properties": _properties(cloud, record, request),
    }
    if record.inputs.get("identity"):
        described["identity"] = {
            "type": record.inputs["identity"]["type"],
            "userAssignedIdentities": {
                identity_id: _identity(cloud, identity_id) for identity_id in request.identities
            },
        }
    return described


def other_case(text: str) -> str:
    """Returns a spelling other than the caller's: all lower case, or all upper case."""
    return text.upper() if text == text.lower() else text.lower()


def _properties(cloud: Cloud, record: Record, request: ClusterRequest) -> dict[str, Any]:
    changing = time.time() < record.facts.get(CHANGED_FACT, 0) + cloud.propagation.cluster_change
    provisioning, state = (
        _CHANGING if record.state == "Succeeded" and changing else _CLUSTER_STATES[record.state]
    )
    return {
        "clusterDefinition": {
            "blueprint": f"https://blueprints.azurehdinsight.net/kafka-{_BUILD}.json",
            "componentVersion": {"Kafka": "3.2"},
            # Everything but credentials was left out of the answer years ago.
            "configurations": {"gateway": {"restAuthCredential.isEnabled": "True"}},
            "kind": other_case(request.definition["kind"]),
        },
        "clusterHdpVersion": "",
        "clusterId": record.facts["guid"].replace("-", ""),
        "clusterState": state,
        "clusterVersion": _BUILD,
        "computeProfile": {"roles": [_role(role) for role in request.roles.values()]},
        "connectivityEndpoints": [
            {
                "location": f"{record.name}-ssh.azurehdinsight.net",
                "name": "SSH",
                "port": 22,
                "protocol": "TCP",
            },
            {
                "location": "127.0.0.1",
                "name": "HTTPS",
                "port": record.facts["port"],
                "protocol": "TCP",
            },
        ],
        "createdDate": record.facts["time"],
        "encryptionInTransitProperties": {"isEncryptionInTransitEnabled": request.encrypted_between_nodes},
        "minSupportedTlsVersion": "1.2",
        "osType": "Linux",
        "provisioningState": provisioning,
        "quotaInfo": {"coresUsed": _CORES_OF_A_NODE * len(request.nodes())},
        "storageProfile": {"storageaccounts": [_storage(account) for account in request.storage_accounts]},
        "tier": other_case(request.properties.get("tier", "Standard")),
    }


def _role(role: dict[str, Any]) -> dict[str, Any]:
    profile = role["osProfile"]["linuxOperatingSystemProfile"]
    described: dict[str, Any] = {
        "encryptDataDisks": False,
        "hardwareProfile": {"vmSize": other_case(role["hardwareProfile"]["vmSize"])},
        "name": role["name"],
        "osProfile": {"linuxOperatingSystemProfile": {"username": profile["username"]}},
        "targetInstanceCount": int(role["targetInstanceCount"]),
        "virtualNetworkProfile": dict(role["virtualNetworkProfile"]),
    }
    if role.get("dataDisksGroups"):
        described["dataDisksGroups"] = [
            {
                "diskSizeGB": _DISK_GIGABYTES,
                "disksPerNode": int(group["disksPerNode"]),
                "storageAccountType": "Standard_LRS",
            }
            for group in role["dataDisksGroups"]
        ]
    return described


def _storage(account: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in account.items() if name not in ("key", "saskey")}


def _identity(cloud: Cloud, identity_id: str) -> dict[str, Any]:
    owner = identity(cloud, identity_id)
    if owner is None:
        return {}
    return {
        "clientId": owner.facts["client"],
        "principalId": owner.facts["principal"],
        "tenantId": arm.TENANT,
    }
