"""The image of the test application, built in the container registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_command import local

from .registry import ExistingContainerRegistry, Registry
from .sources import digest


@dataclass(frozen=True)
class AppImageArgs:
    """Arguments of AppImage: a `folder` with a Dockerfile, and the image's name in the registry."""

    registry: Registry | ExistingContainerRegistry
    repository: str
    folder: Path


class AppImage(pulumi.ComponentResource):
    """An image that the registry builds from a folder, so that no Docker is needed where Pulumi runs.

    Its tag is a digest of the sources: the image is built when, and only when, they change. The tag is known
    before the image exists, so whatever runs the image has to depend on this component.
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
            # In the environment, names need no quoting.
            environment={
                "REGISTRY": args.registry.name,
                "IMAGE": f"{args.repository}:{self.tag}",
                "FOLDER": str(args.folder),
                **elsewhere,
            },
            # A changed trigger replaces the command; any other change runs `create` again, as an update.
            triggers=[self.tag, args.registry.id],
            opts=pulumi.ResourceOptions(
                parent=self, custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m")
            ),
        )
        self.reference = pulumi.Output.concat(args.registry.login_server, "/", args.repository, ":", self.tag)
        self.register_outputs({"tag": self.tag, "reference": self.reference})
