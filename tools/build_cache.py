"""A cache of builds that take minutes, by the content of their recipes, which all checkouts of a user share.

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
    # The specification has relative paths ignored.
    root = Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache"
    return root / "aks-kafka"


def place_of(name: str, recipe: Path) -> Path:
    """The folder of a recipe's build, which depends on the recipe's files and the kind of the machine.

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
    """The folder with a recipe's build; if there is none, the recipe's `build.sh FOLDER` makes it.

    `variables` are added to the environment of the script. Of several callers at the same time one builds and
    the others wait. Raises subprocess.CalledProcessError if the build fails.
    """
    place = place_of(name, recipe)
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if place.exists():
            return place
        # Built beside its place and moved there when it is complete.
        scratch = place.with_name(f"building-{place.name}")
        # A killed build leaves its folder behind.
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            command = ["bash", str(recipe / "build.sh"), str(scratch)]
            subprocess.run(command, check=True, env=os.environ | variables)
            scratch.rename(place)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return place
