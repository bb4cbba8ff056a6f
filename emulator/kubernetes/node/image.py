"""The interface of container registries to a cluster: images by reference, and refused pulls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Image:
    """A pushed image, unpacked: its files and what its configuration says about running it."""

    folder: Path
    """The image's files, laid over "/" of a pod."""
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    """As in the Dockerfile's USER: a uid, a uid:gid, a name, or "" for root."""
    folder_in: str = "/"
    """The working directory, an absolute path in the image."""
    ports: Sequence[int] = ()
    binds: Mapping[str, str] = field(default_factory=dict)
    """Read-only mounts that the image's files rely on: mount point in the pod -> folder on this machine."""


class PullRefused(Exception):
    """The registry refuses the pull; the message says why, as a container runtime would."""


class ImageSource(Protocol):
    """The registries as a kubelet sees them."""

    def pull(self, reference: str, puller: str) -> Image:
        """The image `reference` names, asked for by the identity `puller` (an object id).

        Raises PullRefused when there is no such image, or when `puller` may not (or not yet) pull it.
        """
        ...
