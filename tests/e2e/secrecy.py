"""Secrets that are recognised wherever they turn up, and all the places where they could."""

import base64
import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from .environment import CHECKOUT, Environment, Finished, command_lines, program_with

PASSWORD = "Pl4nted-Secret!word"
"""Of the user that `Pulumi.local.yaml` names, in place of the password that stands there."""
TOKEN = "Pl4nted.Token-of-senders"
"""Of whoever may send messages by the test application."""
WRONG_PASSWORD = "Mist4ken-Secret!word"
"""Somebody set it by mistake: Ambari refuses it."""
VERBOSE = """\
import logging, os
logging.basicConfig(level=logging.DEBUG, filename=os.path.join({folder!r}, f"{{os.getpid()}}.log"))
"""


@dataclass
class Evidence:
    """What others than the owner may get to see of an environment: outputs, command lines, logs, state."""

    world: Environment
    shown: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str) -> Finished:
        """A command in the world, whose output is kept."""
        ended = self.world.run(*arguments)
        self.shown[f"{len(self.shown)}: {' '.join(arguments)}"] = ended.output
        return ended

    def succeed(self, *arguments: str) -> str:
        """The same, where anything but success is a failure of the test."""
        ended = self.run(*arguments)
        assert ended.status == 0, f"{' '.join(arguments)} ended with {ended.status}:\n{ended.output}"
        return ended.output

    def places_of(self, secret: str, *folders: Path) -> list[str]:
        """Where a secret stands in plain: commands that showed it, and files in these folders."""
        files = (str(path) for path in files_that_hold(secret, *folders))
        return [*(place for place, text in self.shown.items() if secret in text), *files]


def settings_with(world: Environment, folder: Path, password: str) -> tuple[str, str]:
    """Pulumi's options for a copy of the local stack's settings, with a password of Ambari's, and TOKEN."""
    file = folder / f"Pulumi.{len(list(folder.iterdir()))}.yaml"
    file.write_text((CHECKOUT / "Pulumi.local.yaml").read_text())
    options = ("--config-file", str(file))
    for name, value in (("ambariPassword", password), ("appAccessToken", TOKEN)):
        world.pulumi("config", "set", "--secret", name, value, *options)
    return options


def secrets_of(world: Environment) -> dict[str, str]:
    """All spellings of what the running environment has to hide."""
    kubeconfig = yaml.safe_load(world.pulumi("stack", "output", "kubeconfig", "--show-secrets"))
    return {
        **spellings(PASSWORD),
        "the mistaken password": WRONG_PASSWORD,
        "the token": TOKEN,
        "the token in base64": _base64(TOKEN),
        "the kubeconfig's token": kubeconfig["users"][0]["user"]["token"],
    }


def spellings(password: str) -> Mapping[str, str]:
    """A password as it is, in base64, and as an Authorization header says it."""
    return {
        "the password": password,
        "the password in base64": _base64(password),
        "Ambari's Authorization header": _base64(f"admin:{password}"),
    }


def files_that_hold(secret: str, *folders: Path) -> list[Path]:
    """Files in these folders that hold the secret as it is, or compressed."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if secret.encode() in _content(path)]


def log_everything(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """From now on every Python that starts logs all it can, libraries included; the folder of the logs."""
    logs = folder / "verbose"
    logs.mkdir()
    (folder / "sitecustomize.py").write_text(VERBOSE.format(folder=str(logs)))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return logs


@contextmanager
def all_command_lines() -> Iterator[set[str]]:
    """Command lines of all processes that run on this machine meanwhile, but for those gone in a moment."""
    seen: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            seen.update(line.decode(errors="replace") for line in command_lines())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def program_with_a_broken_image(folder: Path) -> Path:
    """A copy of the program whose Dockerfile can't be built."""
    copy = program_with(CHECKOUT / "app", folder / "program")
    (copy / "app" / "Dockerfile").write_text("FROM python:3.11-slim\nCOPY missing.txt .\n")
    return copy


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except EOFError:
        # The engine was killed before it had written all of its log.
        return content


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode().rstrip("=")
