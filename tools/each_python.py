"""Tests the local environment with each supported version of Python: python -m tools.each_python.

For each version that is installed, a copy of the checkout in a temporary folder gets a .venv of that Python,
runs the unit tests, brings an environment up, which builds and checks the image, and takes it down. Exit
status 1 if one of them fails, or if fewer than two are installed.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.pythons import PYTHONS

CHECKOUT = Path(__file__).resolve().parents[1]
TRIED = ("unit", "up")
"""Targets of the Makefile. `down` follows, also after one that failed."""


def main() -> int:
    found = installed(PYTHONS)
    for version in PYTHONS:
        if version not in found:
            print(f"Python {version} is not installed: not tried", flush=True)
    outcomes = {version: attempt(version, program) for version, program in found.items()}
    for version, failed in outcomes.items():
        print(f"Python {version}: {'make ' + failed + ' failed' if failed else 'works'}")
    return 1 if any(outcomes.values()) or len(found) < 2 else 0


def installed(versions: Sequence[str]) -> Mapping[str, str]:
    """The program of each version that is installed and runs; one that pyenv put on the path may not run."""
    programs = {version: shutil.which(f"python{version}") for version in versions}
    return {
        version: program
        for version, program in programs.items()
        if program and subprocess.run([program, "-c", ""], capture_output=True, check=False).returncode == 0
    }


def attempt(version: str, program: str) -> str:
    """Runs the targets in a copy of the checkout; returns the one that failed, or ""."""
    with tempfile.TemporaryDirectory() as folder:
        copy_checkout(CHECKOUT, Path(folder))
        try:
            for target in TRIED:
                print(f"==> Python {version}: make {target}", flush=True)
                if _make(Path(folder), target, f"PYTHON={program}") != 0:
                    return target
        finally:
            left = _make(Path(folder), "down")
        return "down" if left else ""


def copy_checkout(checkout: Path, folder: Path) -> None:
    """Copies the files that Git tracks or does not ignore, as they are in the working tree."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=checkout, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        source, target = checkout / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


def _make(folder: Path, *words: str) -> int:
    return subprocess.run(["make", "--no-print-directory", "-C", str(folder), *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
