"""Creates a stack by pulumi, with its file and its secrets, or nothing of it; and previews it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from .neighbours import PROJECT

_PASSPHRASES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


class NoPulumi(Exception):
    """Pulumi is missing or not set up. The message says what it takes."""


class NoStack(Exception):
    """The stack was not created. The message says why, and whether something is left of it."""


def require_pulumi(secrets_provider: str) -> None:
    """Raises NoPulumi if `pulumi stack init` would fail or ask for something, before the user answers."""
    if shutil.which("pulumi") is None:
        raise NoPulumi("There is no pulumi on the PATH: docs/azure.md says what it takes.")
    found = subprocess.run(
        ["pulumi", "whoami", "--json", "--non-interactive"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode != 0:
        raise NoPulumi(
            f"Pulumi is not logged in to where the state is to lie (docs/state.md): {found.stderr.strip()}"
        )
    backend = str(json.loads(found.stdout)["url"])
    # Pulumi Cloud, or one of its kind, protects secrets by itself.
    protected = secrets_provider or backend.startswith(("https://", "http://"))
    if not protected and not any(name in os.environ for name in _PASSPHRASES):
        raise NoPulumi(
            "PULUMI_CONFIG_PASSPHRASE is not set: outside Pulumi Cloud a passphrase protects a stack's "
            "secrets. Set it, or name a key by --secrets-provider (docs/state.md)."
        )


def make(
    stack: str, file: Path, values: Mapping[str, Any], secrets: Collection[str], secrets_provider: str
) -> None:
    """Creates the stack, with its configuration in `file`. Raises NoStack, after removing both."""
    plain = {f"{PROJECT}:{name}": value for name, value in values.items() if name not in secrets}
    protected = ["--secrets-provider", secrets_provider] if secrets_provider else []
    made = False
    with _interruptions() as interrupted:
        try:
            file.write_text(yaml.safe_dump({"config": plain}, sort_keys=False, allow_unicode=True), "utf-8")
            init = ["stack", "init", stack, *protected]
            status = _pulumi(*init)
            made = status == 0
            _require(status, init, interrupted)
            for name in sorted(values.keys() & set(secrets)):
                # By standard input, as other users can read the arguments of a process.
                setting = ["config", "set", "--secret", f"{PROJECT}:{name}", "--stack", stack]
                _require(_pulumi(*setting, text=str(values[name])), setting, interrupted)
        except NoStack as failure:
            removed = not made or _pulumi("stack", "rm", stack, "--yes", "--non-interactive") == 0
            file.unlink(missing_ok=True)
            left = (
                "nothing is left of it" if removed else f"`pulumi stack rm {stack}` takes away what is left"
            )
            raise NoStack(f"{failure}: the stack was not made, and {left}.") from failure


def preview(stack: str) -> int:
    """Previews the stack, prints what to do next, and returns the exit status of pulumi."""
    with _interruptions():
        status = _pulumi("preview", "--stack", stack)
    if status == 0:
        print(
            f"Next: pulumi up --stack {stack}; and commit Pulumi.{stack}.yaml, whose secrets are encrypted."
        )
        return 0
    print(
        f"The stack {stack} is set up, with its settings in Pulumi.{stack}.yaml, but pulumi preview --stack "
        f"{stack} ended with {status}. Once that is mended, run it again. To be rid of the stack: "
        f"pulumi stack rm {stack}",
        file=sys.stderr,
    )
    return status


def _require(status: int, arguments: Sequence[str], interrupted: Sequence[int]) -> None:
    if interrupted:
        raise NoStack("Interrupted")
    if status != 0:
        raise NoStack(f"pulumi {' '.join(arguments)} ended with {status}")


def _pulumi(*arguments: str, text: str | None = None) -> int:
    return subprocess.run(["pulumi", *arguments], input=text, text=True, check=False).returncode


@contextmanager
def _interruptions() -> Iterator[Sequence[int]]:
    """The signals of Ctrl-C since it began.

    The terminal sends them to pulumi as well, whose end is waited for, to clean up after it. They are handled
    rather than ignored, since pulumi would ignore them, too.
    """
    signals: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: signals.append(number))
    try:
        yield signals
    finally:
        signal.signal(signal.SIGINT, before)
