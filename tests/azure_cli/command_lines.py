"""Azure's real command line and the emulator's, each as `az` on the path of a shell."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.control import CommandFailed, ControlServer
from emulator.home import HOME_VARIABLE, Home
from tests.azure_cli.loopback import TENANT, AzureOnLoopback
from tools import azure_cli

CHECKOUT = Path(__file__).resolve().parents[2]
ANSWERED = Path(__file__).with_name("answered.py")


@dataclass(frozen=True)
class Command:
    """A command of the program's, as a shell gets it."""

    text: str
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""


def run(command: Command, path: str, settings: Mapping[str, str], folder: Path = CHECKOUT) -> Any:
    """The ended process of a command; `path` is where `az` lies."""
    return subprocess.run(
        ["/bin/sh", "-c", command.text],
        cwd=folder,
        env={"PATH": f"{path}:/usr/bin:/bin", **settings, **command.environment},
        input=command.stdin,
        capture_output=True,
        text=True,
        check=False,
    )


class RealCommandLine:
    """The one that `make test-az` installs, signed in at `azure`; everything that it keeps is in `folder`."""

    def __init__(self, folder: Path, azure: AzureOnLoopback) -> None:
        python = azure_cli.place() / "bin" / "python"
        assert python.exists(), "Azure's command line is not installed: make setup-az"
        self.azure = azure
        self._path = folder / "bin"
        self._path.mkdir(parents=True)
        (self._path / "az").write_text(f'#!/bin/sh\nexec {python} {ANSWERED} "$@"\n')
        (self._path / "az").chmod(0o755)
        self._settings = {
            "ANSWERS": azure.url,
            "AZURE_CONFIG_DIR": str(folder / "configuration"),
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "HOME": str(folder),
        }
        signed_in = self.run(
            Command(f"az login --service-principal --username deployer --password=secret --tenant {TENANT}")
        )
        assert signed_in.returncode == 0, signed_in.stderr

    def run(self, command: Command, folder: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
        """The ended process; `azure.requests` are those of this command alone."""
        self.azure.requests.clear()
        return run(command, str(self._path), self._settings, folder)


class EmulatedCommandLine:
    """The emulator's own program, whose daemon is replaced by these answers; `calls` are noted."""

    def __init__(self, folder: Path, answers: Mapping[str, Any]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        folder.mkdir()
        self._folder = folder
        self._server = ControlServer(
            Home(folder), {name: self._noted(name, answer) for name, answer in answers.items()}
        )
        self._server.start()

    def run(self, command: Command, folder: Path = CHECKOUT) -> subprocess.CompletedProcess[str]:
        """The ended process; `calls` are those of this command alone."""
        self.calls.clear()
        settings = {HOME_VARIABLE: str(self._folder), "HOME": str(self._folder)}
        return run(command, str(CHECKOUT / "emulator" / "bin"), settings, folder)

    def stop(self) -> None:
        self._server.stop()

    def _noted(self, name: str, answer: Any) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.calls.append((name, arguments))
            if isinstance(answer, CommandFailed):
                raise answer
            return answer

        return call
