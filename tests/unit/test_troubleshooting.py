"""docs/troubleshooting.md: each symptom is one that the program shows, and says how it is known."""

import re

import pytest

from tests.unit.documents import CHECKOUT

MARKDOWN = (CHECKOUT / "docs" / "troubleshooting.md").read_text()
NOT_OURS = {
    "the stack is currently locked by",
    "cannot create already existing resource",
    "TasksOperationsNotAllowed",
}
"""What Pulumi says, azure-native, and Azure."""


def section(heading: str) -> str:
    return MARKDOWN.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def first_cells(heading: str) -> list[str]:
    rows = re.findall(r"^\| (.+?) \| ", section(heading), re.MULTILINE)
    return [cell for cell in rows if cell not in ("what it says", "symptom")]


SAID = [*first_cells("Pulumi says"), *first_cells("The page says")]
SOURCES = [
    " ".join(re.sub(r'"\s*\n\s*f?"', "", file.read_text()).split())
    for folder in ("components", "app/testapp")
    for file in (CHECKOUT / folder).rglob("*.py")
]


def test_every_symptom_says_how_it_is_known() -> None:
    symptoms = [*re.findall(r"^### (.+)$", section("The check says"), re.MULTILINE), *SAID]
    assert len(symptoms) > 30
    assert first_cells("How each is known") == symptoms


@pytest.mark.parametrize("cell", [cell for cell in SAID if "`" in cell])
def test_what_is_quoted_is_what_the_program_says(cell: str) -> None:
    [quoted] = re.findall("`(.+?)`", cell)
    parts = re.split(" ?… | theirs ", quoted)
    assert quoted in NOT_OURS or any(all(part in source for part in parts) for source in SOURCES), parts
