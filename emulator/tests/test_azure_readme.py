"""The list of Azure's refusals says what the code does, and each has a test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import emulator

_ROOT = Path(emulator.__file__).parent


def test_the_list_has_every_code_and_no_other() -> None:
    listed = set(re.findall(r"\| `([A-Z]\w+)` \|$", (_ROOT / "README.md").read_text(), re.MULTILINE))
    assert listed == _codes()


def test_codes_are_found_in_the_package_of_each_service_that_refuses() -> None:
    refusing = {module.parent.name for module in _modules() if _codes_of(module)}
    services = {"aks", "authorization", "hdinsight", "network", "registry", "storage"}
    assert refusing == {*services, "resource_manager", "provider"}


def test_every_code_has_a_test() -> None:
    tests = "".join(path.read_text() for path in Path(__file__).parent.rglob("test_azure_*.py"))
    assert [code for code in sorted(_codes()) if f'"{code}"' not in tests] == []


def _codes() -> set[str]:
    return {code for module in _modules() for code in _codes_of(module)}


def _modules() -> list[Path]:
    return sorted((_ROOT / "azure").rglob("*.py"))


def _codes_of(path: Path) -> set[str]:
    return set(_codes_in(ast.parse(path.read_text())))


def _codes_in(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name("Refused"), args=[_, ast.Constant(str(code)), *_]):
                yield code
            case ast.Assign(targets=[ast.Name("in_use_code")], value=ast.Constant(str(code))):
                yield code
