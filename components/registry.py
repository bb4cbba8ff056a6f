"""The container registry, new or existing, and the right to pull images from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import containerregistry

from .existing import ExistingRegistry
from .roles import Role, assign_role, this_stack

_TYPE = "aks-kafka:index:Registry"


@dataclass(frozen=True)
class RegistryArgs:
    """Arguments of Registry; `name` is unique in all of Azure."""

    name: str
    resource_group: pulumi.Input[str]
    location: pulumi.Input[str]
    tags: Mapping[str, str]


class Registry(pulumi.ComponentResource):
    """A new container registry without an admin user: pulling takes the role AcrPull.

    Nothing is said of how roles count on it (`roleAssignmentMode`): the API version that azure-native asks,
    2023-01-01-preview, has no such property, so that Azure's default holds. Where that has permissions by
    repository (ABAC), AcrPull counts for nothing:
    https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
    """

    id: pulumi.Output[str]
    name: pulumi.Output[str]
    login_server: pulumi.Output[str]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(_TYPE, name, None, opts)
        registry = containerregistry.Registry(
            "registry-acr",
            registry_name=args.name,
            resource_group_name=args.resource_group,
            location=args.location,
            sku=containerregistry.SkuArgs(name=containerregistry.SkuName.BASIC),
            admin_user_enabled=False,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.id, self.name, self.login_server = registry.id, registry.name, registry.login_server
        self.register_outputs({"id": self.id, "name": self.name, "loginServer": self.login_server})

    def allow_pull(self, name: str, principal_id: pulumi.Input[str]) -> list[pulumi.Resource]:
        """Assign AcrPull to `principal_id`, that of AKS's nodes; returns the assignments made.

        Azure takes minutes to put an assignment into effect: make it early, and depend on it.
        """
        opts = pulumi.ResourceOptions(parent=self)
        return [assign_role(name, Role.ACR_PULL, to=principal_id, on=self.id, opts=opts)]


class ExistingContainerRegistry(pulumi.ComponentResource):
    """An existing registry, with the outputs of Registry; it is no resource of the stack."""

    id: pulumi.Output[str]
    name: pulumi.Output[str]
    login_server: pulumi.Output[str]

    def __init__(
        self, name: str, existing: ExistingRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(_TYPE, name, None, opts)
        self._attached = existing.attached
        self.id = pulumi.Output.from_input(existing.id)
        self.name = pulumi.Output.from_input(existing.name)
        self.login_server = pulumi.Output.from_input(existing.login_server)
        self.register_outputs({"id": self.id, "name": self.name, "loginServer": self.login_server})

    def allow_pull(self, name: str, principal_id: pulumi.Input[str]) -> list[pulumi.Resource]:
        """Assign AcrPull as Registry does; returns an empty list where AKS is attached already."""
        if self._attached:
            return []
        opts = pulumi.ResourceOptions(parent=self)
        return [
            assign_role(name, Role.ACR_PULL, to=principal_id, on=self.id, assigner=this_stack(), opts=opts)
        ]


def container_registry(
    name: str, args: ExistingRegistry | RegistryArgs
) -> Registry | ExistingContainerRegistry:
    """The component for an existing registry or for a new one, by the type of `args`."""
    if isinstance(args, ExistingRegistry):
        return ExistingContainerRegistry(name, args)
    return Registry(name, args)
