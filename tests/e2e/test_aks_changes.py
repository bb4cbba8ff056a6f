"""What changes of an AKS cluster, on the real engine: by AKS itself, in place, or by another cluster."""

import json
import shutil
from pathlib import Path

import pytest

from .environment import CHECKOUT, Environment

PROGRAM = Path(__file__).with_name("only_aks")


class OnlyAks:
    """A program with nothing but the cluster, run from a copy: Pulumi keeps notes beside it."""

    def __init__(self, world: Environment, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._world = world
        self._folder = shutil.copytree(PROGRAM, folder / "only-aks")
        self._environment = monkeypatch
        monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
        self.configure(CALLERS="203.0.113.1/32", MOST_NODES="5", NODE_SIZE="Standard_D2s_v5")

    def configure(self, **settings: str) -> None:
        for name, value in settings.items():
            self._environment.setenv(name, value)

    def pulumi(self, *arguments: str) -> str:
        return self._world.pulumi("--program", str(self._folder), *arguments)

    def nodes(self) -> int:
        """How many AKS counts."""
        return json.loads(self._record().read_text())["value"]["inputs"]["agentPoolProfiles"][0]["count"]

    def grow(self, nodes: int) -> None:
        """As AKS's autoscaler does: the stand-in's own never has a reason to."""
        self._world.succeed("stop")
        record = json.loads(self._record().read_text())
        record["value"]["inputs"]["agentPoolProfiles"][0]["count"] = nodes
        self._record().write_text(json.dumps(record))
        self._world.succeed("start")

    def _record(self) -> Path:
        [record] = self._world.home.glob("state/azure/*managedclusters*.json")
        return record


def test_pool_that_grew_is_no_drift_and_stays_as_large(
    untouched: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    untouched.succeed("start")
    program = OnlyAks(untouched, tmp_path, monkeypatch)
    program.pulumi("up", "--yes", "--skip-preview")
    program.grow(3)
    program.pulumi("preview", "--refresh", "--expect-no-changes")

    program.configure(CALLERS="203.0.113.1/32 198.51.100.0/24", MOST_NODES="6")
    changed = program.pulumi("up", "--refresh", "--yes", "--skip-preview")
    assert "~ 1 updated" in changed
    assert program.nodes() == 3

    program.configure(NODE_SIZE="Standard_D4s_v5")
    assert "aks-cluster replace" in program.pulumi("preview")
    program.pulumi("destroy", "--yes", "--skip-preview")
