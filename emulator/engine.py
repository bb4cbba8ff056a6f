"""Runs the Pulumi engine against the emulator: its environment, its stacks, and locks of killed runs."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

from emulator.home import CHECKOUT, HOME_VARIABLE, Home
from emulator.orphans import kill_orphans
from emulator.processes import name_of
from emulator.store import Store

STACK = "local"
PASSPHRASE = "emulator"
"""The passphrase of the stack `local`. It is public: the stack's secrets are those of an emulated world."""

_OVERRIDING_VARIABLES = {"PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG"}
"""Variables for the user's own stacks that would take precedence over those set here."""


class EngineFailed(Exception):
    """The engine could not be run or prepared; the message says why."""


@dataclass(frozen=True)
class Engine:
    """The Pulumi engine for one program (a folder with a Pulumi.yaml) in one home."""

    home: Home
    program: Path
    ports: Mapping[str, int]
    """The ports of the emulated providers, by package."""

    @property
    def project(self) -> str:
        """The project's name in the program's Pulumi.yaml. Raises EngineFailed when there is none."""
        return _project_name(self.program)

    def environment(self) -> dict[str, str]:
        """The environment variables of the engine and of the processes that it starts."""
        kept = {name: value for name, value in os.environ.items() if name not in _OVERRIDING_VARIABLES}
        providers = ",".join(f"{package}:{port}" for package, port in self.ports.items())
        return {
            **kept,
            HOME_VARIABLE: str(self.home.root),
            "PATH": search_path(),
            "PULUMI_BACKEND_URL": backend_url(self.home.backend),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DEBUG_PROVIDERS": providers,
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_HOME": str(self.home.engine_home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": STACK,
            "REQUESTS_CA_BUNDLE": str(self.home.tls / "bundle.pem"),
        }

    def prepare(self) -> None:
        """Creates the stack if there is none, and removes locks and processes of killed runs.

        Raises EngineFailed.
        """
        self.home.backend.mkdir(parents=True, exist_ok=True, mode=0o700)
        remove_stale_locks(self.home)
        kill_orphans(self.home)
        _record_program(self.home, self.project, self.program)
        if self.project not in stacks(self.home):
            self._require("stack", "init", STACK, "--no-select")

    def refresh(self, options: Sequence[str]) -> int:
        """Runs `pulumi refresh`, and returns pulumi's exit status. Its output is printed only when it fails.

        After an `up`, it updates the state by what changed in the resources since, so that the next preview
        with a refresh shows real changes only.
        """
        with tempfile.TemporaryFile() as output:
            status = self.run(
                "refresh", "--yes", "--skip-preview", "--non-interactive", *options, output=output
            )
            if status != 0:
                output.seek(0)
                sys.stderr.write(output.read().decode(errors="replace"))
        return status

    def run(self, *arguments: str, output: IO[bytes] | None = None) -> int:
        """Runs pulumi on this terminal, or with its output in `output`, and returns its exit status.

        Raises EngineFailed when there is no pulumi.
        """
        environment = self.environment()
        process = subprocess.Popen(
            [_pulumi(environment), *arguments],
            cwd=self.program,
            env=environment,
            stdout=output,
            stderr=output and subprocess.STDOUT,
        )
        # The terminal sends a Ctrl-C to pulumi as well: this process waits until that has ended in order.
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        terminate = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            status = process.wait()
        finally:
            signal.signal(signal.SIGINT, interrupt)
            signal.signal(signal.SIGTERM, terminate)
        return status if status >= 0 else 128 - status

    def replace_process(self, arguments: Sequence[str]) -> NoReturn:
        """Replaces this process by pulumi (exec), so that signals and exit status are pulumi's."""
        environment = self.environment()
        program = _pulumi(environment)
        os.chdir(self.program)
        os.execve(program, ["pulumi", *arguments], environment)

    def remove_stack(self) -> None:
        """Removes the destroyed stack, but keeps its configuration file. Raises EngineFailed."""
        self._require("stack", "rm", STACK, "--yes", "--preserve-config")

    def _require(self, *arguments: str) -> None:
        environment = self.environment()
        result = subprocess.run(
            [_pulumi(environment), *arguments, "--non-interactive"],
            cwd=self.program,
            env=environment,
            text=True,
            capture_output=True,
            check=False,
        )
        if result.returncode != 0:
            raise EngineFailed(f"pulumi {' '.join(arguments)} failed: {result.stderr.strip()}")


def backend_url(folder: Path) -> str:
    """The URL of a Pulumi backend that keeps states in a folder.

    Without the option `metadata=skip`, the backend keeps a checksum beside each state and truncates it before
    writing. An engine that is killed just then leaves a stack that no command can load any more ("failed to
    load checkpoint: EOF"). See setAttrs in gocloud.dev/blob/fileblob.
    """
    return f"file://{folder}?metadata=skip"


def search_path() -> str:
    """PATH with this Python's tools first, then the emulated `az`, then the engine if it was built here."""
    folders = [Path(sys.executable).parent, CHECKOUT / "emulator" / "bin", CHECKOUT / ".engine" / "bin"]
    return os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])


def stacks(home: Home) -> list[str]:
    """The names of the projects that have a stack in this home, sorted."""
    return sorted(path.parent.name for path in _state_folder(home).glob(f"stacks/*/{STACK}.json"))


def programs(home: Home) -> list[str]:
    """The folders of the programs that have a stack in this home, in the order of their first use."""
    known = dict(Store(home.state / "programs").items())
    return [document["folder"] for project, document in known.items() if project in stacks(home)]


def stack_outputs(home: Home, project: str) -> dict[str, Any]:
    """The outputs of a project's stack, as the engine saved them last; secrets in them are encrypted."""
    path = _state_folder(home) / "stacks" / project / f"{STACK}.json"
    if not path.exists():
        return {}
    deployment = json.loads(path.read_text())["checkpoint"].get("latest") or {}
    for resource in deployment.get("resources", []):
        if resource["type"] == "pulumi:pulumi:Stack":
            return resource.get("outputs", {})
    return {}


def remove_stale_locks(home: Home) -> None:
    """Removes the locks of engines that were killed, which otherwise `pulumi cancel` would have to.

    A home is used on one machine only, so a lock is stale unless its process is a pulumi on this machine.
    """
    for path in _state_folder(home).glob("locks/**/*.json"):
        if _lock_holder(path) is None:
            path.unlink(missing_ok=True)


def runs(home: Home, project: str = "*") -> list[int]:
    """The ids of the pulumi processes that are changing stacks of this home, or the stack of one project."""
    holders = map(_lock_holder, _state_folder(home).glob(f"locks/*/{project}/**/*.json"))
    return [pid for pid in holders if pid is not None]


def _project_name(program: Path) -> str:
    # Most commands don't need it, and PyYAML takes a while to load.
    import yaml

    file = program / "Pulumi.yaml"
    try:
        project = yaml.safe_load(file.read_text())
    except FileNotFoundError as error:
        raise EngineFailed(f"There is no Pulumi program in {program}: it has no Pulumi.yaml.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise EngineFailed(f"{file} is no YAML: {error}") from error
    name = project.get("name") if isinstance(project, dict) else None
    if not isinstance(name, str) or not name:
        raise EngineFailed(f"{file} names no project: it needs a line such as `name: aks-kafka`.")
    return name


def _record_program(home: Home, project: str, folder: Path) -> None:
    store = Store(home.state / "programs")
    if store.get(project) != {"folder": str(folder)}:
        store.put(project, {"folder": str(folder)})


def _lock_holder(lock: Path) -> int | None:
    """The id of the process that holds a lock, None when it has ended and its id is no pulumi's any more."""
    try:
        pid = json.loads(lock.read_text())["pid"]
    except (FileNotFoundError, json.JSONDecodeError):
        # The lock was removed meanwhile, or is incomplete after a power failure.
        return None
    return pid if (name_of(pid) or "").startswith("pulumi") else None


def _state_folder(home: Home) -> Path:
    return home.backend / ".pulumi"


def _pulumi(environment: Mapping[str, str]) -> str:
    found = shutil.which("pulumi", path=environment["PATH"])
    if found is None:
        raise EngineFailed("There is no pulumi: `make setup` installs what is needed.")
    return found
