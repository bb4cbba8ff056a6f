"""`RUN pip install`: the one command that builds run, with the pip settings of whoever builds."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from emulator.registry.base import SITE_PACKAGES
from emulator.registry.dockerfile import Instruction

_COMMANDS = (["pip", "install"], ["pip3", "install"], ["python", "-m", "pip", "install"])
# Options of the user's own that would install elsewhere.
_MISLEADING = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH")


class PackagesFailed(Exception):
    """pip failed; the message holds what it printed."""


def pip_arguments(instruction: Instruction) -> list[str]:
    """What `pip install` is asked for. Raises BuildRefused for any other command."""
    words = instruction.words()
    for command in _COMMANDS:
        if words[: len(command)] == command:
            arguments = words[len(command) :]
            break
    else:
        raise instruction.refusal("the emulator runs nothing but pip install while it builds")
    if any(word.startswith("/") or "=/" in word for word in arguments):
        raise instruction.refusal("absolute paths are not modelled by the emulator")
    # It is there to keep the image small. Here the cache is the user's, outside of the image.
    return [word for word in arguments if word != "--no-cache-dir"]


def install(arguments: list[str], root: Path, folder: Path) -> str:
    """Installs into the root file system; `folder` is where relative paths start. Answers pip's output.

    Raises PackagesFailed.
    """
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    output = _run(
        [*command, "--ignore-installed", "--root", str(root), "--prefix", "/usr/local", *arguments], folder
    )
    _name_the_images_python(root / "usr" / "local" / "bin")
    # Compiled now, since pods can't write here; by hash, since the image's digest is that of its content.
    compiler = ["compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/"]
    _run([sys.executable, "-m", *compiler, str(root / SITE_PACKAGES)], root)
    return output


def _run(command: list[str], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    result = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONHASHSEED": "0"},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if result.returncode != 0:
        raise PackagesFailed(f"{shlex.join(command)}\n{result.stdout}")
    return result.stdout


def _name_the_images_python(binaries: Path) -> None:
    """Scripts begin with the Python that installed them, which a pod doesn't have."""
    installer = f"#!{sys.executable}".encode()
    for script in binaries.iterdir():
        if not script.is_symlink() and (content := script.read_bytes()).startswith(installer):
            mode = script.stat().st_mode
            script.unlink()
            script.write_bytes(b"#!/usr/local/bin/python" + content[len(installer) :])
            script.chmod(mode)
