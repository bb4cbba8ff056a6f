"""The principals in the directory (Microsoft Entra ID): managed identities, and the user who is signed in."""

from emulator.azure.authorization.identities import UserAssignedIdentity
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record


def type_of_principal(cloud: Cloud, principal_id: str) -> str | None:
    """Returns a principal's type, ServicePrincipal or User; None when there is no such principal."""
    if principal_id.lower() == arm.OBJECT:
        return "User"
    for record in cloud.everything():
        if principal_id.lower() == record.facts.get("principal"):
            return "ServicePrincipal"
    return None


def find_identity(cloud: Cloud, resource_id: str) -> Record | None:
    """The user-assigned identity with this id; None when there is none."""
    return cloud.find(resource_id) if arm.is_kind(resource_id, UserAssignedIdentity.kind) else None
