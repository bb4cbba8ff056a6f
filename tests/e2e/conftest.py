"""Fixtures of the tests on the real engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from tests.e2e.lone_resource import PASSWORD, LoneResource, lone_resource


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[LoneResource]:
    with lone_resource(tmp_path) as resource:
        yield resource


@pytest.fixture
def ambari(lone: LoneResource, monkeypatch: pytest.MonkeyPatch) -> Ambari:
    """The same cluster as somebody else sees it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(lone.bundle))
    return Ambari(Connection(lone.simulation.url, "admin", PASSWORD), "mykafka")
