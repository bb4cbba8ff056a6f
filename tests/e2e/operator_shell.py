"""An operator who follows docs/operations.md in a shell, word for word, in a folder with the program."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emulator import control
from emulator.engine import Engine
from emulator.home import CHECKOUT, Home
from tests.e2e.environment import Environment, Finished, program_with

DOCUMENT = CHECKOUT / "docs" / "operations.md"
_LIMIT = 600.0
"""Seconds for the commands of one procedure."""
_PROCEDURE = re.compile(r"^```sh ([a-z-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def procedures() -> dict[str, str]:
    """The commands of the document by the name that stands behind ```sh; without those that are not run."""
    found = _PROCEDURE.findall(DOCUMENT.read_text())
    named = dict(found)
    assert len(named) == len(found), "two procedures have one name"
    return named


def run_shell(commands: str, folder: Path, environment: Mapping[str, str], typed: str = "") -> Finished:
    """Runs commands as a shell does that stops at the first failure."""
    run = subprocess.Popen(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = run.communicate(typed, timeout=_LIMIT)
    except BaseException:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        raise
    return Finished(run.returncode, output)


@dataclass
class Operator:
    """Pulumi's command line as it is, for a copy of the program: nobody clears locks away for it.

    variables: what the document leaves to its reader, and what the engine reads.
    followed: the procedures that were followed.
    """

    world: Environment
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    followed: list[str] = field(default_factory=list)

    def set_up(self) -> None:
        """The program with the settings of the local stack, under Git, so that a change can be taken back."""
        Home(self.world.home).backend.mkdir()
        program_with(CHECKOUT / "app", self.folder)
        for name in ("tools", "pyproject.toml"):
            (self.folder / name).symlink_to(CHECKOUT / name)
        shutil.copy(CHECKOUT / "Pulumi.local.yaml", self.folder)
        self.shell("git init --quiet && git config user.name operator && git config user.email o@localhost")
        self.commit()

    def commit(self) -> None:
        self.shell("git add app && git commit --quiet --allow-empty --message change")

    def follow(self, name: str, typed: str = "", **variables: str) -> str:
        """Does what the document says; answers the output."""
        ended = self.try_to_follow(name, typed, **variables)
        assert ended.status == 0, f"{name} ended with {ended.status}:\n{ended.output}"
        return ended.output

    def try_to_follow(self, name: str, typed: str = "", **variables: str) -> Finished:
        """The same, where it may fail; `typed` is what the operator enters when asked."""
        self.followed.append(name)
        return self._run(procedures()[name], typed, variables)

    def shell(self, commands: str, typed: str = "", **variables: str) -> str:
        """Commands that are not in the document."""
        ended = self._run(commands, typed, variables)
        assert ended.status == 0, f"{commands} ended with {ended.status}:\n{ended.output}"
        return ended.output

    def start(self, *command: str) -> subprocess.Popen[str]:
        """A command that is not waited for."""
        return subprocess.Popen(
            command, cwd=self.folder, env=self._environment({}), text=True, stdout=subprocess.DEVNULL
        )

    def _run(self, commands: str, typed: str, variables: Mapping[str, str]) -> Finished:
        return run_shell(commands, self.folder, self._environment(variables), typed)

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        home = Home(self.world.home)
        engine = Engine(home, self.folder, control.call(home, "hello")["ports"])
        # In place of the answer "yes" to each question.
        confirmed = {"PULUMI_SKIP_CONFIRMATIONS": "true", "NO_COLOR": "1"}
        return {**engine.environment(), **confirmed, "STACK": "local", **self.variables, **variables}
