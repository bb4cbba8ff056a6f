"""A stack on the real engine, for tests of the emulated providers."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from emulator.engine import backend_url
from emulator.home import CHECKOUT


class Stack:
    """A stack of its own in a file backend, whose program tests write anew."""

    def __init__(
        self,
        folder: Path,
        ports: Mapping[str, int],
        preamble: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`ports`: of the providers by package. `preamble`: the beginning of every program."""
        self.program = folder / "program"
        self.program.mkdir()
        self._backend = folder / "backend"
        self._backend.mkdir()
        self._preamble = preamble
        (self.program / "Pulumi.yaml").write_text("name: undertest\nruntime: python\n")
        path = [str(Path(sys.executable).parent), str(CHECKOUT / ".engine" / "bin"), os.environ["PATH"]]
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join(path),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": backend_url(self._backend),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{port}" for package, port in ports.items()),
            **(environment or {}),
        }
        self.write("")
        self.run("stack", "init", "test")

    def write(self, program: str) -> None:
        (self.program / "__main__.py").write_text(self._preamble + textwrap.dedent(program))

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Stdout and stderr come in one."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.program,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(self, *arguments: str, fails: bool = False) -> str:
        result = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.program,
            env=self.environment,
            text=True,
            capture_output=True,
            check=False,
        )
        assert (result.returncode != 0) is fails, result.stdout + result.stderr
        return result.stdout + result.stderr

    def up(self, program: str | None = None, *, fails: bool = False) -> str:
        if program is not None:
            self.write(program)
        return self.run("up", "--yes", "--skip-preview", fails=fails)

    def outputs(self) -> dict:
        return json.loads(self.run("stack", "output", "--json"))

    def resources(self) -> dict[str, dict]:
        """What the state says, by the resources' names."""
        state = json.loads(self.run("stack", "export"))["deployment"]
        return {resource["urn"].rsplit("::")[-1]: resource for resource in state.get("resources", [])}

    def files(self) -> str:
        """All that the engine keeps: state, backups and history, as they lie on disk."""
        return "".join(path.read_text() for path in self._backend.rglob("*") if path.is_file())
