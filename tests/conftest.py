"""One environment, brought up once, for every test that only uses it.

Tests of the command line and of the page share it, so it stands above both. Unit tests load this file too, so
what an environment takes is imported by the fixture that makes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.environment import Environment


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    from tests.e2e.environment import Environment

    environment = Environment(tmp_path_factory.mktemp("environment") / "world")
    try:
        environment.succeed("up")
        yield environment
    finally:
        environment.succeed("down")


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Environment]:
    """A world in which nothing has happened yet."""
    from tests.e2e.environment import Environment

    environment = Environment(tmp_path / "world")
    yield environment
    environment.run("down")
