"""A stack of the judge's program in one cluster, run by Pulumi's engine."""

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from emulator.engine import backend_url, search_path
from judge.api import Object
from judge.cluster import Cluster
from judge.run import Run, read_events
from judge.settings import Settings
from tests.e2e.environment import CHECKOUT, eventually

PROGRAM = Path(__file__).parent / "program"
CREATED_KINDS = ("Deployment", "Job", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service")
"""The kinds of objects that the program makes in its namespace."""
RUN_TIMEOUT = 150.0
"""Seconds in which a run has to end: more than the timeouts of a scenario."""


class RunTimedOut(AssertionError):
    """A run did not end within RUN_TIMEOUT."""


@dataclass
class Stack:
    """A stack in a backend of its own. `settings` are those of the next run."""

    folder: Path
    cluster: Cluster
    namespace: str
    settings: Settings
    name: str = "judge"
    variables: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables of its runs."""

    def create(self) -> None:
        """Creates the stack, which has no resources yet."""
        (self.folder / "state").mkdir(parents=True)
        # A copy, as a stack's configuration is kept beside its program.
        shutil.copytree(PROGRAM, self.folder / "program")
        self.succeed("stack", "init", self.name, "--no-select")

    def up(self) -> Run:
        """Runs `pulumi up`, which may fail."""
        return self.run("up", "--yes", "--skip-preview")

    def succeed(self, *arguments: str) -> Run:
        """Runs a command of Pulumi's that has to succeed."""
        ended = self.run(*arguments)
        assert ended.status == 0, f"{self.cluster.name}: {' '.join(arguments)}:\n{ended.output}"
        return ended

    def settle(self) -> Run:
        """Runs an `up` that has to succeed, after which a preview with a refresh shows no changes."""
        ended = self.succeed("up", "--yes", "--skip-preview")
        self.expect_no_changes()
        return ended

    def expect_no_changes(self) -> None:
        """Runs a preview with a refresh, which has to show no changes."""
        self.succeed("preview", "--refresh", "--expect-no-changes")

    def destroy(self) -> Run:
        """Runs `pulumi destroy`, which has to succeed."""
        return self.succeed("destroy", "--yes", "--skip-preview")

    def run(self, *arguments: str) -> Run:
        """Runs a command of Pulumi's to its end.

        Raises RunTimedOut after RUN_TIMEOUT, when the run and all that it started have been killed.
        """
        events = self._new_log()
        begun = time.monotonic()
        process = self.start(*arguments, events=events)
        try:
            output, _ = process.communicate(timeout=RUN_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill(process)
            output, _ = process.communicate()
            raise RunTimedOut(f"{self.cluster.name}: {' '.join(arguments)} hangs:\n{output}") from None
        return Run(process.returncode, output, time.monotonic() - begun, read_events(events))

    def start(self, *arguments: str, events: Path | None = None) -> "subprocess.Popen[str]":
        """Starts a command of Pulumi's; stderr goes to stdout."""
        logged = ["--event-log", str(events)] if events and arguments[0] in _WITH_EVENTS else []
        stack = [] if arguments[:2] == ("stack", "init") else ["--stack", self.name]
        return subprocess.Popen(
            ["pulumi", "--non-interactive", "--color", "never", *arguments, *stack, *logged],
            cwd=self.folder / "program",
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """Kills the engine and all processes it has started at once, as a crash of the machine would."""
        engine = psutil.Process(process.pid)
        # Suspended, so that it starts no further process and does not notice that the others end.
        engine.suspend()
        for killed in (*engine.children(recursive=True), engine):
            with contextlib.suppress(psutil.NoSuchProcess):
                killed.kill()
        process.wait()
        # The lock of a killed run stays until its user removes it.
        for lock in self.folder.glob("state/.pulumi/locks/**/*.json"):
            lock.unlink()

    def get(self, kind: str, name: str) -> Object:
        """An object of the stack's namespace, which has to exist."""
        found = self.cluster.get(kind, self.namespace, name)
        assert found is not None, f"{self.cluster.name}: no {kind} {name}"
        return found

    def managers(self) -> set[str]:
        """The field managers that have applied fields of the stack's objects."""
        made = [item for kind in CREATED_KINDS for item in self.cluster.list(kind, self.namespace)]
        own = [item["metadata"] for item in made if not item["metadata"].get("ownerReferences")]
        entries = [entry for metadata in own for entry in metadata.get("managedFields", [])]
        return {entry["manager"] for entry in entries if entry["operation"] == "Apply"}

    def until(self, condition: Callable[[], bool]) -> None:
        """Waits until the condition holds."""
        eventually(condition, f"{self.cluster.name}: what was waited for", RUN_TIMEOUT)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED_VARIABLES)}
        return {
            **kept,
            "PATH": search_path(),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")])),
            "PULUMI_BACKEND_URL": backend_url(self.folder / "state"),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "judge",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # The engine has --event-log only with this variable.
            "PULUMI_DEBUG_COMMANDS": "true",
            "KUBECONFIG_TEXT": self.cluster.kubeconfig,
            "SETTINGS": json.dumps({**asdict(self.settings), "namespace": self.namespace}),
            **self.cluster.environment,
            **self.variables,
        }

    def _new_log(self) -> Path:
        return self.folder / f"events-{time.monotonic_ns()}.json"


_WITH_EVENTS = ("up", "preview", "refresh", "destroy")
# The user's own settings, which are not passed on to the engine.
_DROPPED_VARIABLES = ("PULUMI_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
