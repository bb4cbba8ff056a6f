"""Microsoft.ContainerRegistry/registries, and who may pull from them."""

from typing import Any

from emulator.azure.authorization.roles import has_role
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import RecordsOnly, now

_PULLING_ROLES = frozenset({"AcrPull", "AcrPush", "Contributor", "Owner", "Reader"})
_PREMIUM_ONLY = {"dataEndpointEnabled": True, "publicNetworkAccess": "Disabled", "zoneRedundancy": "Enabled"}

MODE_FACT = "roleAssignmentMode"


class Registry(RecordsOnly):
    """A container registry. `emulator.registry` stores its images."""

    token = "azure-native:containerregistry:Registry"
    kind = "Microsoft.ContainerRegistry/registries"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.ContainerRegistry/registries/{registryName}"
    )
    replaced_by = frozenset({"location"})
    modelled = frozenset(
        {
            "adminUserEnabled",
            "anonymousPullEnabled",
            "dataEndpointEnabled",
            "networkRuleBypassOptions",
            "publicNetworkAccess",
            "sku.name",
            "zoneRedundancy",
        }
    )

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for a name that is taken, or a feature that the SKU doesn't have."""
        name = arm.name(resource_id)
        naming.REGISTRY.require(name)
        for other in cloud.all(self.token):
            if other.name.lower() == name.lower() and not arm.same(other.id, resource_id):
                raise Refused(
                    409, "AlreadyInUse", f"The registry DNS name {name.lower()}.azurecr.io is already in use."
                )
        sku = inputs["sku"]["name"].lower()
        for feature, value in _PREMIUM_ONLY.items():
            if inputs.get(feature) == value and sku != "premium":
                message = (
                    f"{feature} of registry '{name}' needs the SKU Premium, not {inputs['sku']['name']}."
                )
                raise Refused(400, "SkuNotSupported", message)
        if inputs.get("anonymousPullEnabled") and sku == "basic":
            message = f"anonymousPullEnabled of registry '{name}' needs the SKU Standard or Premium."
            raise Refused(400, "SkuNotSupported", message)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Records the time of creation."""
        return {"time": now()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The registry, with its login server and default policies."""
        inputs = record.inputs
        return {
            "adminUserEnabled": inputs.get("adminUserEnabled", False),
            "anonymousPullEnabled": inputs.get("anonymousPullEnabled", False),
            "creationDate": record.facts["time"],
            "dataEndpointEnabled": inputs.get("dataEndpointEnabled", False),
            "dataEndpointHostNames": [],
            "encryption": {"status": "disabled"},
            "loginServer": login_server(record.name),
            "networkRuleBypassOptions": inputs.get("networkRuleBypassOptions", "AzureServices"),
            "policies": _policies(record.facts["time"]),
            "privateEndpointConnections": [],
            "provisioningState": record.state,
            "publicNetworkAccess": inputs.get("publicNetworkAccess", "Enabled"),
            "sku": {"name": inputs["sku"]["name"], "tier": inputs["sku"]["name"]},
            "zoneRedundancy": inputs.get("zoneRedundancy", "Disabled"),
        }


def mode_of(registry: Record) -> str:
    """A registry's mode of role assignments. With permissions by repository (ABAC), AcrPull has no effect."""
    return registry.facts.get(MODE_FACT, "LegacyRegistryPermissions")


def login_server(name: str) -> str:
    """The host name of a registry."""
    return f"{name.lower()}.azurecr.io"


def find_registry(cloud: Cloud, name_or_server: str, subscription: str | None = None) -> Record | None:
    """Finds the registry with this name or login server, in the given subscription or in any."""
    wanted = name_or_server.lower().removesuffix(".azurecr.io")
    for record in cloud.all(Registry.token):
        if record.name.lower() == wanted:
            matches = subscription is None or arm.subscription_of(record.id).lower() == subscription.lower()
            return record if matches else None
    return None


def refusal_to_pull(cloud: Cloud, server: str, puller: str) -> str | None:
    """Why the identity `puller` (object id) may not, or not yet, pull from a login server; None when it may.

    In containerd's words. A registry answers 401 to every identity without a role, whatever the reason.
    """
    registry = find_registry(cloud, server)
    if registry is None:
        return f"failed to resolve reference: dial tcp: lookup {server}: no such host"
    if registry.inputs.get("anonymousPullEnabled"):
        return None
    by_repository = mode_of(registry) == "AbacRepositoryPermissions"
    if not by_repository and has_role(
        cloud, puller, _PULLING_ROLES, registry.id, cloud.propagation.image_pull
    ):
        return None
    return (
        f"failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
        f"https://{server}/oauth2/token: 401 Unauthorized"
    )


def _policies(changed: str) -> dict[str, Any]:
    return {
        "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
        "exportPolicy": {"status": "enabled"},
        "quarantinePolicy": {"status": "disabled"},
        "retentionPolicy": {"days": 7, "lastUpdatedTime": changed, "status": "disabled"},
        "softDeletePolicy": {
            "lastUpdatedTime": changed,
            "retentionDays": 7,
            "status": "disabled",
        },
        "trustPolicy": {"status": "disabled", "type": "Notary"},
    }
