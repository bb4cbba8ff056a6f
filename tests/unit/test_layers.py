"""Who may know of whom: by imports between folders, and by words where nothing is imported."""

import ast
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
COMPONENTS = CHECKOUT / "components"
UNIT = CHECKOUT / "tests" / "unit"
PROCESSES = CHECKOUT / "tests" / "processes"
PROGRAM = [CHECKOUT / "__main__.py", *COMPONENTS.rglob("*.py")]
EMULATOR = [
    path
    for path in (CHECKOUT / "emulator").rglob("*.py")
    if "tests" not in path.relative_to(CHECKOUT / "emulator").parts
]
APP = [path for path in (CHECKOUT / "app").rglob("*") if path.suffix in {".py", ".js", ".html", ".txt"}]
ACCESS = {"aks_access", "kafka_access", "roles"}
"""Modules at the top of components/ that form a floor of their own, below what reads existing resources."""


def test_neither_program_nor_app_knows_that_azure_can_be_emulated() -> None:
    files = [*PROGRAM, *APP, CHECKOUT / "app" / "Dockerfile"]
    knowing = [path for path in files if re.search("emulat|stand-in", path.read_text(), re.IGNORECASE)]
    assert [str(path.relative_to(CHECKOUT)) for path in knowing] == []


def test_the_emulator_borrows_no_rule_of_what_it_judges() -> None:
    def imported(path: Path) -> set[str]:
        nodes = list(ast.walk(ast.parse(path.read_text())))
        plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        absolute = [node for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
        return plain | {str(node.module) for node in absolute}

    assert EMULATOR
    borrowing = [
        str(path.relative_to(CHECKOUT))
        for path in EMULATOR
        if any(name.split(".")[0] in ("components", "testapp", "policy") for name in imported(path))
    ]
    assert borrowing == []


def test_unit_tests_load_neither_the_emulator_nor_what_drives_it() -> None:
    tests = [*sorted(UNIT.rglob("*.py")), *sorted(PROCESSES.rglob("*.py"))]
    files = [CHECKOUT / "conftest.py", CHECKOUT / "tests" / "conftest.py", *tests]
    assert len(files) > 30, "the unit tests have moved"
    wrong = {
        f"{file.relative_to(CHECKOUT)} imports {name}"
        for file in files
        for name in loaded(file)
        if re.match(r"(emulator|bench|selenium|tests\.(?!unit\b|processes\b))", name)
    }
    assert wrong == set()


def floors() -> dict[str, set[str]]:
    """The first table of docs/architecture.md's floors: each of them, with those that it may import."""
    return tables()[0]


def rooms() -> dict[str, set[str]]:
    """The second one: each room within a floor, and the modules at its top, with what they may import."""
    return tables()[1]


@functools.cache
def tables() -> list[dict[str, set[str]]]:
    text = (CHECKOUT / "docs" / "architecture.md").read_text()
    section = text.partition("\n## Floors\n")[2].partition("\n## ")[0]
    rows = r"^\| `([\w/]+)`[^|]*\| ([^|]*) \|$"
    return [
        {name: set(re.findall(r"`([\w/]+)`", below)) for name, below in re.findall(rows, part, re.MULTILINE)}
        for part in section.split("|---|---|")[1:]
    ]


FLOORS = (
    "settings/",
    "outputs/",
    "replication/",
    "running/",
    "access",
    "existing/",
    "ambari/",
    "cluster/",
    "resources",
)


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_of_the_components_imports_only_those_below_it(floor: str) -> None:
    allowed = {floor, *floors()[floor]}
    assert imports_of(floor, floor_of, lambda imported: floor_of(imported) not in allowed) == []


def imports_of(place: str, place_of: Callable[[Path], str], wrong: Callable[[Path], bool]) -> list[str]:
    """What the modules of a floor or room import that is wrong."""
    files = [file for file in sorted(COMPONENTS.rglob("*.py")) if place_of(file) == place]
    assert files, f"{place} has moved"
    return [
        f"{file.relative_to(CHECKOUT)} imports {imported}"
        for file in files
        for imported in imports(file)
        if wrong(imported)
    ]


def test_no_floor_is_above_and_below_another() -> None:
    table = floors()
    assert set(table) == set(FLOORS)
    assert not [(one, other) for one in table for other in table[one] if one in table.get(other, set())]


ROOMS = (
    "ambari/",
    "ambari/api/",
    "ambari/configuration/",
    "ambari/rolling_restart/",
    "settings/",
    "settings/azure/",
    "settings/groups/",
    "settings/objects/",
    "settings/recorded/",
    "settings/validation/",
    "settings/values/",
)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_within_a_floor_imports_only_those_below_it(room: str) -> None:
    floor, allowed = f"{room.partition('/')[0]}/", {room, *rooms()[room]}

    def above(imported: Path) -> bool:
        return floor_of(imported) == floor and room_of(imported) not in allowed

    assert imports_of(room, room_of, above) == []


def test_each_room_stands_in_the_table_and_says_what_it_holds() -> None:
    found = {room_of(file) for file in COMPONENTS.rglob("*.py")}
    with_rooms = {room.partition("/")[0] + "/" for room in found if room.count("/") > 1}
    assert set(rooms()) == set(ROOMS) == {room for room in found if room.startswith(tuple(with_rooms))}
    faces = {room: ast.parse((COMPONENTS / room / "__init__.py").read_text()) for room in ROOMS}
    assert [room for room, face in faces.items() if not ast.get_docstring(face)] == []


def test_no_room_is_above_and_below_another() -> None:
    table = rooms()
    assert not [(one, other) for one in table for other in table[one] if one in table[other]]


def test_modules_of_the_components_import_each_other_in_no_circle() -> None:
    graph = {file: set(imports(file)) for file in COMPONENTS.rglob("*.py")}
    left = dict(graph)
    while free := [file for file, needed in left.items() if not needed & left.keys()]:
        for file in free:
            del left[file]
    assert [str(file.relative_to(CHECKOUT)) for file in left] == []


def loaded(file: Path) -> Iterator[str]:
    """Names of the modules that come with a module of tests: what a function imports when called does not."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file} has a relative import"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def floor_of(file: Path) -> str:
    """The folder of a module of components/; of those at its top, `access` or `resources`."""
    folder, *rest = file.relative_to(COMPONENTS).parts
    if rest:
        return f"{folder}/"
    return "access" if file.stem in ACCESS else "resources"


def room_of(file: Path) -> str:
    """The folder of a module of components/, within its floor: empty for those at the top of components/."""
    return "".join(f"{folder}/" for folder in file.relative_to(COMPONENTS).parts[:-1])


def imports(file: Path) -> Iterator[Path]:
    """The modules of components/ that a module of components/ imports, whether at once or when called."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("components")):
            package = file.parents[node.level - 1] if node.level else CHECKOUT
            base = package.joinpath(*(node.module or "").split(".")) if node.module else package
            for name in node.names:
                yield _module(base / name.name) or _module(base) or base
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("components"):
                    yield _module(CHECKOUT.joinpath(*name.name.split("."))) or CHECKOUT


def _module(path: Path) -> Path | None:
    """The file of a module or of a package."""
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            return file
    return None
