"""Assigns built-in roles of Azure to identities."""

from __future__ import annotations

import uuid
from enum import StrEnum

import pulumi
from pulumi_azure_native import authorization


class Role(StrEnum):
    """Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles."""

    ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    STORAGE_BLOB_DATA_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"


def assign_role(
    name: str,
    role: Role,
    *,
    to: pulumi.Input[str],
    on: pulumi.Input[str],
    assigner: str = "",
    opts: pulumi.ResourceOptions,
) -> authorization.RoleAssignment:
    """Give the identity whose principal is `to` a `role` on the resource with the id `on`.

    `assigner` makes the assignment's name unique per stack, where several may assign the same role.
    """
    return authorization.RoleAssignment(
        name,
        scope=on,
        principal_id=to,
        # Without the type Azure looks the principal up, and may not find one that was created a moment ago.
        principal_type=authorization.PrincipalType.SERVICE_PRINCIPAL,
        role_definition_id=pulumi.Output.from_input(on).apply(lambda scope: _definition(scope, role)),
        role_assignment_name=pulumi.Output.all(on, to).apply(
            lambda ids: assignment_name(ids[0], ids[1], role, assigner)
        ),
        # Another scope gives another name. In another spelling it is the same assignment, which Azure would
        # refuse a second time.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=["scope"])),
    )


def assignment_name(scope: str, principal: str, role: Role, assigner: str = "") -> str:
    """A name derived from the assignment: under another one Azure refuses it twice (RoleAssignmentExists)."""
    suffix = f"|{assigner}" if assigner else ""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope.lower()}|{principal}|{role}{suffix}"))


def this_stack() -> str:
    """The `assigner` for roles on a resource that several stacks may use, such as an existing registry."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}"


def _definition(scope: str, role: Role) -> str:
    subscription = "/".join(scope.split("/")[:3])
    return f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
