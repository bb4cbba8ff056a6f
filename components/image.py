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
    """`folder` holds a Dockerfile and what it copies; `repository` is the image's name in the registry."""

    registry: Registry | ExistingContainerRegistry
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
