"""Microsoft.Storage/storageAccounts."""

from typing import Any

from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import RecordsOnly, now

_ZONE = {"blob": "blob", "dfs": "dfs", "file": "file", "queue": "queue", "table": "table", "web": "z13.web"}
_RETIRED_TLS = ("tls1_0", "tls1_1")


class StorageAccount(RecordsOnly):
    """A storage account. Nothing is stored in it: Kafka keeps its data on the workers' disks."""

    token = "azure-native:storage:StorageAccount"
    kind = "Microsoft.Storage/storageAccounts"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Storage/storageAccounts/{accountName}"
    )
    replaced_by = frozenset({"isHnsEnabled", "location"})
    modelled = frozenset(
        {
            "accessTier",
            "allowBlobPublicAccess",
            "allowCrossTenantReplication",
            "allowSharedKeyAccess",
            "defaultToOAuthAuthentication",
            "enableHttpsTrafficOnly",
            "isHnsEnabled",
            "kind",
            "minimumTlsVersion",
            "publicNetworkAccess",
            "sku.name",
        }
    )

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for a name that is taken, or a kind, namespace or TLS version that Azure refuses."""
        name = arm.name(resource_id)
        naming.STORAGE_ACCOUNT.require(name)
        for other in cloud.all(self.token):
            if other.name == name and not arm.same(other.id, resource_id):
                message = f"The storage account named {name} is already taken."
                raise Refused(409, "StorageAccountAlreadyTaken", message)
        hierarchical = inputs.get("isHnsEnabled", False)
        if hierarchical and inputs["kind"].lower() not in ("storagev2", "blockblobstorage"):
            message = f"Hierarchical namespace is not supported for kind {inputs['kind']} ('{name}')."
            raise Refused(400, "HierarchicalNamespaceNotSupported", message)
        if inputs.get("minimumTlsVersion", "TLS1_2").lower() in _RETIRED_TLS:
            message = (
                f"minimumTlsVersion {inputs['minimumTlsVersion']} of '{name}' was retired on 3 February 2026."
            )
            raise Refused(400, "MinimumTlsVersionNotSupported", message)
        if existing is not None and inputs["kind"].lower() != existing.inputs["kind"].lower():
            message = f"The kind of storage account '{name}' cannot be changed."
            raise Refused(400, "StorageAccountKindCannotBeChanged", message)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Records the time of creation."""
        return {"time": now()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The account, with its endpoints."""
        inputs, location = record.inputs, record.inputs["location"].lower().replace(" ", "")
        described: dict[str, Any] = {
            "accessTier": inputs.get("accessTier", "Hot"),
            "allowBlobPublicAccess": inputs.get("allowBlobPublicAccess", False),
            "allowCrossTenantReplication": inputs.get("allowCrossTenantReplication", False),
            "creationTime": record.facts["time"],
            "enableHttpsTrafficOnly": inputs.get("enableHttpsTrafficOnly", True),
            "encryption": _encryption(record),
            "isHnsEnabled": inputs.get("isHnsEnabled", False),
            "keyCreationTime": {"key1": record.facts["time"], "key2": record.facts["time"]},
            "kind": inputs["kind"],
            "minimumTlsVersion": inputs.get("minimumTlsVersion", "TLS1_2"),
            "networkRuleSet": {
                "bypass": "AzureServices",
                "defaultAction": "Allow",
                "ipRules": [],
                "virtualNetworkRules": [],
            },
            "primaryEndpoints": {
                service: f"https://{record.name}.{zone}.core.windows.net/" for service, zone in _ZONE.items()
            },
            "primaryLocation": location,
            "privateEndpointConnections": [],
            "provisioningState": record.state,
            "sku": {"name": inputs["sku"]["name"], "tier": inputs["sku"]["name"].partition("_")[0]},
            "statusOfPrimary": "available",
        }
        for given in ("allowSharedKeyAccess", "defaultToOAuthAuthentication", "publicNetworkAccess"):
            if inputs.get(given) is not None:
                described[given] = inputs[given]
        return described


def _encryption(record: Record) -> dict[str, Any]:
    service = {"enabled": True, "keyType": "Account", "lastEnabledTime": record.facts["time"]}
    return {"keySource": "Microsoft.Storage", "services": {"blob": dict(service), "file": dict(service)}}
