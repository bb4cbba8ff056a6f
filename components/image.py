"""The image of the test application, built in the container registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_command import local

from .registry import ExistingContainerRegistry, Registry
from .sources import digest

# The folder's own Dockerfile is taken: `--file` would be relative to where the command runs.
_BUILD = (
    'az acr build --registry "$REGISTRY" --resource-group "$GROUP" --subscription "$SUBSCRIPTION" '
    '--image "$IMAGE" --only-show-errors "$FOLDER"'
)


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
        # Otherwise the command line would look in its own default subscription, which need not be this one.
        parts = pulumi.Output.from_input(args.registry.id).apply(lambda registry_id: registry_id.split("/"))
        local.Command(
            "image-build",
            create=_BUILD,
            # In the environment, names need no quoting.
            environment={
                "REGISTRY": args.registry.name,
                "GROUP": parts.apply(lambda found: found[4]),
                "SUBSCRIPTION": parts.apply(lambda found: found[2]),
                "IMAGE": f"{args.repository}:{self.tag}",
                "FOLDER": str(args.folder),
            },
            # A changed trigger replaces the command; any other change runs `create` again, as an update.
            triggers=[self.tag, args.registry.id],
            opts=pulumi.ResourceOptions(
                parent=self, custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m")
            ),
        )
        self.reference = pulumi.Output.concat(args.registry.login_server, "/", args.repository, ":", self.tag)
        self.register_outputs({"tag": self.tag, "reference": self.reference})
