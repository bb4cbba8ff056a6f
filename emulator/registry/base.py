"""The only base image, python:MAJOR.MINOR-slim, made from the Python that runs the emulator."""

import re
import sys
import sysconfig
from pathlib import Path

from emulator.registry.dockerfile import Instruction

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
SITE_PACKAGES = f"usr/local/lib/python{VERSION}/site-packages"
_PYTHON_MOUNT = "/opt/emulator/python"

ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "PYTHON_VERSION": ".".join(map(str, sys.version_info[:3])),
}
COMMAND = ["python3"]


def require_base(instruction: Instruction) -> None:
    """Raises BuildRefused for any other base image."""
    if not re.fullmatch(rf"python:{re.escape(VERSION)}(\.\d+)?-slim(-[a-z]+)?", instruction.text):
        raise instruction.refusal(
            f"the emulator has one base image, python:{VERSION}-slim, since it runs Python {VERSION} itself"
        )


def binds() -> dict[str, str]:
    """Mounts by which pods find this machine's Python: mount point -> folder."""
    return {_PYTHON_MOUNT: sys.base_prefix}


def environment() -> dict[str, str]:
    """The base image's variables."""
    if not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return ENVIRONMENT
    return {**ENVIRONMENT, "LD_LIBRARY_PATH": f"{_PYTHON_MOUNT}/lib"}


def lay_base(root: Path) -> None:
    """Makes /usr/local, where the image has its Python, a virtual environment of this machine's."""
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
