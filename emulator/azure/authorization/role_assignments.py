"""Microsoft.Authorization/roleAssignments."""

from typing import Any

from emulator.azure.authorization.principals import type_of_principal
from emulator.azure.authorization.roles import BUILT_IN, ROLE_ASSIGNMENT_TOKEN, definition_guid
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.resource_manager.resource_type import RecordsOnly, now

_IMMUTABLE = ("principalId", "roleDefinitionId", "scope")


class RoleAssignment(RecordsOnly):
    """The assignment of a role to a principal on a scope: a resource, and all that lies below it."""

    token = ROLE_ASSIGNMENT_TOKEN
    kind = "Microsoft.Authorization/roleAssignments"
    path = "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
    autonaming = "uuid"
    located = False
    replaced_by = frozenset({"principalId", "scope"})
    modelled = frozenset({"description", "principalId", "principalType", "roleDefinitionId"})

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused unless the name is a GUID, the principal has the given type, and the role is new."""
        naming.ROLE_ASSIGNMENT.require(arm.name(resource_id))
        guid = definition_guid(inputs["roleDefinitionId"])
        if guid not in BUILT_IN:
            raise NotModelled(f"role definition {guid}; known are {', '.join(sorted(BUILT_IN.values()))}")
        _check_scope(cloud, "/" + inputs["scope"].strip("/"))
        _check_principal(cloud, inputs)
        if existing is not None and any(inputs[name] != existing.inputs[name] for name in _IMMUTABLE):
            message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
            raise Refused(400, "RoleAssignmentUpdateNotPermitted", message)
        for other in cloud.all(self.token):
            if not arm.same(other.id, resource_id) and _assignment_key(other.inputs) == _assignment_key(
                inputs
            ):
                message = (
                    f"The role assignment already exists. The ID of the existing role assignment is "
                    f"{other.name.replace('-', '')}."
                )
                raise Refused(409, "RoleAssignmentExists", message)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Records the time of creation."""
        return {"time": now()}

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The assignment. The role definition's id is within the subscription, however it was given."""
        inputs = record.inputs
        definition = definition_guid(inputs["roleDefinitionId"])
        scope = "/" + inputs["scope"].strip("/")
        described = {
            "createdBy": arm.OBJECT,
            "createdOn": record.facts["time"],
            "principalId": inputs["principalId"],
            "principalType": type_of_principal(cloud, inputs["principalId"]),
            "roleDefinitionId": (
                f"/subscriptions/{arm.subscription_of(scope)}"
                f"/providers/Microsoft.Authorization/roleDefinitions/{definition}"
            ),
            "scope": scope,
            "updatedBy": arm.OBJECT,
            "updatedOn": record.facts["time"],
        }
        if inputs.get("description") is not None:
            described["description"] = inputs["description"]
        return described


def list_assignments(cloud: Cloud, role: str, scope: str) -> list[dict[str, Any]]:
    """The assignments of a built-in role on exactly this scope, as `az role assignment list` shows them."""
    return [
        {"id": assignment.id, "roleDefinitionName": role, **cloud.response(assignment)}
        for assignment in cloud.all(RoleAssignment.token)
        if BUILT_IN.get(definition_guid(assignment.inputs["roleDefinitionId"])) == role
        and arm.same("/" + assignment.inputs["scope"].strip("/"), scope)
    ]


def _check_scope(cloud: Cloud, scope: str) -> None:
    if any(arm.same(scope, f"/subscriptions/{subscription}") for subscription in arm.SUBSCRIPTIONS):
        return
    if cloud.find(scope) is None:
        message = f"The Resource '{scope}' was not found."
        raise Refused(404, "ResourceNotFound", message)


def _check_principal(cloud: Cloud, inputs: dict[str, Any]) -> None:
    principal = inputs["principalId"]
    actual = type_of_principal(cloud, principal)
    if actual is None:
        message = (
            f"Principal {principal.replace('-', '')} does not exist in the directory {arm.TENANT}. Check "
            "that you have the correct principal ID."
        )
        raise Refused(400, "PrincipalNotFound", message)
    given = inputs.get("principalType") or "User"
    if given.lower() != actual.lower():
        message = (
            f"The PrincipalId '{principal.replace('-', '')}' has type '{actual}', which is different from "
            f"specified PrincipalType '{given}'."
        )
        raise Refused(400, "UnmatchedPrincipalType", message)


def _assignment_key(inputs: dict[str, Any]) -> tuple[str, str, str]:
    return (
        inputs["scope"].strip("/").lower(),
        inputs["principalId"].lower(),
        definition_guid(inputs["roleDefinitionId"]),
    )
