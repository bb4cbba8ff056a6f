"""Fixtures of the tests on the real engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from tests.e2e.lone_resource import PASSWORD, LoneResource, lone_resource


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[LoneResource]:
    """A stack with IpAdvertising alone, and the simulated cluster it is about."""
    with lone_resource(tmp_path) as resource:
        yield resource


@pytest.fixture
def ambari(lone: LoneResource, monkeypatch: pytest.MonkeyPatch) -> Ambari:
    """A client of the same cluster's Ambari, independent of the stack."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(lone.bundle))
    return Ambari(Connection(lone.simulation.url, "admin", PASSWORD), "mykafka")
