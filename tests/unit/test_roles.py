"""Role assignments that Azure takes at once, and takes for the same when they are."""

import uuid

import pulumi
from hypothesis import given
from hypothesis import strategies as st

from components.roles import Role, assign_role, assignment_name
from tests.unit.recording import GROUP, deploy


def test_assignment_names_its_principal_type_and_the_role_in_the_subscription() -> None:
    def program() -> None:
        assign_role(
            "reads", Role.ACR_PULL, to="principal", on=f"{GROUP}/registry", opts=pulumi.ResourceOptions()
        )

    inputs = deploy(program)["reads"].inputs
    subscription = "/".join(GROUP.split("/")[:3])
    assert inputs["principalType"] == "ServicePrincipal"
    assert inputs["principalId"] == "principal"
    assert inputs["scope"] == f"{GROUP}/registry"
    assert inputs["roleDefinitionId"] == (
        f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
    )
    assert uuid.UUID(inputs["roleAssignmentName"]).version == 5


def test_a_scope_in_another_spelling_is_the_same_assignment() -> None:
    def program() -> None:
        for name, scope in (("reads", f"{GROUP}/registry"), ("reads-too", f"{GROUP}/registry".upper())):
            assign_role(name, Role.ACR_PULL, to="principal", on=scope, opts=pulumi.ResourceOptions())

    one, other = (deploy(program)[name] for name in ("reads", "reads-too"))
    assert one.inputs["roleAssignmentName"] == other.inputs["roleAssignmentName"]
    assert list(one.options.ignoreChanges) == ["scope"]


@given(scope=st.text(), principal=st.uuids(), other=st.uuids())
def test_same_assignment_has_the_same_name_and_another_has_another(
    scope: str, principal: uuid.UUID, other: uuid.UUID
) -> None:
    name = assignment_name(scope, str(principal), Role.ACR_PULL)
    assert name == assignment_name(scope, str(principal), Role.ACR_PULL)
    assert name != assignment_name(scope, str(principal), Role.NETWORK_CONTRIBUTOR)
    assert (name == assignment_name(scope, str(other), Role.ACR_PULL)) == (principal == other)
