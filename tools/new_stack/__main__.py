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
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .answers import Judge, NotASetting, answered, given, mistakes, required, secrets, setting_of
from .neighbours import UnreadableStack, defaults, neighbours
from .proposals import NoFreeRange, free_ranges, names, taken
from .stack import NoPulumi, NoStack, make, preview, require_pulumi

_LONGEST_PROPOSAL = 60
_HERE = """Give a setting by --set SETTING=VALUE, several texts with commas between them, any other list or
object as JSON; and a secret by the variable AKS_KAFKA_ and its name in capitals."""


def main() -> int:
    """Returns 0 after a preview that succeeded, and the exit status of pulumi after one that failed.

    Returns 1 if no stack was created, 130 if a question was interrupted.
    """
    options = _options()
    try:
        return _set_up(options.name, options.set, options.secrets_provider)
    except (NotASetting, UnreadableStack, NoPulumi, NoStack, NoFreeRange) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print("\nInterrupted: nothing was written.", file=sys.stderr)
        return 130


def _set_up(name: str, settings: list[str], secrets_provider: str) -> int:
    file = Path(f"Pulumi.{name}.yaml")
    if file.exists():
        raise NoStack(
            f"{file} is there already: choose another name, or make its stack by `pulumi stack init {name}`."
        )
    known = given(settings)
    if plain := sorted(known.keys() & secrets()):
        raise NotASetting(f"{plain[0]}: others can read arguments, so set {_variable(plain[0])} instead.")
    require_pulumi(secrets_provider)
    others = neighbours()
    proposed = {**names(name), **free_ranges(others.values(), defaults(), known), **_own_key()}

    def judge(values: Mapping[str, Any]) -> list[Any]:
        return [*mistakes(values), *taken(values, others)]

    values = _values(known, proposed, judge)
    if wrong := judge(values):
        raise NoStack("\n".join(["Nothing was written:", *map(str, wrong), _HERE]))
    make(name, file, values, secrets(), secrets_provider)
    return preview(name)


def _values(known: Mapping[str, Any], proposed: Mapping[str, Any], judge: Judge) -> dict[str, Any]:
    """All settings: on a terminal the missing ones are asked for, else the proposals are taken."""
    optional = {name: value for name, value in proposed.items() if name not in required({})}
    said = {**optional, **_from_environment(), **known}
    # Without standard input there is no object for it.
    if sys.stdin is None or not sys.stdin.isatty():
        return {**proposed, **said}
    # The command's settings are checked before the user answers questions.
    if wrong := [one for one in judge(said) if setting_of(one) in said]:
        raise NoStack("\n".join(["Nothing was written:", *map(str, wrong)]))
    return answered(said, proposed, _ask, judge)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.new_stack", description=__doc__)
    parser.add_argument("name", type=_stack_name, help="of the stack, which names what it makes as well")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help="a setting of docs/configuration.md; texts of a list have commas between them, other lists "
        'and objects are JSON: topics=\'[{"name": "orders"}]\'',
    )
    parser.add_argument(
        "--secrets-provider", default="", metavar="URL", help="azurekeyvault://… and so on: docs/state.md"
    )
    return parser.parse_args()


def _own_key() -> dict[str, str]:
    file = Path.home() / ".ssh" / "id_rsa.pub"
    return {"sshPublicKey": file.read_text().strip()} if file.exists() else {}


def _from_environment() -> dict[str, str]:
    return {name: os.environ[_variable(name)] for name in secrets() if _variable(name) in os.environ}


def _variable(secret: str) -> str:
    return f"AKS_KAFKA_{secret.upper()}"


def _ask(question: str, proposed: str, secret: bool) -> str:
    short = proposed if len(proposed) <= _LONGEST_PROPOSAL else f"{proposed[:_LONGEST_PROPOSAL]}…"
    shown = f"{question} [{short}] " if proposed else f"{question} "
    return getpass.getpass(shown) if secret else input(shown).strip()


def _stack_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} must have letters, digits, hyphens, dots and underscores alone, and begin with one of "
            "the first two"
        )
    return text


if __name__ == "__main__":
    sys.exit(main())
