"""What each setting says about itself is complete, and agrees with the program that uses it."""

import ast

import pytest

from components.settings import Settings
from components.settings.validation.about import about
from tests.unit.test_main import CHECKOUT

MEANS_NOTHING = {"storage_role_seconds"}
"""Has no effect where the cluster exists already, and is not refused there either."""


def test_every_setting_says_all_about_itself() -> None:
    for field in Settings.model_fields.values():
        about(field)


def test_a_setting_that_says_nothing_is_found() -> None:
    silent = Settings.model_fields["location"].__class__(annotation=str, default="")
    with pytest.raises(TypeError, match=r"declare it with setting\(\)"):
        about(silent)


@pytest.mark.parametrize("thing", ["kafka", "aks", "registry", "hdinsight_network", "aks_network"])
def test_what_only_a_new_one_is_made_of_says_that_it_describes_it(thing: str) -> None:
    tree = ast.parse((CHECKOUT / "__main__.py").read_text())
    inside, everywhere = set[str](), list[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "settings":
            everywhere.append(node.attr)
        if isinstance(node, ast.BoolOp) and ast.unparse(node.values[0]) == f"existing.{thing}":
            inside |= {name.removeprefix("settings.") for name in attributes(node.values[1], "settings")}
    assert inside
    # A property stands for the setting that it is derived from.
    derived = {"aks_api_ranges": "aks_api_source_ranges", "dns_service_ip": "service_cidr"}
    only_there = {derived.get(name, name) for name in inside if everywhere.count(name) == 1}
    describing = {name for name, field in Settings.model_fields.items() if thing in about(field).describes}
    assert only_there - describing - MEANS_NOTHING == set()


def attributes(tree: ast.AST, of: str) -> set[str]:
    return {
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == of
    }


def test_a_secret_is_never_shown() -> None:
    secrets = {str(field.alias) for field in Settings.model_fields.values() if about(field).set_secret}
    assert secrets == {"ambariPassword", "appAccessToken", "kafkaPassword"}
    assert not [field for field in Settings.model_fields.values() if field.alias in secrets and field.repr]


def test_reference_shows_values_as_a_stack_s_file_writes_them() -> None:
    text = (CHECKOUT / "docs" / "configuration.md").read_text()
    assert "| `protect` | boolean | `true` |" in text
    assert "`True`" not in text
