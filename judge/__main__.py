"""Holds the program against a real Kubernetes: `python -m judge [--if-built] [PYTEST'S ARGUMENTS]`.

Builds that Kubernetes first, which takes some minutes, once for all checkouts of this user; with `--if-built`
it does nothing where that has not been done.
"""

import subprocess
import sys
from pathlib import Path

from judge.binaries import NothingToBuildWith, build, built

FOLDER = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """pytest's exit status; 1 where nothing can be built."""
    if "--if-built" in arguments:
        arguments.remove("--if-built")
        if built() is None:
            print("No real Kubernetes has been built here, which `make judge` does: nothing is judged.")
            return 0
    try:
        build()
    except (NothingToBuildWith, subprocess.CalledProcessError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return subprocess.call([sys.executable, "-m", "pytest", *(arguments or [str(FOLDER)])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
