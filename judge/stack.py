"""A stack of the judge's program in one cluster, driven by Pulumi's real engine."""

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
MADE = ("Deployment", "Job", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service")
"""The kinds of objects that the program makes in its namespace."""
LIMIT = 150.0
"""Seconds in which every run has to end: what is waited for at all is waited for less long."""


class Hangs(AssertionError):
    """A run that had not ended when it had to."""


@dataclass
class Stack:
    """One stack in a backend of its own. `settings` are those of the next run."""

    folder: Path
    cluster: Cluster
    namespace: str
    settings: Settings
    name: str = "judge"
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the environment: what is set besides."""

    def create(self) -> None:
        (self.folder / "state").mkdir(parents=True)
        # Beside its program a stack keeps its configuration.
        shutil.copytree(PROGRAM, self.folder / "program")
        self.succeed("stack", "init", self.name, "--no-select")

    def up(self) -> Run:
        """Whatever its end."""
        return self.run("up", "--yes", "--skip-preview")

    def succeed(self, *arguments: str) -> Run:
        ended = self.run(*arguments)
        assert ended.status == 0, f"{self.cluster.name}: {' '.join(arguments)}:\n{ended.output}"
        return ended

    def settle(self) -> Run:
        """An `up` that succeeds and after which nothing is left to do, also for one who looks first."""
        ended = self.succeed("up", "--yes", "--skip-preview")
        self.expect_no_changes()
        return ended

    def expect_no_changes(self) -> None:
        self.succeed("preview", "--refresh", "--expect-no-changes")

    def destroy(self) -> Run:
        return self.succeed("destroy", "--yes", "--skip-preview")

    def run(self, *arguments: str) -> Run:
        """Raises Hangs, after the end of everything it has started."""
        events = self._new_log()
        begun = time.monotonic()
        process = self.start(*arguments, events=events)
        try:
            output, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.kill(process)
            output, _ = process.communicate()
            raise Hangs(f"{self.cluster.name}: {' '.join(arguments)} hangs:\n{output}") from None
        return Run(process.returncode, output, time.monotonic() - begun, read_events(events))

    def start(self, *arguments: str, events: Path | None = None) -> "subprocess.Popen[str]":
        """Stdout and stderr come in one."""
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
        """End the run as a machine's end would: the engine and all that it has started, at once."""
        engine = psutil.Process(process.pid)
        # Lest it starts anything else, or tells anybody.
        engine.suspend()
        for doomed in (*engine.children(recursive=True), engine):
            with contextlib.suppress(psutil.NoSuchProcess):
                doomed.kill()
        process.wait()
        # The lock of a run that was killed stays, and the user is asked to remove it.
        for lock in self.folder.glob("state/.pulumi/locks/**/*.json"):
            lock.unlink()

    def get(self, kind: str, name: str) -> Object:
        """An object of the stack's namespace that must be there."""
        found = self.cluster.get(kind, self.namespace, name)
        assert found is not None, f"{self.cluster.name}: no {kind} {name}"
        return found

    def managers(self) -> set[str]:
        """Who owns fields of what the stack has made: whoever applied them."""
        made = [item for kind in MADE for item in self.cluster.list(kind, self.namespace)]
        own = [item["metadata"] for item in made if not item["metadata"].get("ownerReferences")]
        entries = [entry for metadata in own for entry in metadata.get("managedFields", [])]
        return {entry["manager"] for entry in entries if entry["operation"] == "Apply"}

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds."""
        eventually(condition, f"{self.cluster.name}: what was waited for", LIMIT)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        return {
            **kept,
            "PATH": search_path(),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")])),
            "PULUMI_BACKEND_URL": backend_url(self.folder / "state"),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "judge",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            # Without it the engine knows no --event-log.
            "PULUMI_DEBUG_COMMANDS": "true",
            "KUBECONFIG_TEXT": self.cluster.kubeconfig,
            "SETTINGS": json.dumps({**asdict(self.settings), "namespace": self.namespace}),
            **self.cluster.environment,
            **self.variables,
        }

    def _new_log(self) -> Path:
        return self.folder / f"events-{time.monotonic_ns()}.json"


_WITH_EVENTS = ("up", "preview", "refresh", "destroy")
# The user's own settings.
_FOREIGN = ("PULUMI_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
