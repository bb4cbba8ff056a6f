"""Writes the table of docs/outputs.md from the contract of outputs, and records the contract at a release.

python -m tools.outputs                    write the table
python -m tools.outputs --check            write nothing; exit 1 if the table is out of date
python -m tools.outputs --record VERSION   write tests/unit/golden/contracts/VERSION.json, for a release
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from components.outputs import EnvironmentOutputs
from components.outputs.output import TYPES, ContractOutput
from tools.generated import ROOT, between, write

PAGE = ROOT / "docs" / "outputs.md"
GOLDEN = ROOT / "tests" / "unit" / "golden" / "contracts"
BEGIN, END = "<!-- begin: python -m tools.outputs -->", "<!-- end -->"


def contract() -> dict[str, ContractOutput[Any]]:
    """The outputs by name, in the order of their declarations."""
    found = [output for output in vars(EnvironmentOutputs).values() if isinstance(output, ContractOutput)]
    return {output.name: output for output in found}


def table() -> str:
    """The contract as a table in Markdown."""
    header = ["| output | type | what for | changes when | since |", "|---|---|---|---|---|"]
    return "\n".join([*header, *map(_table_row, contract().values()), ""])


def promises() -> dict[str, dict[str, Any]]:
    """The parts of the contract that later versions must keep, as JSON."""
    return {
        name: {
            "type": TYPES[output.type],
            "secret": output.secret,
            "optional": bool(output.optional),
            "since": str(output.since),
        }
        for name, output in sorted(contract().items())
    }


def files() -> dict[Path, str]:
    """The generated file with its text."""
    return {PAGE: between(PAGE.read_text(), BEGIN, END, table())}


def _table_row(output: ContractOutput[Any]) -> str:
    kind = TYPES[output.type] + (", **secret**" if output.secret else "")
    purpose = output.purpose
    if output.optional:
        purpose = f"{purpose} Missing {output.optional}."
    cells = [f"`{output.name}`", kind, purpose, output.changes, str(output.since)]
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.outputs", description="Write what follows from the contract of outputs."
    )
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument(
        "--check", action="store_true", help="write nothing; fail when something would change"
    )
    wanted.add_argument("--record", metavar="VERSION", help="record the contract that this release has")
    options = parser.parse_args(arguments)
    if options.record:
        GOLDEN.mkdir(parents=True, exist_ok=True)
        (GOLDEN / f"{options.record}.json").write_text(json.dumps(promises(), indent=2) + "\n")
        return 0
    return write(files(), check=options.check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
