"""An environment of this program on this machine, driven the way a user drives it: by the command line."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from emulator import control
from emulator.home import CHECKOUT, Home

KAFKA_CLUSTER = "local-kafka"
"""The cluster's name in Pulumi.local.yaml."""


@dataclass(frozen=True)
class Finished:
    """A command that has ended: its exit status and all it printed."""

    status: int
    output: str


@dataclass(frozen=True)
class Environment:
    """One emulated world in a folder of its own, and the stack in it."""

    home: Path

    def run(self, *arguments: str) -> Finished:
        """`python -m emulator ARGUMENTS` in this world."""
        command = [sys.executable, "-m", "emulator", "--home", str(self.home), *arguments]
        process = subprocess.Popen(
            command, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        try:
            output, _ = process.communicate(timeout=900)
        except SystemExit:
            # It ends what it has begun, and leaves the world to whoever takes it down.
            process.terminate()
            process.communicate()
            raise
        except BaseException:
            process.kill()
            process.wait()
            raise
        return Finished(process.returncode, output)

    def succeed(self, *arguments: str) -> str:
        """The same, where anything but success is a failure of the test; answers the output."""
        ended = self.run(*arguments)
        assert ended.status == 0, f"{' '.join(arguments)} ended with {ended.status}:\n{ended.output}"
        return ended.output

    def pulumi(self, *arguments: str) -> str:
        """A Pulumi command that must succeed."""
        return self.succeed("pulumi", *arguments)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets left masked."""
        return json.loads(self.pulumi("stack", "output", "--json"))

    def status(self) -> dict[str, Any]:
        """What `status --json` says."""
        return json.loads(self.succeed("status", "--json"))

    def resources(self) -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        return json.loads(self.pulumi("stack", "export"))["deployment"].get("resources", [])

    def ambari_requests(self, cluster: str = KAFKA_CLUSTER) -> list[dict[str, Any]]:
        """Every request that reached the Ambari of a Kafka cluster since the world's daemon started."""
        return control.call(Home(self.home), "ambari-log", cluster=cluster)["requests"]

    def processes(self) -> list[str]:
        """Command lines of every process that was started for this world, wherever it runs."""
        mark = str(self.home).encode()
        return [line.decode() for line in command_lines() if mark in line]


def adapted(folder: Path, **settings: object) -> tuple[str, str]:
    """Pulumi's options for a copy of the local stack's settings with these changes, kept in `folder`."""
    stack = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    stack["config"] |= {f"aks-kafka:{name}": value for name, value in settings.items()}
    file = folder / "Pulumi.adapted.yaml"
    file.write_text(yaml.safe_dump(stack))
    return "--config-file", str(file)


def program_with(app: Path, folder: Path) -> Path:
    """The program of this checkout, in a new folder, with a copy of `app` as its application."""
    folder.mkdir()
    for name in ("__main__.py", "Pulumi.yaml", "components", ".venv"):
        (folder / name).symlink_to(CHECKOUT / name)
    shutil.copytree(app, folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def send(url: str, text: str, token: str = "") -> dict[str, int]:
    """POST the text as a user of the page does, one who knows the token; answers partition and offset."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.post(f"{url}/messages", content=text, headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()


def await_page(url: str) -> None:
    """Wait until the page says that Kafka answers; while it does not, the page says why."""
    eventually(
        lambda: httpx.get(f"{url}/readyz", timeout=5).is_success, "Kafka answers the page", seconds=180
    )


def occurrences(url: str, text: str) -> int:
    """How often the text stands among the messages that came back from Kafka."""
    messages = httpx.get(f"{url}/messages", params={"last": 10_000}, timeout=30).json()
    return sum(message["text"] == text for message in messages)


def eventually(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until the condition holds; fail with `what` when it doesn't in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def command_lines() -> list[bytes]:
    """Of all other processes of this machine; one that has ended has none, whether or not it was reaped."""
    lines = []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        try:
            lines.append((process / "cmdline").read_bytes().replace(b"\0", b" "))
        except OSError:
            continue
    return lines
