"""The base images: python:MAJOR.MINOR-slim, each made from the Python that runs the emulator."""

import re
import sys
import sysconfig
from pathlib import Path

from emulator.registry.dockerfile import Instruction
from tools.pythons import PYTHONS

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
SITE_PACKAGES = f"usr/local/lib/python{VERSION}/site-packages"
_PYTHON_MOUNT = "/opt/emulator/python"

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "PYTHON_VERSION": ".".join(map(str, sys.version_info[:3])),
}
COMMAND = ["python3"]


def check_base(instruction: Instruction) -> str:
    """Checks a FROM instruction. Returns a note for the build's log where another Python is used; else "".

    Raises BuildRefused for a base image that is not modelled.
    """
    wanted = re.fullmatch(r"python:(\d+\.\d+)(\.\d+)?-slim(-[a-z]+)?", instruction.text)
    if wanted is None or wanted[1] not in PYTHONS:
        names = ", ".join(f"python:{version}-slim" for version in PYTHONS)
        raise instruction.refusal(f"the emulator has no other base images than {names}")
    if wanted[1] == VERSION:
        return ""
    return f"Python {ENVIRONMENT['PYTHON_VERSION']} of this machine stands for Python {wanted[1]}"


def mismatch(built_with: str) -> str:
    """Why an image that was built with this Python (MAJOR.MINOR.MICRO) can't run here; "" when it can."""
    if built_with.rpartition(".")[0] == VERSION:
        return ""
    return (
        f"it was built with Python {built_with}, and the emulator runs with {ENVIRONMENT['PYTHON_VERSION']}: "
        "take that Python again, or make the world anew"
    )


def binds() -> dict[str, str]:
    """The mounts through which pods use this machine's Python: folders by mount point."""
    return {_PYTHON_MOUNT: sys.base_prefix}


def environment() -> dict[str, str]:
    """The base image's environment variables."""
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return ENVIRONMENT
    return {**ENVIRONMENT, "LD_LIBRARY_PATH": f"{_PYTHON_MOUNT}/lib"}


def lay_base(root: Path) -> None:
    """Creates a virtual environment of this machine's Python in /usr/local, where the image has Python."""
    (root / SITE_PACKAGES).mkdir(parents=True)
    binaries = root / "usr" / "local" / "bin"
    binaries.mkdir()
    (binaries / f"python{VERSION}").symlink_to(f"{_PYTHON_MOUNT}/bin/python{VERSION}")
    for name in ("python", "python3"):
        (binaries / name).symlink_to(f"python{VERSION}")
    settings = {
        "home": f"{_PYTHON_MOUNT}/bin",
        "include-system-site-packages": "false",
        "version": ENVIRONMENT["PYTHON_VERSION"],
    }
    lines = [f"{name} = {value}\n" for name, value in settings.items()]
    (root / "usr" / "local" / "pyvenv.cfg").write_text("".join(lines))
