"""What `make unit` leaves out is little, and `make test` runs it."""

import re
from collections import Counter

import pytest

from tests.unit.documents import CHECKOUT

MAKEFILE = (CHECKOUT / "Makefile").read_text()


def asked_of_pytest(target: str) -> str:
    """The arguments with which a target starts pytest."""
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe, f"there is no make {target}"
    [arguments] = re.findall(r"^\t@\$\(PYTEST\) (.*)$", recipe[1], re.MULTILINE)
    return arguments


def test_the_loop_of_all_selects_no_unit_tests() -> None:
    assert "$(QUICK)" in asked_of_pytest("unit")
    arguments = asked_of_pytest("test")
    assert not re.search(r"QUICK|(?<!\S)-[mk]|--deselect|--hypothesis-profile|tests/unit", arguments)


def test_what_is_left_out_is_a_tenth_of_the_unit_tests_at_most_and_no_whole_file(
    request: pytest.FixtureRequest,
) -> None:
    """Of the tests that this run has collected: in `make unit` the others are gone already."""
    items = request.session.items
    unit = Counter(item.path for item in items if item.path.is_relative_to(CHECKOUT / "tests" / "unit"))
    thorough = Counter(item.path for item in items if item.get_closest_marker("thorough"))
    assert not thorough.keys() - unit.keys(), "make unit runs nothing of these anyway"
    assert [path for path, number in thorough.items() if number == unit[path]] == []
    assert thorough.total() <= unit.total() / 10
