"""Identities, roles, storage accounts and registries."""

from pathlib import Path
from typing import Any

import pytest

from emulator.azure.registry.registries import refusal_to_pull
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Propagation
from emulator.tests.azure_subscription import (
    ACR_PULL,
    DEFINITIONS,
    STORAGE_OWNER,
    Made,
    Subscription,
    not_modelled,
    refused,
)


def _may_pull(azure: Subscription, principal: Made, server: str = "registry.azurecr.io") -> bool:
    return refusal_to_pull(azure.cloud, server, principal.outputs["principalId"]) is None


def test_an_identity_has_a_principal_of_its_own(azure: Subscription) -> None:
    one, two = azure.identity("one"), azure.identity("two")
    assert one.outputs["tenantId"] == arm.TENANT
    assert len({made.outputs[key] for made in (one, two) for key in ("principalId", "clientId")}) == 4


# Role assignments


def test_a_role_assignment_is_named_by_a_guid(azure: Subscription) -> None:
    account = azure.storage()
    with refused("InvalidResourceName", "'owner' is invalid"):
        azure.role(azure.identity(), STORAGE_OWNER, account.id, roleAssignmentName="owner")


def test_a_role_assignment_echoes_its_principal_and_definition(azure: Subscription) -> None:
    principal, account = azure.identity(), azure.storage()
    short = "/providers/Microsoft.Authorization/roleDefinitions/b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
    role = azure.role(principal, short, account.id)
    assert role.outputs["roleDefinitionId"] == STORAGE_OWNER
    assert role.outputs["principalType"] == "ServicePrincipal"
    assert role.outputs["scope"] == account.id
    assert role.id.startswith(f"{account.id}/providers/Microsoft.Authorization/roleAssignments/")


def test_an_unknown_role_is_refused_by_its_id(azure: Subscription) -> None:
    unknown = f"{DEFINITIONS}/11111111-2222-3333-4444-555555555555"
    with not_modelled("role definition 11111111-2222-3333-4444-555555555555", "AcrPull"):
        azure.role(azure.identity(), unknown, azure.storage().id)


def test_a_principal_must_exist(azure: Subscription) -> None:
    principal, account = azure.identity(), azure.storage()
    azure.delete(principal)
    with refused("PrincipalNotFound", "does not exist in the directory"):
        azure.role(principal, STORAGE_OWNER, account.id)


@pytest.mark.parametrize("kind", ["User", "Group", None])
def test_the_type_of_a_principal_must_be_given_and_right(azure: Subscription, kind: str | None) -> None:
    with refused("UnmatchedPrincipalType", "has type 'ServicePrincipal'"):
        azure.role(azure.identity(), STORAGE_OWNER, azure.storage().id, principalType=kind)


def test_a_scope_must_exist(azure: Subscription) -> None:
    principal, account = azure.identity(), azure.storage()
    azure.delete(account)
    with refused("ResourceNotFound", account.id):
        azure.role(principal, STORAGE_OWNER, account.id)


def test_a_role_is_assigned_once(azure: Subscription) -> None:
    principal, account = azure.identity(), azure.storage()
    first = azure.role(principal, STORAGE_OWNER, account.id)
    with refused("RoleAssignmentExists", first.outputs["name"].replace("-", "")):
        azure.role(principal, STORAGE_OWNER, account.id, "again")


def test_the_role_of_an_assignment_stays(azure: Subscription) -> None:
    role = azure.role(azure.identity(), STORAGE_OWNER, azure.storage().id)
    assert azure.diff(role, roleDefinitionId=ACR_PULL).replace == []
    with refused("RoleAssignmentUpdateNotPermitted"):
        azure.update(role, roleDefinitionId=ACR_PULL)


def test_another_scope_or_principal_replaces_an_assignment(azure: Subscription) -> None:
    principal, account = azure.identity(), azure.storage()
    role = azure.role(principal, STORAGE_OWNER, account.id)
    assert azure.diff(role, scope=azure.group("other").id).replace == ["scope"]
    assert azure.diff(role, principalId=arm.OBJECT).replace == ["principalId"]


def test_an_assignment_goes_with_its_scope(azure: Subscription) -> None:
    account = azure.storage()
    role = azure.role(azure.identity(), STORAGE_OWNER, account.id)
    azure.delete(account)
    assert not azure.exists(role.id)
    azure.delete(role)


# Storage accounts


@pytest.mark.parametrize("name", ["ab", "Account", "my-account", "a" * 25])
def test_storage_accounts_have_names_of_their_own_kind(azure: Subscription, name: str) -> None:
    with refused("InvalidResourceName", name):
        azure.storage(name)


def test_a_storage_accounts_name_is_nobody_elses(azure: Subscription) -> None:
    azure.storage()
    azure.group("other")
    with refused("StorageAccountAlreadyTaken", "kafkastorage"):
        azure.storage(resourceGroupName="other")


def test_a_hierarchical_namespace_needs_storage_v2(azure: Subscription) -> None:
    with refused("HierarchicalNamespaceNotSupported", "BlobStorage"):
        azure.storage(kind="BlobStorage")


def test_old_tls_versions_are_retired(azure: Subscription) -> None:
    with refused("MinimumTlsVersionNotSupported", "TLS1_1"):
        azure.storage(minimumTlsVersion="TLS1_1")


def test_the_kind_of_a_storage_account_stays(azure: Subscription) -> None:
    account = azure.storage()
    with refused("StorageAccountKindCannotBeChanged"):
        azure.update(account, kind="BlockBlobStorage")


def test_a_hierarchical_namespace_replaces_a_storage_account(azure: Subscription) -> None:
    account = azure.storage()
    assert azure.diff(account, isHnsEnabled=False).replace == ["isHnsEnabled"]
    assert azure.diff(account, sku={"name": "Standard_GRS"}).replace == []


def test_a_storage_account_says_where_it_answers(azure: Subscription) -> None:
    endpoints = azure.storage().outputs["primaryEndpoints"]
    assert endpoints["dfs"] == "https://kafkastorage.dfs.core.windows.net/"
    assert endpoints["web"] == "https://kafkastorage.z13.web.core.windows.net/"


# Registries


@pytest.mark.parametrize("name", ["four", "my-registry", "a" * 51])
def test_registries_have_names_of_their_own_kind(azure: Subscription, name: str) -> None:
    with refused("InvalidResourceName", name):
        azure.registry(name)


def test_a_registrys_name_is_nobody_elses(azure: Subscription) -> None:
    azure.registry()
    azure.group("other")
    with refused("AlreadyInUse", "registry.azurecr.io"):
        azure.registry("Registry", resourceGroupName="other")


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("dataEndpointEnabled", True),
        ("publicNetworkAccess", "Disabled"),
        ("zoneRedundancy", "Enabled"),
        ("anonymousPullEnabled", True),
    ],
)
def test_a_registrys_features_need_its_sku(azure: Subscription, feature: str, value: Any) -> None:
    with refused("SkuNotSupported", feature):
        azure.registry(**{feature: value})


def test_a_registry_says_where_it_answers(azure: Subscription) -> None:
    assert azure.registry("MyRegistry").outputs["loginServer"] == "myregistry.azurecr.io"


def test_pulling_needs_a_role(azure: Subscription) -> None:
    principal, registry = azure.identity(), azure.registry()
    refusal = refusal_to_pull(azure.cloud, "registry.azurecr.io", principal.outputs["principalId"])
    assert refusal is not None
    assert "401 Unauthorized" in refusal
    role = azure.role(principal, ACR_PULL, registry.id)
    assert _may_pull(azure, principal)
    azure.delete(role)
    assert not _may_pull(azure, principal)


def test_a_role_on_the_group_is_a_role_on_the_registry(azure: Subscription) -> None:
    principal = azure.identity()
    azure.registry()
    azure.role(principal, ACR_PULL, arm.resource_group_id("group"))
    assert _may_pull(azure, principal)


def test_another_role_is_no_right_to_pull(azure: Subscription) -> None:
    principal, registry = azure.identity(), azure.registry()
    azure.role(principal, STORAGE_OWNER, registry.id)
    assert not _may_pull(azure, principal)


def test_a_role_takes_a_while_to_be_effective(tmp_path: Path) -> None:
    azure = Subscription(tmp_path, Propagation(image_pull=3600))
    azure.group()
    principal, registry = azure.identity(), azure.registry()
    role = azure.role(principal, ACR_PULL, registry.id)
    assert not _may_pull(azure, principal)
    assignment = azure.cloud.find(role.id)
    assert assignment is not None
    assignment.facts["created"] -= 3600
    azure.cloud.save(assignment)
    assert _may_pull(azure, principal)


def test_a_registry_that_is_not_there_has_no_address(azure: Subscription) -> None:
    refusal = refusal_to_pull(azure.cloud, "nowhere.azurecr.io", azure.identity().outputs["principalId"])
    assert refusal is not None
    assert "no such host" in refusal


def test_anybody_may_pull_where_it_is_allowed(azure: Subscription) -> None:
    azure.registry(sku={"name": "Standard"}, anonymousPullEnabled=True)
    assert _may_pull(azure, azure.identity())
