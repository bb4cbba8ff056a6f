"""The container registry, and the image of the test application built in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_azure_native import containerregistry
from pulumi_command import local

from .existing.registry import ExistingRegistry, giver
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
    """A container registry: the one that exists, or a new one without an admin user. Who pulls has a role."""

    id: pulumi.Output[str]
    name: pulumi.Output[str]
    login_server: pulumi.Output[str]
    subscription: str = ""
    """Empty where it is the one that is deployed to."""

    def __init__(
        self, name: str, args: ExistingRegistry | RegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("aks-kafka:index:Registry", name, None, opts)
        self._attached, self._giver = False, ""
        if isinstance(args, ExistingRegistry):
            self.id = pulumi.Output.from_input(args.id)
            self.name = pulumi.Output.from_input(args.name)
            self.login_server = pulumi.Output.from_input(args.login_server)
            self.subscription = args.subscription
            self._attached, self._giver = args.attached, giver()
        else:
            registry = self._new(args)
            self.id, self.name, self.login_server = registry.id, registry.name, registry.login_server
        self.register_outputs({"id": self.id, "name": self.name, "loginServer": self.login_server})

    def allow_pull(self, name: str, principal_id: pulumi.Input[str]) -> list[pulumi.Resource]:
        """Let `principal_id`, AKS's, pull: what that takes, nothing where AKS is attached already.

        Azure takes minutes to spread this: do it early, and depend on it.
        """
        if self._attached:
            return []
        opts = pulumi.ResourceOptions(parent=self)
        return [assign_role(name, Role.ACR_PULL, to=principal_id, on=self.id, by=self._giver, opts=opts)]

    def _new(self, args: RegistryArgs) -> containerregistry.Registry:
        return containerregistry.Registry(
            "registry-acr",
            registry_name=args.name,
            resource_group_name=args.resource_group,
            location=args.location,
            sku=containerregistry.SkuArgs(name=containerregistry.SkuName.BASIC),
            admin_user_enabled=False,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
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
        elsewhere = {"SUBSCRIPTION": args.registry.subscription} if args.registry.subscription else {}
        if elsewhere:
            build += ' --subscription "$SUBSCRIPTION"'
        local.Command(
            "image-build",
            create=build,
            # Names travel in the environment, where no shell reads quotes or blanks in them.
            environment={
                "REGISTRY": args.registry.name,
                "IMAGE": f"{args.repository}:{self.tag}",
                "FOLDER": str(args.folder),
                **elsewhere,
            },
            # Another one of these makes a new command; any other change runs `create` again.
            triggers=[self.tag, args.registry.id],
            opts=pulumi.ResourceOptions(
                parent=self, custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m")
            ),
        )
        self.reference = pulumi.Output.concat(args.registry.login_server, "/", args.repository, ":", self.tag)
        self.register_outputs({"tag": self.tag, "reference": self.reference})
