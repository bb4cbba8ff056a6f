"""Installs Azure's command line into a virtual environment of its own, in the user's cache.

Its packages conflict with those of .venv. Needs only the standard library.
"""

import sys
from pathlib import Path

from tools.build_cache import build_once, place_of

RECIPE = Path(__file__).resolve().parent / "az"
# What it installs is compiled for one version of Python.
_NAME = f"azure-cli-{sys.version_info.major}.{sys.version_info.minor}"


def place() -> Path:
    """The folder of its virtual environment, whether or not it is installed."""
    return place_of(_NAME, RECIPE)


def install() -> None:
    """Installs it unless it is there. Raises subprocess.CalledProcessError if that fails."""
    build_once(_NAME, RECIPE, PYTHON=sys.executable)
