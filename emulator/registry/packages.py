"""Executes `RUN pip install`, the only RUN that builds support, with the user's own pip settings."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from emulator.registry.base import SITE_PACKAGES
from emulator.registry.dockerfile import Instruction

_COMMANDS = (["pip", "install"], ["pip3", "install"], ["python", "-m", "pip", "install"])
# Settings of the user's by which pip would install, or write bytecode, elsewhere.
_OVERRIDING_VARIABLES = (
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
    "PYTHONPATH",
    "PYTHONPYCACHEPREFIX",
)


class PackagesFailed(Exception):
    """pip failed; the message holds what it printed."""


def pip_arguments(instruction: Instruction) -> list[str]:
    """The arguments of an instruction's `pip install`. Raises BuildRefused for any other command."""
    words = instruction.words()
    for command in _COMMANDS:
        if words[: len(command)] == command:
            arguments = words[len(command) :]
            break
    else:
        raise instruction.refusal("the emulator runs nothing but pip install while it builds")
    if any(word.startswith("/") or "=/" in word for word in arguments):
        raise instruction.refusal("absolute paths are not modelled by the emulator")
    # The option keeps pip's cache out of the image. Here the cache is the user's, which is outside anyway.
    return [word for word in arguments if word != "--no-cache-dir"]


def install(arguments: list[str], root: Path, folder: Path) -> str:
    """Installs packages into the root file system `root`, and returns pip's output. Raises PackagesFailed.

    `folder` is the one that relative paths in the arguments start from.
    """
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    output = _run(
        [*command, "--ignore-installed", "--root", str(root), "--prefix", "/usr/local", *arguments], folder
    )
    _fix_shebangs(root / "usr" / "local" / "bin")
    # Compiled here, since pods can't write to the image; with hashes in place of times, so that the image's
    # digest depends on its content only.
    compiler = ["compileall", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", "/"]
    _run([sys.executable, "-m", *compiler, str(root / SITE_PACKAGES)], root)
    return output


def _run(command: list[str], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in _OVERRIDING_VARIABLES}
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


def _fix_shebangs(binaries: Path) -> None:
    """Replaces the interpreter in the scripts' first lines, this machine's Python, by the image's."""
    installer = f"#!{sys.executable}".encode()
    for script in binaries.iterdir():
        if not script.is_symlink() and (content := script.read_bytes()).startswith(installer):
            mode = script.stat().st_mode
            script.unlink()
            script.write_bytes(b"#!/usr/local/bin/python" + content[len(installer) :])
            script.chmod(mode)
