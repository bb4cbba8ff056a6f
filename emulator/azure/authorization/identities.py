"""Microsoft.ManagedIdentity/userAssignedIdentities."""

from typing import Any

from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.resource_type import RecordsOnly, new_guid


class UserAssignedIdentity(RecordsOnly):
    """A user-assigned managed identity: roles can be assigned to it, and clusters can act as it."""

    token = "azure-native:managedidentity:UserAssignedIdentity"
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    path = (
        "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}"
        "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
    )
    replaced_by = frozenset({"location"})
    modelled = frozenset()

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for a name that Azure refuses."""
        naming.IDENTITY.require(arm.name(resource_id))

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses the object id and the client id of the identity's service principal."""
        return {"principal": new_guid(), "client": new_guid()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The ids of the identity's service principal and tenant."""
        return {
            "clientId": record.facts["client"],
            "principalId": record.facts["principal"],
            "tenantId": arm.TENANT,
        }
