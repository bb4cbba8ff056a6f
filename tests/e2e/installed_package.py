"""The package in a virtual environment of its own, and the examples in it."""

import shutil
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.environment import CHECKOUT
from tools import wheel

EXAMPLES = CHECKOUT / "examples" / "embedding"


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel and what that asks for, in the versions of all tests."""

    folder: Path

    @property
    def python(self) -> str:
        """The path of its Python."""
        return str(self.folder / "bin" / "python")

    def copy_of(self, example: str, folder: Path) -> Path:
        """The example in a folder of its own, where `.venv` is this environment."""
        program = shutil.copytree(EXAMPLES / example, folder / example)
        (program / ".venv").symlink_to(self.folder)
        return program

    def install(self, *arguments: str) -> None:
        """`pip install` into it."""
        options = (
            "--quiet",
            "--no-compile",
            "--disable-pip-version-check",
            "--constraint",
            "tools/constraints.txt",
        )
        subprocess.run([self.python, "-m", "pip", "install", *options, *arguments], cwd=CHECKOUT, check=True)


def install_package(folder: Path) -> Installed:
    """A new environment in `folder`."""
    environment = Installed(folder / "venv")
    venv.create(environment.folder, with_pip=True)
    environment.install(str(wheel.build(folder)))
    return environment
