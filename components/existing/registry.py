"""A container registry that exists already."""

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
    """`subscription` is empty where it is the one that is deployed to."""

    id: str
    name: str
    login_server: str
    subscription: str
    attached: bool
    """Whether AKS's nodes may pull already: somebody else's assignment of AcrPull would collide with ours."""


def read_registry(azure: Azure, named: ExistingResource, aks: ExistingAks | None) -> ExistingRegistry:
    """The registry that `named` stands for; a new AKS has no rights yet. Raises Unusable."""
    registry = azure.read(SETTING, named, containerregistry.get_registry, registry_name=named.name)
    return ExistingRegistry(
        id=registry.id,
        name=registry.name,
        login_server=registry.login_server,
        subscription=named.subscription,
        attached=aks is not None and _is_attached(azure, registry.id, aks.kubelet_principal_id),
    )


def _is_attached(azure: Azure, registry_id: str, principal: str) -> bool:
    ours = assignment_name(registry_id, principal, Role.ACR_PULL, this_stack())
    return any(
        assignment["principalId"] == principal and assignment["name"] != ours
        for assignment in azure.assignments("AcrPull", registry_id)
    )
