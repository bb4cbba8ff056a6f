"""The response to a GET of an HDInsight cluster: it spells inputs differently, and leaves secrets out.

As Azure's own tools recorded it for their tests; emulator/tests/recordings/azure names the sources.
"""

import re
import time
from typing import Any

from emulator.azure.authorization.principals import find_identity
from emulator.azure.hdinsight.request import HEAD, WORKER, ClusterRequest
from emulator.azure.network.occupancy import GATEWAYS_FACT
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.schema.locations import displayed_location

_BUILD = "5.1.3000.0"
_DISK_GIGABYTES = 1023
_CORES = {"d1": 1, "d2": 2, "d3": 4, "d4": 8, "d5": 16, "d11": 2, "d12": 4, "d13": 8, "d14": 16, "d15": 20}
"""Cores of D and DS sizes, versions 1 and 2. The name of any other size says how many cores it has."""

_CLUSTER_STATES = {
    "Succeeded": ("Succeeded", "Running"),
    "Creating": ("InProgress", "Accepted"),
    "Updating": ("InProgress", "AzureVMConfiguration"),
    "Failed": ("Failed", "Error"),
    "Deleting": ("Deleting", "DeleteQueued"),
}

CHANGED_FACT = "changed"
"""When a PATCH changed the cluster's identity, in seconds since the epoch."""
ERRORS_FACT = "errors"
"""Errors that a running cluster reports: a list of `code` and `message`."""
_IDENTITY_CHANGE_STATES = (("Succeeded", "Accepted"), ("Succeeded", "HdInsightConfiguration"))
"""The states in both halves of a change of the identity. Endpoints are still shown then."""


def describe_cluster(cloud: Cloud, record: Record) -> dict[str, Any]:
    """Returns the response's properties, without those that every resource has (`ResourceType.response`)."""
    request = ClusterRequest(record.inputs)
    described: dict[str, Any] = {
        "etag": record.facts["guid"],
        "location": displayed_location(record.inputs["location"]),
        "properties": _properties(cloud, record, request),
    }
    if record.inputs.get("identity"):
        described["identity"] = {
            "type": record.inputs["identity"]["type"],
            "userAssignedIdentities": {
                _identity_id(record, identity_id): _identity(cloud, record, identity_id)
                for identity_id in request.identities
            },
        }
    return described


def _properties(cloud: Cloud, record: Record, request: ClusterRequest) -> dict[str, Any]:
    provisioning, state = _state(cloud, record)
    properties: dict[str, Any] = {
        # HDInsight never returns `configurations`.
        "clusterDefinition": {
            "blueprint": f"https://blueprints.azurehdinsight.net/kafka-{_BUILD}.2504170544.json",
            "componentVersion": {"Kafka": "3.2"},
            "kind": request.definition["kind"],
        },
        "clusterHdpVersion": "" if record.state == "Creating" else "5.1-0",
        "clusterId": record.facts["guid"].replace("-", ""),
        "clusterState": state,
        "clusterVersion": _BUILD,
        "computeIsolationProperties": {"enableComputeIsolation": False},
        "computeProfile": {"roles": [_role(role) for role in request.roles.values()]},
        "createdDate": record.facts["time"].partition(".")[0],
        "encryptionInTransitProperties": {"isEncryptionInTransitEnabled": request.encrypted_between_nodes},
        "excludedServicesConfig": {"excludedServicesConfigId": "default", "excludedServicesList": ""},
        "minSupportedTlsVersion": "1.2",
        "osType": "Linux",
        "provisioningState": provisioning,
        "quotaInfo": {"coresUsed": _cores(request)},
        "storageProfile": {"storageaccounts": [_storage(account) for account in request.storage_accounts]},
        "tier": request.properties.get("tier", "Standard").lower(),
    }
    if record.state != "Creating":
        properties["connectivityEndpoints"] = _endpoints(record)
    if record.facts.get(ERRORS_FACT):
        properties["errors"] = list(record.facts[ERRORS_FACT])
    return properties


def _state(cloud: Cloud, record: Record) -> tuple[str, str]:
    """`provisioningState` and `clusterState`."""
    duration = cloud.propagation.cluster_change
    passed = time.time() - record.facts.get(CHANGED_FACT, 0)
    if record.state == "Succeeded" and passed < duration:
        return _IDENTITY_CHANGE_STATES[passed >= duration / 2]
    return _CLUSTER_STATES[record.state]


def _endpoints(record: Record) -> list[dict[str, Any]]:
    """The endpoints as in Azure, except HTTPS, which is where Ambari listens on this machine."""
    domain = "azurehdinsight.net"
    endpoints: list[dict[str, Any]] = [
        {"location": f"{record.name}-ssh.{domain}", "name": "SSH", "port": 22, "protocol": "TCP"},
        {"location": "127.0.0.1", "name": "HTTPS", "port": record.facts["port"], "protocol": "TCP"},
    ]
    for address in record.facts.get(GATEWAYS_FACT, [])[:1]:
        inside = {"location": f"{record.name}-int.{domain}", "port": 443, "privateIPAddress": address}
        endpoints.append({"name": "HTTPS-INTERNAL", "protocol": "TCP", **inside})
    return endpoints


def _cores(request: ClusterRequest) -> int:
    """The cores of head and worker nodes. HDInsight doesn't count those of ZooKeeper nodes."""
    return sum(request.count(role) * _cores_of(request.size(role)) for role in (HEAD, WORKER))


def _cores_of(size: str) -> int:
    found = re.match(r"(?:standard_)?([a-z]+)(\d+)(\w*)", size.lower())
    if found is None:
        return 0
    series, number, rest = found.groups()
    by_name = _CORES.get(f"d{number}") if series in ("d", "ds") and rest in ("", "_v2") else None
    return by_name or int(number)


def _role(role: dict[str, Any]) -> dict[str, Any]:
    profile = role["osProfile"]["linuxOperatingSystemProfile"]
    described: dict[str, Any] = {
        "encryptDataDisks": False,
        "hardwareProfile": {"vmSize": role["hardwareProfile"]["vmSize"].lower()},
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


def _identity_id(record: Record, identity_id: str) -> str:
    """An identity's id as HDInsight spells it: in lower case once a PATCH has changed the identity."""
    if CHANGED_FACT in record.facts:
        return identity_id.lower()
    return re.sub("/resourcegroups/", "/resourcegroups/", identity_id, flags=re.IGNORECASE)


def _identity(cloud: Cloud, record: Record, identity_id: str) -> dict[str, Any]:
    identity = find_identity(cloud, identity_id)
    if identity is None or record.state == "Creating" or CHANGED_FACT in record.facts:
        return {}
    return {"principalId": identity.facts["principal"], "tenantId": arm.TENANT}
