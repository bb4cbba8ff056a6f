"""The changelog begins with what is not released yet, and the package has the version that comes next."""

import re
import tomllib
from pathlib import Path

from packaging.version import Version

CHECKOUT = Path(__file__).resolve().parents[2]
CHANGELOG = (CHECKOUT / "CHANGELOG.md").read_text()
HEADINGS = re.findall(r"^## (.+)$", CHANGELOG, re.MULTILINE)
KINDS = {"To do", "Existing stacks", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_versions_stand_newest_first_after_what_is_not_released() -> None:
    unreleased, *released = HEADINGS
    assert unreleased == "Unreleased"
    numbers, dates = zip(*(heading.split(" - ") for heading in released), strict=True)
    assert list(numbers) == sorted(numbers, key=Version, reverse=True)
    assert list(dates) == sorted(dates, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", date) for date in dates)


def test_entries_stand_under_the_kinds_that_there_are() -> None:
    assert set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE)) <= KINDS


def test_each_version_after_the_first_begins_with_what_a_user_has_to_do() -> None:
    *later, _first = re.split(r"^## .+$", CHANGELOG, flags=re.MULTILINE)[1:]
    told = [re.findall(r"^### (.+)\n\n(- )?", section, re.MULTILINE) for section in later if section.strip()]
    assert told
    assert [kinds[0] for kinds in told] == [("To do", "- ")] * len(told)


def test_the_package_has_the_version_after_the_last_one_released() -> None:
    version = Version(tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"])
    last = Version(HEADINGS[1].split(" - ")[0])
    assert version > last or (version == last and "## Unreleased\n\n## " in CHANGELOG)
    assert version == last or version.is_devrelease
