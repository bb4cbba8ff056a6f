"""docs/security.md names the secrets, roles and settings that there are."""

import re

from components.roles import Role
from components.settings import Settings
from components.settings.validation.about import about
from tests.unit.documents import CHECKOUT, spans
from tests.unit.test_main import OUTPUTS

DOCUMENT = (CHECKOUT / "docs" / "security.md").read_text()
SETTINGS = {str(field.alias): field for field in Settings.model_fields.values()}


def section(heading: str) -> str:
    return DOCUMENT.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def first_cells(heading: str) -> list[str]:
    rows = [line for line in section(heading).splitlines() if line.startswith("| ")]
    return [row.split(" | ")[0].removeprefix("| ") for row in rows[1:]]


def test_every_secret_setting_has_a_row() -> None:
    secret = {name for name, field in SETTINGS.items() if about(field).set_secret}
    rows = {name for cell in first_cells("Which secrets there are") for name in re.findall("`(.+?)`", cell)}
    assert rows == {*secret, "kubeconfig"}


def test_every_role_that_the_program_assigns_has_a_row() -> None:
    rights = section("Who has which rights")
    named = {re.sub("[ _]", "", role.name).lower() for role in Role}
    cells = {cell.strip().replace(" ", "").lower() for row in rights.splitlines() for cell in row.split("|")}
    assert named <= cells
    assert f"to the {['', 'one', 'two', 'three', 'four'][len(Role)]} below" in rights


def test_settings_and_outputs_that_it_names_exist() -> None:
    named = {span for span in spans(DOCUMENT) if re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)+", span)}
    assert {"ambariSourceRanges", "appSourceRanges"} <= named
    assert named - {*SETTINGS, *OUTPUTS} == set()
