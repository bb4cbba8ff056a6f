"""An existing container registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from pulumi_azure_native import containerregistry

from ..roles import Role, assignment_name, this_stack
from ..settings.objects.existing import ExistingResource
from ..settings.validation.mistakes import Mistake
from .aks import ExistingAks
from .azure import Azure

SETTING = "registry.existing"
ACR_DOC = "https://learn.microsoft.com/azure/container-registry"
_ABAC = "AbacRepositoryPermissions"


@dataclass(frozen=True)
class ExistingRegistry:
    """An existing registry."""

    id: str
    name: str
    login_server: str
    attached: bool
    """Whether AKS's nodes have AcrPull already: Azure refuses a second assignment of it."""
    troubles: tuple[Mistake, ...]
    """Why no image can be built in it or pulled from it. What was built before may still be pulled."""


def read_registry(
    azure: Azure, reference: ExistingResource, aks: ExistingAks | None, *, builds: bool
) -> ExistingRegistry:
    """Read the registry that `reference` identifies. Raises Unusable.

    aks: the existing cluster that may be attached to it; None for a new one, which has no roles yet.
    builds: whether the application's image is to be built in it.
    """
    registry = azure.read(SETTING, reference, containerregistry.get_registry, registry_name=reference.name)
    return ExistingRegistry(
        id=registry.id,
        name=registry.name,
        login_server=registry.login_server,
        attached=aks is not None and _is_attached(azure, registry.id, aks.kubelet_principal_id),
        troubles=tuple(_troubles(azure, reference, registry, builds)),
    )


def _troubles(
    azure: Azure,
    reference: ExistingResource,
    registry: containerregistry.GetRegistryResult,
    builds: bool,
) -> Iterator[Mistake]:
    mode = ""
    with suppress(Exception):  # What can't be told stops nobody.
        mode = azure.registry(reference).get("roleAssignmentMode", "")
    if mode == _ABAC:
        rule = (
            "must honour the role AcrPull: its permissions are by repository (ABAC), where AcrPull counts "
            "for nothing and `az acr build` has no access"
        )
        source = f"{ACR_DOC}/container-registry-rbac-abac-repository-permissions"
        yield Mistake(
            SETTING, str(reference), rule, source, _update(reference, "--role-assignment-mode rbac")
        )
    if builds and (registry.public_network_access or "").lower() == "disabled":
        rule = (
            "must have public access: `az acr build`, which makes the application's image, runs on machines "
            "of Azure's that have no other way to it"
        )
        source = f"{ACR_DOC}/container-registry-private-link"
        yield Mistake(
            SETTING, str(reference), rule, source, _update(reference, "--public-network-enabled true")
        )


def _update(reference: ExistingResource, option: str) -> str:
    place = f"--name {reference.name} --resource-group {reference.resource_group}"
    elsewhere = f" --subscription {reference.subscription}" if reference.subscription else ""
    return f"az acr update {place}{elsewhere} {option}"


def _is_attached(azure: Azure, registry_id: str, principal: str) -> bool:
    ours = assignment_name(registry_id, principal, Role.ACR_PULL, this_stack())
    return any(
        assignment["principalId"] == principal and assignment["name"] != ours
        for assignment in azure.assignments("AcrPull", registry_id)
    )
