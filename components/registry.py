"""The container registry, and the image of the test application built in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_azure_native import containerregistry
from pulumi_command import local

from .roles import Role, assign_role
from .sources import digest


@dataclass(frozen=True)
class RegistryArgs:
    """`name` is the registry's in all of Azure."""

    name: str
    resource_group: pulumi.Input[str]
    location: pulumi.Input[str]
    tags: Mapping[str, str]


class Registry(pulumi.ComponentResource):
    """A container registry without an admin user: who pulls has a role."""

    id: pulumi.Output[str]
    name: pulumi.Output[str]
    login_server: pulumi.Output[str]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:Registry", name, None, opts)
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
        self.id = registry.id
        self.name = registry.name
        self.login_server = registry.login_server
        self.register_outputs({"id": self.id, "name": self.name, "loginServer": self.login_server})

    def allow_pull(self, name: str, principal_id: pulumi.Input[str]) -> pulumi.Resource:
        """Let `principal_id` pull. Azure takes minutes to spread this: do it early, and depend on it."""
        return assign_role(
            name, Role.ACR_PULL, to=principal_id, on=self.id, opts=pulumi.ResourceOptions(parent=self)
        )


@dataclass(frozen=True)
class AppImageArgs:
    """`folder` holds a Dockerfile and what it copies; `repository` is the image's name in the registry."""

    registry: Registry
    repository: str
    folder: Path


class AppImage(pulumi.ComponentResource):
    """An image that the registry itself builds from a folder; no Docker is needed here.

    Its tag is a digest of the sources: it is built when, and only when, they change. The tag is known before
    the image is there: whoever runs the image depends on this component as a whole.
    """

    tag: str
    reference: pulumi.Output[str]

    def __init__(self, name: str, args: AppImageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("aks-kafka:index:AppImage", name, None, opts)
        self.tag = digest(args.folder)[:16]
        build = (
            'az acr build --registry "$REGISTRY" --image "$IMAGE" --file "$FOLDER/Dockerfile" '
            '--only-show-errors "$FOLDER"'
        )
        local.Command(
            "image-build",
            create=build,
            # Names travel in the environment, where no shell reads quotes or blanks in them.
            environment={
                "REGISTRY": args.registry.name,
                "IMAGE": f"{args.repository}:{self.tag}",
                "FOLDER": str(args.folder),
            },
            # Another one of these makes a new command; any other change runs `create` again.
            triggers=[self.tag, args.registry.id],
            opts=pulumi.ResourceOptions(
                parent=self, custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m")
            ),
        )
        self.reference = pulumi.Output.concat(args.registry.login_server, "/", args.repository, ":", self.tag)
        self.register_outputs({"tag": self.tag, "reference": self.reference})
