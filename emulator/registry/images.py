"""Stores images on disk, and pulls them: LOGIN SERVER/REPOSITORY/@TAG/{manifest.json,rootfs}."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emulator.kubernetes.node.image import Image, PullRefused
from emulator.registry import base
from emulator.registry.manifest import Manifest

PullDecision = Callable[[str, str], str | None]
"""Given a login server and an identity's object id, returns why it may not pull, or None when it may."""

# The grammar of references: distribution/reference in github.com/distribution/distribution.
_REFERENCE = re.compile(
    r"(?P<server>[a-z0-9.-]+)/(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*):(?P<tag>\w[\w.-]{0,127})"
)


class ReferenceMalformed(Exception):
    """An image reference is not of the form SERVER/REPOSITORY:TAG."""


@dataclass(frozen=True)
class Reference:
    """An image's full name."""

    server: str
    repository: str
    tag: str

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Parses SERVER/REPOSITORY:TAG. Raises ReferenceMalformed."""
        found = _REFERENCE.fullmatch(text)
        if found is None:
            raise ReferenceMalformed(f"{text!r} is not of the form SERVER/REPOSITORY:TAG")
        return cls(**found.groupdict())

    def __str__(self) -> str:
        return f"{self.server}/{self.repository}:{self.tag}"


class Images:
    """The images in all registries of one world. Implements `emulator.kubernetes.node.image.ImageSource`."""

    def __init__(self, folder: Path, decide: PullDecision) -> None:
        self._folder = folder
        self._decide = decide

    def pull(self, reference: str, puller: str) -> Image:
        """See `emulator.kubernetes.node.image.ImageSource`."""
        try:
            name = Reference.parse(reference)
        except ReferenceMalformed as error:
            raise PullRefused(
                f'couldn\'t parse image name "{reference}": invalid reference format'
            ) from error
        reason = self._decide(name.server, puller)
        if reason is not None:
            raise PullRefused(f'failed to pull and unpack image "{reference}": {reason}')
        folder = image_folder(self._folder, name)
        if not (folder / "manifest.json").exists():
            raise PullRefused(f'failed to pull and unpack image "{reference}": {reference}: not found')
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text()))
        if reason := base.mismatch(manifest.environment["PYTHON_VERSION"]):
            raise PullRefused(f'failed to pull and unpack image "{reference}": {reason}')
        return Image(
            folder=folder / "rootfs",
            entrypoint=manifest.entrypoint,
            command=manifest.command,
            environment=manifest.environment,
            user=manifest.user,
            folder_in=manifest.folder,
            ports=manifest.ports,
            binds=base.binds(),
        )


def image_folder(registries: Path, reference: Reference) -> Path:
    """The folder of an image. The @ distinguishes a tag from a part of a repository's name."""
    return registries / reference.server / reference.repository / f"@{reference.tag}"


def push(registries: Path, reference: Reference, make: Callable[[Path], Manifest]) -> Manifest:
    """Stores an image, which `make` builds into the folder that it gets, in place of an earlier one.

    The files of the earlier image stay on disk until the world is removed, since pods may use them.
    """
    registries.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = Path(tempfile.mkdtemp(dir=registries, prefix="unfinished-"))
    try:
        manifest = make(unfinished / "rootfs")
        (unfinished / "manifest.json").write_text(json.dumps(manifest.document(), indent=1))
        folder = image_folder(registries, reference)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            os.rename(folder, Path(tempfile.mkdtemp(dir=registries, prefix="replaced-")) / "image")
        os.rename(unfinished, folder)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    return manifest
