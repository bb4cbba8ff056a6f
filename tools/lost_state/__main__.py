"""Imports Azure's resources into a state that was lost: `python -m tools.lost_state --subscription ID`.

The stack exists and is empty, or lacks some resources. Those of Azure that the program would create are
imported, by the names that the settings give them. Nothing in Azure is changed. The rest is left to the next
`pulumi up`: it reads the present state of the brokers, and recognizes the stack's objects in Kubernetes by
their mark.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from .recovery import importable, pruned

_TERSE = ("--non-interactive", "--color", "never")


def main() -> int:
    """Returns 0 if nothing is left to import; else the exit status of pulumi, whose message says why."""
    parser = argparse.ArgumentParser(prog="python -m tools.lost_state", description=__doc__)
    parser.add_argument("--subscription", required=True, help="id of the subscription that everything is in")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="resources of the program; all others wait"
    )
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            while _round(Path(folder) / "import.json", options.subscription, options.only):
                pass
    except subprocess.CalledProcessError as failed:
        print(failed.stdout, file=sys.stderr)
        return failed.returncode
    print("Nothing is left to import. `pulumi preview --diff` shows what `pulumi up` would do now.")
    return 0


def _round(file: Path, subscription: str, only: Collection[str]) -> bool:
    """Runs one preview and imports what it allows; whether another round may import more.

    Raises CalledProcessError.
    """
    preview = _json(_pulumi("preview", "--json", "--import-file", str(file)))
    state = json.loads(_pulumi("stack", "export"))
    kept = pruned(state, preview)
    if kept != state:
        # By standard input, as the state holds secrets and no file should.
        _pulumi("stack", "import", text=json.dumps(kept))
    found = importable(json.loads(file.read_text()), preview, subscription, only)
    if found["resources"]:
        file.write_text(json.dumps(found))
        _pulumi("import", "--file", str(file), "--yes", "--protect=false", "--generate-code=false")
    for resource in found["resources"]:
        if not resource.get("component"):
            print(f"imported {resource['name']}: {resource['id']}", flush=True)
    return bool(found["resources"]) or kept != state


def _pulumi(*arguments: str, text: str | None = None) -> str:
    command = ["pulumi", *arguments, *_TERSE]
    # Both streams are shown after a failure: a preview prints the program's log on standard output.
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"pulumi {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
        raise subprocess.CalledProcessError(done.returncode, command, message)
    return done.stdout


def _json(text: str) -> dict[str, Any]:
    """The first JSON document in the text: other lines may come before it."""
    return json.JSONDecoder().raw_decode(text, text.index("{"))[0]


if __name__ == "__main__":
    sys.exit(main())
