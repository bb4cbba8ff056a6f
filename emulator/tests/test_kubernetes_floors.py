"""Which folder of the emulated Kubernetes may import which."""

import ast
from pathlib import Path

import pytest

from emulator import kubernetes

_ROOT = Path(kubernetes.__file__).parent
_PACKAGE = kubernetes.__name__
# Each may import those before it; modules that lie flat (cluster, specification) see below.
_FLOORS = ("server", "controllers", "node", "services", "provider")


def _imported(folder: str) -> set[str]:
    """The parts of the package, folders or modules, that modules of `folder` import."""
    modules = sorted((_ROOT / folder).rglob("*.py"))
    assert len(modules) > 1
    names: set[str] = set()
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == _PACKAGE:
                names |= {f"{_PACKAGE}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    return {name.split(".")[2] for name in names if name.startswith(f"{_PACKAGE}.")}


@pytest.mark.parametrize("folder", _FLOORS)
def test_a_folder_imports_only_those_below_it(folder: str) -> None:
    below = set(_FLOORS[: _FLOORS.index(folder) + 1])
    flat = {"server": set(), "node": {"specification"}, "provider": {"cluster"}}.get(folder, set())
    assert _imported(folder) <= below | flat


def test_every_folder_has_a_floor() -> None:
    assert {path.parent.name for path in _ROOT.glob("*/__init__.py")} == set(_FLOORS)
