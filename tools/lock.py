"""Writes app/requirements.txt, the image's packages with their hashes, from app/requirements.in.

python -m tools.lock          ask the package index, and write
python -m tools.lock --check  exit 1 if a requirement is not locked (without the network)

Wheels are locked for Linux on both processors that AKS nodes have, and for all versions of Python that the
local environment supports, as its pods run with the machine's. Their versions are those of
tools/constraints.txt, which the tests run with.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from tools.pythons import PYTHONS

ROOT = Path(__file__).resolve().parent.parent
WANTED = ROOT / "app" / "requirements.in"
LOCKED = ROOT / "app" / "requirements.txt"
CONSTRAINTS = ROOT / "tools" / "constraints.txt"
PROCESSORS = ("x86_64", "aarch64")
# Debian's C library in python:3.11-slim is newer than all of these (PEP 600).
SYSTEMS = ("manylinux_2_17", "manylinux2014", "manylinux_2_28")
HEADER = (
    "# Written by `python -m tools.lock` from requirements.in: wheels on Linux, by hash,\n"
    f"# for Python {', '.join(PYTHONS)}.\n"
)


def locked(reports: list[dict[str, Any]]) -> str:
    """The text of the file, made of pip's installation reports.

    https://pip.pypa.io/en/stable/reference/installation-report/
    """
    hashes: dict[str, set[str]] = {}
    for item in (item for report in reports for item in report["install"]):
        metadata = item["metadata"]
        requirement = f"{_normal(metadata['name'])}=={metadata['version']}"
        digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
        hashes.setdefault(requirement, set()).add(f"--hash=sha256:{digest}")
    lines = [" \\\n    ".join([requirement, *sorted(hashes[requirement])]) for requirement in sorted(hashes)]
    return HEADER + "\n".join(lines) + "\n"


def missing(wanted: str, text: str) -> list[str]:
    """The requirements whose version is not in the locked text."""
    held = re.findall(r"^(\S+==\S+)", text, re.MULTILINE)
    return [line for line in map(_normal, wanted.split()) if line not in held]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.lock", description="Lock what the image installs.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is missing")
    if not parser.parse_args(arguments).check:
        LOCKED.write_text(locked([_report(*target) for target in product(PYTHONS, PROCESSORS)]))
    stale = missing(WANTED.read_text(), LOCKED.read_text())
    for requirement in stale:
        print(f"{LOCKED.relative_to(ROOT)} lacks {requirement}: run python -m tools.lock")
    return 1 if stale else 0


def _report(python: str, processor: str) -> dict[str, Any]:
    platforms = [word for system in SYSTEMS for word in ("--platform", f"{system}_{processor}")]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "install",
            "--quiet",
            "--dry-run",
            "--ignore-installed",
            "--report",
            "-",
            "--target",
            folder,
        ]
        wheels = ["--only-binary", ":all:", "--python-version", python, "--implementation", "cp", *platforms]
        files = ["--requirement", str(WANTED), "--constraint", str(CONSTRAINTS)]
        answer = subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", *command, *wheels, *files],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return json.loads(answer.stdout)


def _normal(name: str) -> str:
    """The normalized name (PEP 503) of a package or requirement; versions stay as they are."""
    return re.sub(r"[-_]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
