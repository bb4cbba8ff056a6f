"""Secrets that are recognised wherever they turn up."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from .environment import CHECKOUT, Environment, command_lines

PASSWORD = "Pl4nted-Secret!word"
"""Of the user that `Pulumi.local.yaml` names, in place of the password that stands there."""


def plant(world: Environment, folder: Path) -> tuple[str, str]:
    """Pulumi's options for a copy of the local stack's settings with PASSWORD as Ambari's."""
    file = folder / "Pulumi.planted.yaml"
    file.write_text((CHECKOUT / "Pulumi.local.yaml").read_text())
    options = ("--config-file", str(file))
    world.pulumi("config", "set", "--secret", "ambariPassword", PASSWORD, *options)
    return options


def secrets_of(world: Environment) -> dict[str, str]:
    """All spellings of what the running environment has to hide."""
    kubeconfig = yaml.safe_load(world.pulumi("stack", "output", "kubeconfig", "--show-secrets"))
    return {
        "the password": PASSWORD,
        "the password in base64": base64.b64encode(PASSWORD.encode()).decode().rstrip("="),
        "Ambari's Authorization header": base64.b64encode(f"admin:{PASSWORD}".encode()).decode().rstrip("="),
        "the kubeconfig's token": kubeconfig["users"][0]["user"]["token"],
    }


def files_that_hold(secret: str, *folders: Path) -> list[Path]:
    """Files in these folders that hold the secret as it is."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if secret.encode() in path.read_bytes()]


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
