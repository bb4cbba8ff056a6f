"""Microsoft.Resources/resourceGroups."""

from typing import Any

from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.resource_type import RecordsOnly


class ResourceGroup(RecordsOnly):
    """A resource group; deleting it deletes the resources in it."""

    token = "azure-native:resources:ResourceGroup"
    kind = "Microsoft.Resources/resourceGroups"
    path = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    replaced_by = frozenset({"location"})
    modelled = frozenset()

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for a name that Azure refuses."""
        naming.RESOURCE_GROUP.require(arm.name(resource_id))

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The group's state."""
        return {"properties": {"provisioningState": record.state}}
