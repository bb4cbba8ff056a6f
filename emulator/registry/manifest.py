"""Manifests of images: their configuration and digest."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Manifest:
    """An image's configuration, as the Dockerfile declares it, and its digest."""

    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    user: str = ""
    folder: str = "/"
    """The working directory."""
    ports: list[int] = field(default_factory=list)
    digest: str = ""

    def with_digest(self, root: Path) -> "Manifest":
        """Returns the manifest with the digest of its configuration and of the files in `root`."""
        summary = hashlib.sha256(json.dumps(asdict(replace(self, digest="")), sort_keys=True).encode())
        for line in _inventory(root):
            summary.update(line.encode())
        return replace(self, digest=f"sha256:{summary.hexdigest()}")

    def document(self) -> dict[str, Any]:
        return asdict(self)


def _inventory(root: Path) -> Iterator[str]:
    """A line for each file and link: its path, kind or executable bit, and its content's digest or target."""
    for parent, folders, names in os.walk(root):
        folders.sort()
        for name in sorted([*names, *folders]):
            path = Path(parent) / name
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                yield f"{path.relative_to(root)} link {os.readlink(path)}\n"
            elif stat.S_ISREG(mode):
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                yield f"{path.relative_to(root)} {'x' if mode & stat.S_IXUSR else '-'} {content}\n"
