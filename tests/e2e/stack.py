"""A stack of a small program on the real engine, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from emulator.engine import backend_url, search_path
from tests.e2e.environment import CHECKOUT, Finished

LIMIT = 900.0
"""Seconds for one command; on a busy machine many of them run at once."""


@dataclass
class Stack:
    """The stack `lone` of the project `lone`. `bundle` holds the authorities that its program trusts."""

    program: ClassVar[str] = ""
    """The text of its `__main__.py`."""

    folder: Path
    bundle: Path

    def create(self) -> None:
        (self.folder / "state").mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: lone\nruntime: python\n")
        (self.folder / "__main__.py").write_text(self.program)
        self.succeed("stack", "init", "lone")

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return {
            **kept,
            "PATH": search_path(),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")])),
            "REQUESTS_CA_BUNDLE": str(self.bundle),
            "PULUMI_BACKEND_URL": backend_url(self.folder / "state"),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "lone",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> Finished:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=LIMIT)
        return Finished(process.returncode, output)

    def succeed(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert ended.status == 0, f"pulumi {' '.join(arguments)} ended with {ended.status}:\n{ended.output}"
        return ended.output

    def up(self) -> str:
        return self.succeed("up", "--yes", "--skip-preview")

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.succeed("stack", "output", "--json"))

    def state(self) -> str:
        """The whole state, as it lies on disk."""
        return "".join(path.read_text() for path in (self.folder / "state").rglob("*.json"))
