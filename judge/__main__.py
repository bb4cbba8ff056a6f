"""Runs the program in a real Kubernetes: `python -m judge [--if-built] [PYTEST'S ARGUMENTS]`.

Builds Kubernetes first, which takes some minutes, once for all checkouts of this user; with `--if-built` it
does nothing unless Kubernetes has been built.
"""

import subprocess
import sys
from pathlib import Path

from judge.binaries import GoMissing, build, built

FOLDER = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Returns pytest's exit status; 1 if Kubernetes can't be built."""
    if "--if-built" in arguments:
        arguments.remove("--if-built")
        if built() is None:
            print("No real Kubernetes has been built here (`make judge` builds it): nothing is compared.")
            return 0
    try:
        build()
    except (GoMissing, subprocess.CalledProcessError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return subprocess.call([sys.executable, "-m", "pytest", *(arguments or [str(FOLDER)])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
