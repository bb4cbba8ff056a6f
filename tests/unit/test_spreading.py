"""Tests that share an environment really stay in one process, though pytest and pytest-xdist change."""

import pytest


def test_a_test_goes_by_its_group_where_tests_are_spread(request: pytest.FixtureRequest) -> None:
    spread = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@tests/unit/test_spreading.py") == spread
