"""Records a preview of every change that `test_previews` walks, by which the comments on them are tested.

    .venv/bin/python -m tests.e2e.record_previews

Each goes to tests/unit/review/recorded, cut down to what the review reads of it. After it, `python -m
tests.unit.review.golden` writes the comments anew.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from policy.preview import document
from review.topics import JOB as TOPICS
from tests.e2e.environment import Environment
from tests.e2e.test_previews import CHANGES, Copy
from tests.unit.review.golden import RECORDED, file_name

_OF_A_STEP = ("op", "urn", "diffReasons", "detailedDiff")
_OF_A_STATE = ("urn", "type", "custom", "inputs", "protect")
_SERVERS = "bootstrapServers"
_WITH_STATES = (f"::{TOPICS}", "::kafka-cluster")
"""Ends of the names of resources whose states are read also where nothing happens to them."""


def main() -> None:
    """Brings an environment up, and goes through the changes; each is deployed before the next."""
    with tempfile.TemporaryDirectory() as folder:
        world = Environment(Path(folder) / "world")
        os.environ["PULUMI_DEBUG_COMMANDS"] = "true"
        try:
            world.succeed("start")
            os.environ["REQUESTS_CA_BUNDLE"] = str(world.home / "tls" / "bundle.pem")
            copy = Copy(world, Path(folder))
            _record("everything", copy)
            copy.steps("up", "--yes", "--skip-preview")
            for name, (change, _, _) in CHANGES.items():
                change(copy)
                _record(name, copy)
                copy.steps("up", "--yes", "--skip-preview", "--refresh")
        finally:
            os.environ.pop("REQUESTS_CA_BUNDLE", None)
            world.run("down")


def without_the_rest(preview: Mapping[str, Any]) -> dict[str, Any]:
    """A preview, cut down to what the review reads: of what stays, only topics and the Kafka cluster.

    That what stays keeps the policies is not seen in it; `test_policies` looks at whole previews.
    """
    steps = [_step(step) for step in preview["steps"]]
    return {"steps": steps, "diagnostics": preview.get("diagnostics") or []}


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    if step["op"] in ("refresh", "same") and not step["urn"].endswith(_WITH_STATES):
        return {name: step[name] for name in ("op", "urn")}
    kept = {name: step[name] for name in _OF_A_STEP if step.get(name)}
    return kept | {side: _state(step[side]) for side in ("oldState", "newState") if step.get(side)}


def _state(state: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: state[name] for name in _OF_A_STATE if name in state}
    told = {name: value for name, value in (state.get("outputs") or {}).items() if name.startswith(_SERVERS)}
    return {**kept, "outputs": told} if told else kept


def _record(name: str, copy: Copy) -> None:
    command = (
        "--program",
        str(copy.program),
        "preview",
        "--refresh",
        "--json",
        "--config-file",
        str(copy.file),
    )
    preview = without_the_rest(document(copy.world.pulumi(*command)))
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{file_name(name)}.json").write_text(json.dumps(preview, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
