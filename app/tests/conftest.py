"""Mock brokers (librdkafka's), and a page over them."""

from collections.abc import Iterator

import pytest
from replica import Brokers, Page, Replica, start_brokers


@pytest.fixture(scope="session")
def brokers() -> Iterator[str]:
    yield from (brokers.servers for brokers in start_brokers())


@pytest.fixture
def own_brokers() -> Iterator[Brokers]:
    """Brokers that a test may do anything to."""
    yield from start_brokers()


@pytest.fixture(scope="session")
def page(brokers: str) -> Iterator[Page]:
    with Replica(brokers) as page:
        yield page
