"""Sets up a new stack of this program: `python -m tools.new_stack NAME [--set SETTING=VALUE]...`

It asks for the settings that have no default, proposes names and ranges that no other stack here has, and
checks the answers by the program's own rules. Then it writes Pulumi.NAME.yaml, creates the stack, sets its
secrets, and previews it. Without a terminal it takes the values of --set, of the environment, and of its
proposals. Secrets come from AKS_KAFKA_AMBARIPASSWORD and so on. A stack whose secrets a passphrase protects
needs PULUMI_CONFIG_PASSPHRASE; --secrets-provider names a key that protects them instead.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components.settings import Settings

from .answers import answered, mistakes, required, secrets
from .proposals import free_ranges, names

PROJECT = "aks-kafka"


def main() -> int:
    """Returns 0 after a preview that succeeded; 1 if nothing was written; else the exit status of pulumi."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_stack", description=__doc__)
    parser.add_argument("name", type=_stack_name)
    parser.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", type=_setting)
    parser.add_argument(
        "--secrets-provider", default="", metavar="URL", help="azurekeyvault://… and so on: docs/state.md"
    )
    options = parser.parse_args()
    file = Path(f"Pulumi.{options.name}.yaml")
    if file.exists():
        return _refuse(f"{file} is there already: the stack is not new.")
    given = dict(options.set)
    if plain := sorted(given.keys() & secrets()):
        return _refuse(f"{plain[0]}: others can read arguments, so set {_variable(plain[0])} instead.")
    try:
        proposed = {**names(options.name), **free_ranges(_other_stacks(), _defaults()), **_own_key()}
    except ValueError as none:
        return _refuse(str(none))
    optional = {name: value for name, value in proposed.items() if name not in required({})}
    known = {**optional, **_from_environment(), **given}
    values = answered(known, proposed, _ask) if sys.stdin.isatty() else {**proposed, **known}
    if wrong := mistakes(values):
        return _refuse("\n".join(["Nothing was written:", *map(str, wrong)]))
    return _set_up(options.name, file, values, options.secrets_provider)


def _set_up(stack: str, file: Path, values: Mapping[str, Any], secrets_provider: str) -> int:
    plain = {f"{PROJECT}:{name}": value for name, value in values.items() if name not in secrets()}
    file.write_text(yaml.safe_dump({"config": plain}, sort_keys=False))
    protected = ["--secrets-provider", secrets_provider] if secrets_provider else []
    commands: list[tuple[list[str], str | None]] = [(["stack", "init", stack, *protected], None)]
    for name in sorted(values.keys() & secrets()):
        # By standard input, as other users can read the arguments of a process.
        commands.append(
            (["config", "set", "--secret", f"{PROJECT}:{name}", "--stack", stack], str(values[name]))
        )
    commands.append((["preview", "--stack", stack], None))
    for arguments, text in commands:
        status = subprocess.run(["pulumi", *arguments], input=text, text=True, check=False).returncode
        if status != 0:
            print(f"pulumi {' '.join(arguments)} ended with {status}; {file} stays.", file=sys.stderr)
            return status
    print(f"Next: pulumi up --stack {stack}")
    return 0


def _other_stacks() -> list[dict[str, Any]]:
    """The settings of the stacks whose files are in this folder."""
    files = [yaml.safe_load(path.read_text()) or {} for path in sorted(Path().glob("Pulumi.*.yaml"))]
    prefix = f"{PROJECT}:"
    return [
        {name.removeprefix(prefix): value for name, value in (file.get("config") or {}).items()}
        for file in files
    ]


def _defaults() -> dict[str, Any]:
    """The defaults of the settings, as Pulumi.yaml declares them."""
    declared = yaml.safe_load(Path("Pulumi.yaml").read_text())["config"]
    return {name: declared[name]["default"] for name in declared}


def _own_key() -> dict[str, str]:
    file = Path.home() / ".ssh" / "id_rsa.pub"
    return {"sshPublicKey": file.read_text().strip()} if file.exists() else {}


def _from_environment() -> dict[str, str]:
    return {name: os.environ[_variable(name)] for name in secrets() if _variable(name) in os.environ}


def _variable(secret: str) -> str:
    return f"AKS_KAFKA_{secret.upper()}"


def _ask(question: str, proposed: str, secret: bool) -> str:
    shown = f"{question} [{proposed}] " if proposed else f"{question} "
    return getpass.getpass(shown) if secret else input(shown).strip()


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    known = {str(field.alias) for field in Settings.model_fields.values()}
    if not equals or name not in known:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no SETTING=VALUE of a setting in docs/configuration.md"
        )
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = value
    return name, parsed if isinstance(parsed, list | dict) else value


def _stack_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", text):
        raise argparse.ArgumentTypeError("a stack's name has letters, digits, hyphens, dots and underscores")
    return text


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
