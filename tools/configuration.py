"""Generates the schema in Pulumi.yaml and the reference table from the model of the configuration.

python -m tools.configuration          write both
python -m tools.configuration --check  write nothing; exit 1, naming the files, if one is out of date
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pydantic
import yaml
from pydantic.fields import FieldInfo

from components.settings import Settings
from components.settings.validation.about import Group, about
from components.settings.values.address_space import AddressSpace
from components.settings.values.namespaces import Namespace
from tools.generated import ROOT, between, write

BEGIN, END = "# begin: python -m tools.configuration", "# end"
TABLE_BEGIN, TABLE_END = "<!-- begin: python -m tools.configuration -->", "<!-- end -->"


def schema() -> dict[str, dict[str, Any]]:
    """The settings as the `config` of Pulumi.yaml declares them.

    They have no types: the CLI would check them before the program runs, and stop at the first wrong one
    without naming its value or the other mistakes.
    """
    return {
        str(field.alias): {"description": field.description, "default": _default(field)}
        for field in Settings.model_fields.values()
    }


def reference() -> str:
    """The settings as Markdown: a heading and a table for each group."""
    fields = list(Settings.model_fields.values())
    return "\n".join(
        _table(group, [field for field in fields if about(field).group is group]) for group in Group
    )


def files() -> dict[Path, str]:
    """The generated files, each with its text."""
    declared = yaml.safe_dump({"config": schema()}, sort_keys=False, width=110, allow_unicode=True)
    project, page = ROOT / "Pulumi.yaml", ROOT / "docs" / "configuration.md"
    return {
        project: between(project.read_text(), BEGIN, END, declared),
        page: between(page.read_text(), TABLE_BEGIN, TABLE_END, reference()),
    }


def _default(field: FieldInfo) -> Any:
    return pydantic.TypeAdapter(field.rebuild_annotation()).dump_python(
        field.default, mode="json", by_alias=True, exclude_none=True
    )


def _type(annotation: Any) -> str:
    """The name of a type in YAML's terms."""
    if annotation == AddressSpace:
        return "string, or list of strings"
    if annotation == Namespace:
        return "string, or object"
    if get_origin(annotation) is Annotated:
        return _type(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        return f"list of {_type(get_args(annotation)[0])}s"
    if get_origin(annotation) is dict or _is_model(annotation):
        return "object"
    return {bool: "boolean", int: "integer"}.get(annotation, "string")


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)


def _table(group: Group, fields: Sequence[FieldInfo]) -> str:
    header = ["| setting | type | default | meaning | when changed |", "|---|---|---|---|---|"]
    return "\n".join([f"## {group}\n", *header, *map(_row, fields), ""])


def _row(field: FieldInfo) -> str:
    facts = about(field)
    kind = f"{_type(field.annotation)}, secret" if facts.set_secret else _type(field.annotation)
    cells = [f"`{field.alias}`", kind, _default_shown(field), field.description, facts.changed]
    return f"| {' | '.join(map(str, cells))} |"


def _default_shown(field: FieldInfo) -> str:
    """The default as a stack's YAML file writes it."""
    default = _default(field)
    if for_new := about(field).for_new:
        return f"`{for_new}` for a new cluster"
    if default in ("", []):
        return "required" if field.examples else "empty"
    written = yaml.safe_dump(default, default_flow_style=True, sort_keys=False, width=10_000)
    # For a plain scalar YAML writes a second line, which marks its end.
    return f"`{written.splitlines()[0]}`"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.configuration", description="Write what follows from the settings."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when something would change"
    )
    check = parser.parse_args(arguments).check
    return write(files(), check=check)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
