"""One environment, brought up once, for every test that only uses it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.environment import Environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    environment = Environment(tmp_path_factory.mktemp("environment") / "world")
    try:
        environment.succeed("up")
        yield environment
    finally:
        environment.succeed("down")


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Environment]:
    """A world in which nothing has happened yet."""
    environment = Environment(tmp_path / "world")
    yield environment
    environment.run("down")
