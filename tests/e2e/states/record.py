"""Records what a version of the program leaves in its state, for the versions after it to be held against.

    .venv/bin/python -m tests.e2e.states.record 0.2.0

The program of this checkout is brought up in an emulated world of its own, once for each file of settings in
`VERSION/*.yaml`, and its state goes beside them. It deploys an app of a few lines, not the real one: the
tag of the image, and with it much of the state, would otherwise change with every edit of the app.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.e2e.environment import Environment, program_with

STATES = Path(__file__).resolve().parent
PLACES = {"created", "modified", "sourcePosition", "stackTrace"}
"""What the engine notes of when and where a resource was declared. It compares none of that."""


def main(version: str) -> None:
    """Record every state of a version that there are settings of."""
    files = sorted((STATES / version).glob("*.yaml"))
    if not files:
        sys.exit(f"There are no settings in {STATES / version}: put files of settings there first.")
    for settings in files:
        settings.with_suffix(".json").write_text(json.dumps(_recorded(settings), indent=1) + "\n")


def program(folder: Path) -> Path:
    """The program of this checkout with the app that states are recorded with, in a new folder."""
    return program_with(STATES / "app", folder)


def without_places(state: dict[str, Any]) -> dict[str, Any]:
    """An exported state, cut down to what the engine compares."""
    deployment = state["deployment"]
    resources = [
        {name: value for name, value in resource.items() if name not in PLACES}
        for resource in deployment["resources"]
    ]
    return {**state, "deployment": {**deployment, "resources": resources}}


def _recorded(settings: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        world, deployed = Environment(Path(folder) / "world"), program(Path(folder) / "program")
        shutil.copy(settings, deployed / "Pulumi.local.yaml")
        here = ("pulumi", "--program", str(deployed))
        try:
            world.succeed(*here, "up", "--yes", "--skip-preview")
            return without_places(json.loads(world.succeed(*here, "stack", "export")))
        finally:
            world.run(*here, "state", "unprotect", "--all", "--yes")
            world.run("down")


if __name__ == "__main__":
    main(*sys.argv[1:])
