"""The topics of the configuration, and what Kafka demands of them."""

from collections import Counter
from typing import Annotated

from pydantic import AfterValidator, Field

from . import names
from .checked import Checked, between
from .mistakes import broken


class Topic(Checked):
    """A Kafka topic that the program keeps in existence."""

    name: Annotated[str, AfterValidator(names.topic)]
    partitions: Annotated[int, between(1, 4000, "Kafka's advice for the partitions of one broker")] = 6
    replication_factor: Annotated[int, between(1, 32767, "Kafka keeps it in 16 bits")] = 3
    config: dict[str, str] = Field(default_factory=dict)


def agree(topics: tuple[Topic, ...], workers: int | None) -> tuple[Topic, ...]:
    """Topics that can exist side by side on that many `workers`; None where that number is wrong itself."""
    if not topics:
        raise broken(
            "must have at least one topic", right='pulumi config set --path "topics[0].name" messages'
        )
    # Kafka names its metrics after topics, with underscores for full stops, and refuses a clash.
    metrics = Counter(topic.name.replace(".", "_") for topic in topics)
    if alike := sorted({topic.name for topic in topics if metrics[topic.name.replace(".", "_")] > 1}):
        raise broken(f"must differ in more than `.` and `_`: {', '.join(alike)}", source=names.KAFKA_TOPIC)
    if workers and (spread := [topic.name for topic in topics if topic.replication_factor > workers]):
        rule = f"must have a replicationFactor of at most kafkaWorkers, {workers}, in {', '.join(spread)}"
        raise broken(rule, source="a broker keeps one copy at most", right=str(min(3, workers)))
    return topics
