"""The built-in roles that the emulator models, and whether a principal has one of them."""

import time

from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud

ROLE_ASSIGNMENT_TOKEN = "azure-native:authorization:RoleAssignment"

# "Azure built-in roles": names and ids are the same in every tenant.
BUILT_IN = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
    "4d97b98b-1d4f-4787-a291-c67834d212e7": "Network Contributor",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": "AcrPull",
    "8311e382-0749-4cb8-b61a-304f252e45ec": "AcrPush",
}


def definition_guid(role_definition_id: str) -> str:
    """The GUID at the end of a role definition's id."""
    return arm.name(role_definition_id).lower()


def has_role(cloud: Cloud, principal_id: str, roles: frozenset[str], scope: str, delay: float = 0.0) -> bool:
    """Whether a principal has had one of these roles on `scope`, or above it, for `delay` seconds or more."""
    for assignment in cloud.all(ROLE_ASSIGNMENT_TOKEN):
        inputs = assignment.inputs
        if (
            inputs["principalId"].lower() == principal_id.lower()
            and BUILT_IN.get(definition_guid(inputs["roleDefinitionId"])) in roles
            and arm.contains("/" + inputs["scope"].strip("/"), scope)
            and time.time() - assignment.facts["created"] >= delay
        ):
            return True
    return False
