"""docs/evidence.md says of each behaviour of Azure's how it is known, and what it names is there."""

import re
from dataclasses import dataclass

from tests.unit.documents import CHECKOUT

KINDS = {"recorded", "documented", "described", "seen", "believed"}
RECORDINGS = CHECKOUT / "emulator" / "tests" / "recordings" / "azure"
DOCUMENT = (CHECKOUT / "docs" / "evidence.md").read_text()
EMULATOR = (CHECKOUT / "emulator" / "README.md").read_text()


@dataclass(frozen=True)
class Row:
    behaviour: str
    kind: str
    source: str
    held_by: str


def rows() -> list[Row]:
    """The rows of the document's tables."""
    cells = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| ")]
    return [Row(*row) for row in cells if row[0] != "behaviour"]


def beliefs() -> dict[str, str]:
    """What the emulator believes, with where the belief comes from."""
    _, _, after = EMULATOR.partition("\n## What is believed\n")
    section, _, _ = after.partition("\n## ")
    cells = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {belief: source for belief, source in cells if belief != "believed"}


def test_each_behaviour_is_known_in_one_of_the_ways_that_the_document_explains() -> None:
    assert len(rows()) > 50
    assert {row.kind for row in rows()} == KINDS
    assert set(re.findall(r"^- \*\*(\w+)\*\*:", DOCUMENT, re.MULTILINE)) == KINDS
    behaviours = [row.behaviour for row in rows()]
    assert len(behaviours) == len(set(behaviours))


def test_each_names_a_test_that_there_is() -> None:
    for row in rows():
        paths = re.findall(r"`([^`]+)`", row.held_by)
        assert paths, row.behaviour
        assert [path for path in paths if not (CHECKOUT / path).is_file()] == []


def test_each_recording_is_named_and_there() -> None:
    named = {name for row in rows() for name in re.findall(r"`([\w-]+\.json)`", row.source)}
    assert named == {path.name for path in RECORDINGS.glob("*.json")}
    of_others = [row for row in rows() if row.kind != "recorded" and ".json`" in row.source]
    assert of_others == []


def test_what_is_documented_says_where() -> None:
    documented = [row for row in rows() if row.kind == "documented"]
    assert [row for row in documented if "https://learn.microsoft.com/" not in row.source] == []


def test_every_belief_of_the_emulator_is_among_those_here() -> None:
    assert len(beliefs()) > 10
    here = {row.behaviour: row.source for row in rows() if row.kind == "believed"}
    assert {belief: here.get(belief) for belief in beliefs()} == beliefs()
    elsewhere = EMULATOR.replace("## What is believed", "").lower()
    assert len(re.findall(r"\bbelieved\b", elsewhere)) == 2, "a belief stands outside the table"
