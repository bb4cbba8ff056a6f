"""What the cluster's answers mean for those who ask from elsewhere."""

from typing import Any, cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException
from confluent_kafka.admin import BrokerMetadata, ClusterMetadata, PartitionMetadata, TopicMetadata
from testapp.kafka.cluster import ask


class Unreachable:
    """A client that gets metadata over its first connection, and nothing from where that sends it."""

    def __init__(self, hosts: list[str], leader: int = 0) -> None:
        self._metadata = ClusterMetadata()
        topic = self._metadata.topics["messages"] = TopicMetadata()
        topic.partitions[0] = PartitionMetadata()
        topic.partitions[0].leader = leader
        for number, host in enumerate(hosts):
            self._metadata.brokers[number] = BrokerMetadata()
            vars(self._metadata.brokers[number]).update(id=number, host=host, port=9092)

    def list_topics(self, topic: str, timeout: float) -> ClusterMetadata:
        return self._metadata

    def offsets_for_times(self, partitions: Any, timeout: float) -> Any:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT))


@pytest.mark.parametrize(
    ("hosts", "trouble"),
    [
        (["wn0-kafka", "10.10.0.5"], "1 of 2 brokers send clients to a name instead of an address"),
        (["10.10.0.4"], "no broker that leads a partition of the topic can be reached where it says it is"),
    ],
)
def test_a_cluster_that_answers_and_can_not_be_used_says_why(hosts: list[str], trouble: str) -> None:
    assert ask(cast(Consumer, Unreachable(hosts)), "messages", 1).trouble == trouble


def test_a_topic_without_any_leader_is_told_from_leaders_that_are_out_of_reach() -> None:
    cluster = ask(cast(Consumer, Unreachable(["10.10.0.4"], leader=-1)), "messages", 1)
    assert cluster.trouble is not None
    assert cluster.trouble.startswith("no partition of the topic has a leader")
    assert cluster.partitions[0].leader is None
