"""Builds the wheel of `aks_kafka` from a copy of its sources: python -m tools.wheel FOLDER.

A build leaves folders beside its sources, and the next build would include them; hence the copy. The build
uses the installed setuptools, and no package index.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "components")


def build(folder: Path, version: str = "") -> Path:
    """Builds the wheel in `folder`, and returns its path. `version` takes the place of the project's.

    Raises subprocess.CalledProcessError, with pip's output, if the build fails.
    """
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        source.mkdir()
        for name in SOURCES:
            _copy(CHECKOUT / name, source / name)
        if version:
            project = source / "pyproject.toml"
            project.write_text(re.sub(r"(?m)^version = .*$", f'version = "{version}"', project.read_text()))
        options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
        command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, text=True)
    [wheel] = folder.glob("aks_kafka-*.whl")
    return wheel


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
