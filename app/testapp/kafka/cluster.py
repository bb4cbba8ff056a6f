"""What the cluster says of itself: its brokers as it advertises them, and the topic's partitions."""

import ipaddress
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

# Timestamps that ask for offsets (ListOffsets, kafka.apache.org/protocol): the first one, and the one after
# the last.
_BEGIN, _END = -2, -1


@dataclass(frozen=True)
class Broker:
    """One broker; clients are sent to `host` and `port`, whatever they asked first."""

    id: int
    host: str
    port: int

    @property
    def reason(self) -> str | None:
        """Why clients outside the brokers' network can't use the address; None if they can."""
        return trouble_with(self.host)


@dataclass(frozen=True)
class Partition:
    """One partition of the topic; offsets are None while its leader does not tell them."""

    partition: int
    leader: int | None
    replicas: tuple[int, ...]
    in_sync_replicas: tuple[int, ...]
    begin: int | None
    end: int | None


@dataclass(frozen=True)
class Cluster:
    """The answer of some broker; `trouble` says why the topic can't be used, and is None if it can."""

    controller: int
    brokers: tuple[Broker, ...]
    topic: str
    partitions: tuple[Partition, ...]
    trouble: str | None

    def as_json(self) -> dict[str, Any]:
        """The form that the HTTP API shows."""
        return {
            "topic": self.topic,
            "controller": self.controller,
            "brokers": [{**asdict(broker), "reason": broker.reason} for broker in self.brokers],
            "partitions": [_partition_as_json(partition) for partition in self.partitions],
        }


def trouble_with(host: str) -> str | None:
    """Why a client behind a peering can't use what a broker advertises; None for an address.

    No name resolution crosses a peering, so that names of HDInsight's network mean nothing in AKS's.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return (
            "a name instead of an address: it means nothing outside of the brokers' network. "
            "IP advertising is not applied, or this broker was not restarted since"
        )
    return None


def ask(client: Consumer, topic: str, timeout: float) -> Cluster:
    """Ask any broker for the cluster and the leaders for their partitions' offsets; blocks.

    The client must be a consumer: asked by a producer, brokers may create a topic that is not there.

    Raises:
        KafkaException: no broker answered within `timeout` seconds.
    """
    metadata = client.list_topics(topic, timeout=timeout)
    found = metadata.topics[topic]
    leaders = {number: partition.leader for number, partition in found.partitions.items()}
    led = [number for number, leader in sorted(leaders.items()) if leader >= 0]
    begins, ends = (_offsets(client, topic, led, which, timeout) for which in (_BEGIN, _END))
    brokers = tuple(Broker(b.id, b.host, b.port) for _, b in sorted(metadata.brokers.items()))
    trouble = None if found.error is None else _trouble(topic, found.error)
    return Cluster(
        controller=metadata.controller_id,
        brokers=brokers,
        topic=topic,
        partitions=tuple(
            Partition(
                number,
                leaders[number] if leaders[number] >= 0 else None,
                tuple(partition.replicas),
                tuple(partition.isrs),
                begins.get(number),
                ends.get(number),
            )
            for number, partition in sorted(found.partitions.items())
        ),
        trouble=trouble or (None if ends else _silence(brokers, led)),
    )


def _offsets(
    client: Consumer, topic: str, partitions: list[int], which: int, timeout: float
) -> Mapping[int, int]:
    if not partitions:
        return {}
    asked = [TopicPartition(topic, number, which) for number in partitions]
    try:
        answers = client.offsets_for_times(asked, timeout=timeout)
    except KafkaException:
        # A leader that is going away: the rest of the answer is worth having.
        return {}
    return {
        answer.partition: answer.offset for answer in answers if answer.error is None and answer.offset >= 0
    }


def _trouble(topic: str, error: KafkaError) -> str:
    if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return f"the topic {topic} does not exist: declare it in the configuration, or create it"
    return f"the topic {topic}: {error.str()}"


def _silence(brokers: tuple[Broker, ...], led: list[int]) -> str:
    """Why a cluster that answers can't be used: nobody leads the topic, or clients are sent elsewhere."""
    if not led:
        return "no partition of the topic has a leader: the brokers that hold it are down, or still starting"
    named = sum(broker.reason is not None for broker in brokers)
    if not named:
        return "no broker that leads a partition of the topic can be reached where it says it is"
    return f"{named} of {len(brokers)} brokers send clients to a name instead of an address"


def _partition_as_json(partition: Partition) -> dict[str, Any]:
    return {
        "partition": partition.partition,
        "leader": partition.leader,
        "replicas": list(partition.replicas),
        "inSyncReplicas": list(partition.in_sync_replicas),
        "begin": partition.begin,
        "end": partition.end,
    }
