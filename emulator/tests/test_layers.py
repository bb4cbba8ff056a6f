"""Which package of the emulator may import which: the table in emulator/README.md, held against the imports.

An import within a function counts like any other, and so would one for the type checker alone.
"""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import emulator

_ROOT = Path(emulator.__file__).parent
_ANY = "all of the above"


def _modules() -> dict[str, Path]:
    """The emulator's modules by their names within it, such as `azure/aks/response`, without its tests."""
    found = {}
    for path in sorted(_ROOT.rglob("*.py")):
        relative = path.relative_to(_ROOT)
        if relative.parts[0] != "tests":
            package = path.name == "__init__.py"
            found[str(relative.parent if package else relative.with_suffix(""))] = path
    return found


def _imports(module: str) -> Iterator[str]:
    """The modules of the emulator that one imports, named alike."""
    for node in ast.walk(_TREES[module]):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if _inner(name) in _MODULES else str(node.module) for name in whole]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        yield from (_inner(name) for name in names if name.split(".")[0] == "emulator")


def _inner(name: str) -> str:
    return "/".join(name.split(".")[1:]) or "."


def _table() -> dict[tuple[str, ...], set[str] | None]:
    """The rows of the table in its order: packages or modules, and what they import; None for everything."""
    text = (_ROOT / "README.md").read_text()
    [section] = re.findall(r"^## Packages$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?) \| .* \| (.*?) ?\|$", section, re.MULTILINE)
    return {_names(place): None if imports == _ANY else set(_names(imports)) for place, imports in rows}


def _names(cell: str) -> tuple[str, ...]:
    return tuple(re.findall("`(.+?)`", cell))


_MODULES = _modules()
_TREES = {module: ast.parse(path.read_text()) for module, path in _MODULES.items()}
_TABLE = _table()
_ROWS = list(_TABLE)


def _place(module: str) -> str:
    """The name in the table of what a module belongs to: its own, or its package's."""
    parent = str(Path(module).parent)
    names = {name for row in _ROWS for name in row}
    return module if module in names else parent if _MODULES[module].name != "__init__.py" else module


def _imported_places(row: tuple[str, ...]) -> set[str]:
    members = [module for module in _MODULES if _place(module) in row]
    assert members, f"the table names {row}, and there is none"
    return {_place(other) for module in members for other in _imports(module)} - set(row)


@pytest.mark.parametrize("row", _ROWS, ids=" ".join)
def test_a_package_imports_what_the_table_says_and_nothing_else(row: tuple[str, ...]) -> None:
    listed = _TABLE[row]
    assert listed is None or _imported_places(row) == listed


@pytest.mark.parametrize("row", _ROWS, ids=" ".join)
def test_a_package_imports_only_those_above_it_in_the_table(row: tuple[str, ...]) -> None:
    above = {name for other in _ROWS[: _ROWS.index(row)] for name in other}
    assert _imported_places(row) <= above


def test_the_table_has_every_package_and_module() -> None:
    code = [module for module, tree in _TREES.items() if tree.body[1:]]
    names = {name for row in _ROWS for name in row}
    assert [module for module in code if _place(module) not in names] == []
    assert len(_ROWS) > 15


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {module: set(_imports(module)) - {module} for module in _MODULES}
    assert sum(map(len, graph.values())) > len(graph)
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_a_token_of_a_type_stands_in_one_place() -> None:
    """A second one would look the type up without importing it, and hide who needs whom."""
    places: dict[str, list[str]] = {}
    for module, tree in _TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and re.fullmatch(r"azure-native:\w+:[A-Z]\w+", str(node.value)):
                places.setdefault(str(node.value), []).append(module)
    assert len(places) > 10
    assert {token: found for token, found in places.items() if len(found) > 1} == {}
