"""What the program is said to need is what it imports."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAM = [CHECKOUT / "__main__.py", *(CHECKOUT / "components").rglob("*.py")]


def imported(path: Path) -> Iterator[str]:
    """Top-level names of the modules that a file imports, its own package left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def test_requirements_are_what_the_program_imports_pinned() -> None:
    modules = {name for path in PROGRAM for name in imported(path)}
    modules -= {"components", "__future__", *sys.stdlib_module_names}
    distributions = packages_distributions()
    needed = {re.sub(r"[-_.]+", "-", distributions[name][0]).lower() for name in modules}

    lines = (CHECKOUT / "requirements.txt").read_text().split()
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", line) for line in lines), "a requirement is not pinned"
    assert {line.split("==")[0] for line in lines} == needed
