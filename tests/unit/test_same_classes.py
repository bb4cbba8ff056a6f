"""The benchmark of previews loads the same classes of Pulumi's SDKs as the program does."""

import ast
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
AZURE = "pulumi_azure_native"


def test_the_program_measured_beside_this_one_loads_the_same_modules() -> None:
    modules = {
        module
        for path in (CHECKOUT / "__main__.py", *(CHECKOUT / "components").rglob("*.py"))
        for module in used(ast.parse(path.read_text()))
    }
    [listed] = [
        ast.literal_eval(node.value)
        for node in ast.parse((CHECKOUT / "bench" / "same_classes" / "__main__.py").read_text()).body
        if isinstance(node, ast.Assign)
    ]
    assert [*listed] == sorted(modules)


def used(tree: ast.AST) -> Iterator[str]:
    """Modules that a file takes from azure-native, or names below Kubernetes' SDK."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == AZURE:
            yield from (f"{AZURE}.{name.name}" for name in node.names)
        match node:
            case ast.Attribute(ast.Attribute(ast.Name("kubernetes"), group), version) if version[0] == "v":
                yield f"pulumi_kubernetes.{group}.{version}"
