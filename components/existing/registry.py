"""An existing container registry."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_azure_native import containerregistry

from ..roles import Role, assignment_name, this_stack
from ..settings.existing import ExistingResource
from .aks import ExistingAks
from .azure import Azure

SETTING = "registry.existing"


@dataclass(frozen=True)
class ExistingRegistry:
    """An existing registry. `subscription` is empty where it is the one that Pulumi deploys to."""

    id: str
    name: str
    login_server: str
    subscription: str
    attached: bool
    """Whether AKS's nodes have AcrPull already: Azure refuses a second assignment of it."""


def read_registry(azure: Azure, reference: ExistingResource, aks: ExistingAks | None) -> ExistingRegistry:
    """Read the registry that `reference` identifies. Raises Unusable.

    aks: the existing cluster that may be attached to it; None for a new one, which has no roles yet.
    """
    registry = azure.read(SETTING, reference, containerregistry.get_registry, registry_name=reference.name)
    return ExistingRegistry(
        id=registry.id,
        name=registry.name,
        login_server=registry.login_server,
        subscription=reference.subscription,
        attached=aks is not None and _is_attached(azure, registry.id, aks.kubelet_principal_id),
    )


def _is_attached(azure: Azure, registry_id: str, principal: str) -> bool:
    ours = assignment_name(registry_id, principal, Role.ACR_PULL, this_stack())
    return any(
        assignment["principalId"] == principal and assignment["name"] != ours
        for assignment in azure.assignments("AcrPull", registry_id)
    )
