"""Tests that share an environment really stay in one process, though pytest and pytest-xdist change."""

import pytest
from hypothesis import settings


def test_a_test_goes_by_its_group_where_tests_are_spread(request: pytest.FixtureRequest) -> None:
    spread = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@tests/unit/test_spreading.py") == spread


def test_no_example_fails_for_the_time_that_it_takes() -> None:
    assert settings().deadline is None
