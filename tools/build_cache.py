"""Builds that take minutes, kept in the user's cache by what they are built of, so that checkouts share them.

Needs only the standard library.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path


def cache_folder() -> Path:
    """This project's folder in the user's cache.

    https://specifications.freedesktop.org/basedir-spec/latest/#variables
    """
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    # A path that is not absolute is to be ignored.
    root = Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache"
    return root / "aks-kafka"


def place_of(name: str, recipe: Path) -> Path:
    """Where the build of this recipe belongs: another recipe, or another machine's kind, has another place.

    `recipe`: the folder with all files that decide what is built.
    """
    digest = hashlib.sha256(f"{platform.system()} {platform.machine()}\n".encode())
    for file in sorted(
        path for path in recipe.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(recipe)} {content}\n".encode())
    return cache_folder() / name / digest.hexdigest()[:20]


def build_once(name: str, recipe: Path, **variables: str) -> Path:
    """The folder with the build of this recipe, which its `build.sh FOLDER` makes if there is none yet.

    `variables` are added to its environment. Two that ask at the same time get the same build. Raises
    subprocess.CalledProcessError when it fails.
    """
    place = place_of(name, recipe)
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            return place
        # Beside its place, into which it is then moved whole: what is there is complete.
        scratch = place.with_name(f"building-{place.name}")
        # A build that was killed leaves its own behind.
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            command = ["bash", str(recipe / "build.sh"), str(scratch)]
            subprocess.run(command, check=True, env=os.environ | variables)
            scratch.rename(place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return place
