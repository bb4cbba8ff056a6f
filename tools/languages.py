"""Prepares this machine for Pulumi programs in TypeScript and YAML: python -m tools.languages.

Pulumi's hosts of both languages are those installed with Pulumi, or else built with Go, once for all
checkouts of a user. Node.js has to be installed already.

--check  build nothing; exit 1, naming what is lacking, if something has to be installed
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from tools.build_cache import build_once, place_of

RECIPE = Path(__file__).resolve().parent / "language_hosts"
HOSTS = ("pulumi-language-yaml", "pulumi-language-nodejs")


def lacking() -> list[str]:
    """The programs that have to be installed first, each with how to install it."""
    needed = []
    if not (shutil.which("node") and shutil.which("npm")):
        needed.append("node and npm: install Node.js, version 22 or later (20 has worked as well)")
    if not (_installed() or place_of(RECIPE.name, RECIPE).exists() or shutil.which("go")):
        needed.append(
            f"{' and '.join(HOSTS)}: install Pulumi's CLI (www.pulumi.com/docs/install), which brings them, "
            "or Go 1.25 or later, with which they are then built"
        )
    return needed


def search_path() -> str:
    """PATH, with the folder of the language hosts; builds them if none are installed."""
    path = os.environ.get("PATH", os.defpath)
    return path if _installed() else os.pathsep.join([str(build_once(RECIPE.name, RECIPE)), path])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.languages", description="Prepare what programs in TypeScript and YAML run with."
    )
    parser.add_argument("--check", action="store_true", help="build nothing; fail when something is lacking")
    check = parser.parse_args(arguments).check
    for need in lacking():
        print(f"Programs in TypeScript and YAML can't run here for lack of {need}.", file=sys.stderr)
    if lacking():
        return 1
    if not check:
        search_path()
    return 0


def _installed() -> bool:
    return all(map(shutil.which, HOSTS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
