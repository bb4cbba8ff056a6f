"""Decisions are dated records of one form, and the index names each of them."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adr"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
SECTIONS = ["Context", "Decision", "Alternatives", "Consequences"]


def test_records_are_numbered_without_a_gap() -> None:
    assert RECORDS
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_the_index_names_each_record_with_its_title_and_date(record: Path) -> None:
    text = record.read_text()
    heading = re.match(r"# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d) · Status: \S", text)
    assert heading, f"{record.name} does not begin with number, title, date and status"
    number, title, date = heading.groups()
    assert int(number) == int(record.name[:4])
    assert f"| [{number}]({record.name}) | {title} | {date} |" in (FOLDER / "README.md").read_text()


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.stem)
def test_each_says_what_was_considered_and_what_follows(record: Path) -> None:
    assert re.findall(r"^## (.+)$", record.read_text(), re.MULTILINE) == SECTIONS
