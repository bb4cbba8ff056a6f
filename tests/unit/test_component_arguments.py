"""Components get everything that they need as arguments, of one frozen class each."""

import ast
import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import pulumi
import pytest

COMPONENTS = Path(__file__).resolve().parents[2] / "components"


def component_classes() -> Iterator[type[pulumi.ComponentResource]]:
    for file in sorted(COMPONENTS.rglob("*.py")):
        names = [*file.relative_to(COMPONENTS.parent).with_suffix("").parts]
        module = importlib.import_module(".".join(names).removesuffix(".__init__"))
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, pulumi.ComponentResource) and found.__module__ == module.__name__:
                yield found


FOUND = list(component_classes())


def test_components_are_found() -> None:
    assert {"AksCluster", "KafkaCluster", "KafkaTestApp", "PeeredNetworks"} <= {one.__name__ for one in FOUND}


@pytest.mark.parametrize("component", FOUND)
def test_a_component_takes_its_name_one_frozen_class_and_options(
    component: type[pulumi.ComponentResource],
) -> None:
    _, name, arguments, opts = inspect.signature(component.__init__).parameters
    hints = get_type_hints(component.__init__)
    assert (name, opts, hints[name]) == ("name", "opts", str)
    assert dataclasses.is_dataclass(hints[arguments])
    assert hints[arguments].__dataclass_params__.frozen


def test_nothing_below_the_program_reads_the_configuration_by_itself() -> None:
    reading = [
        f"{file.relative_to(COMPONENTS)}:{node.lineno}"
        for file in COMPONENTS.rglob("*.py")
        if "Config" in file.read_text()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and "Config" in vars(node.func).values()
    ]
    assert reading == []
