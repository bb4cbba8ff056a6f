"""The programs of a real Kubernetes: built from Go modules once, and kept in the user's cache."""

import shutil
from pathlib import Path

from tools.build_cache import build_once, place_of

RECIPE = Path(__file__).parent / "recipe"
NAME = "kubernetes"


class GoMissing(Exception):
    """Kubernetes can't be built without Go; the message says how to get it."""


def built() -> Path | None:
    """The folder with the programs, if they have been built."""
    place = place_of(NAME, RECIPE)
    return place if place.exists() else None


def build() -> Path:
    """The folder with the programs, which are built if they are not there. Raises GoMissing."""
    found = built()
    if found is None and shutil.which("go") is None:
        raise GoMissing(
            "A real Kubernetes is built with Go 1.26 or later, which is not here: go.dev/doc/install"
        )
    return found or build_once(NAME, RECIPE)
