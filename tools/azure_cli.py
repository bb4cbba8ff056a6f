"""Azure's command line, in an environment of its own in the user's cache: its packages contradict .venv's.

Needs only the standard library.
"""

import sys
from pathlib import Path

from tools.build_cache import build_once, place_of

RECIPE = Path(__file__).resolve().parent / "az"
# What it installs is compiled for one version of Python.
_NAME = f"azure-cli-{sys.version_info.major}.{sys.version_info.minor}"


def place() -> Path:
    """Where it is, or belongs: a virtual environment whose packages hold `azure.cli`."""
    return place_of(_NAME, RECIPE)


def install() -> None:
    """Install it unless it is there. Raises subprocess.CalledProcessError when that fails."""
    build_once(_NAME, RECIPE, PYTHON=sys.executable)
