"""Mock brokers inside this process (librdkafka's), and a page over them."""

from collections.abc import Iterator

import pytest
from confluent_kafka import Producer
from replica import TOPIC, Page, Replica


@pytest.fixture(scope="session")
def brokers() -> Iterator[str]:
    owner = Producer({"test.mock.num.brokers": 3, "log_level": 2})
    metadata = owner.list_topics(TOPIC, timeout=10)
    yield ",".join(f"{broker.host}:{broker.port}" for broker in metadata.brokers.values())
    owner.flush(1)


@pytest.fixture
def page(brokers: str) -> Iterator[Page]:
    with Replica(brokers) as page:
        yield page
