"""Microsoft.ManagedIdentity/userAssignedIdentities."""

from typing import Any

from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.resource_type import RecordsOnly, new_guid


class UserAssignedIdentity(RecordsOnly):
    """An identity that roles can be given to and clusters can act as."""

    token = "azure-native:managedidentity:UserAssignedIdentity"
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    path = (
        "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}"
        "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
    )
    replaced_by = frozenset({"location"})
    modelled = frozenset()

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Azure's rule for names."""
        naming.IDENTITY.require(arm.name(resource_id))

    def decide(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses the object id and the client id of its service principal."""
        return {"principal": new_guid(), "client": new_guid()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """As in Azure."""
        return {
            "clientId": record.facts["client"],
            "principalId": record.facts["principal"],
            "tenantId": arm.TENANT,
        }
