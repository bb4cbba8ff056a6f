"""A Kafka client, run on a node of a world: `python kafka_client.py COMMAND ARGUMENT`. Prints JSON."""

import json
import socket
import sys
import time
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

_TIMEOUT = 10.0  # seconds
TOPIC = "facts"


def brokers(bootstrap: str) -> dict[int, str]:
    """Which brokers the cluster names to a client, by id."""
    metadata = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=_TIMEOUT)
    return {broker.id: f"{broker.host}:{broker.port}" for broker in metadata.brokers.values()}


def create_topic(bootstrap: str) -> None:
    """Makes a topic whose replicas lie on every broker."""
    topic = NewTopic(TOPIC, num_partitions=3, replication_factor=3)
    client = AdminClient({"bootstrap.servers": bootstrap})
    client.create_topics([topic])[TOPIC].result(_TIMEOUT)


def produce(bootstrap: str, text: str) -> dict[str, Any]:
    """Sends a message; says whether it was acknowledged, and which errors the client met on the way."""
    errors: set[str] = set()
    outcome: list[bool] = []
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "message.timeout.ms": 3000,
            "error_cb": lambda error: errors.add(error.str()),
        }
    )

    def delivered(error: KafkaError | None, _message: Message) -> None:
        outcome.append(error is None)

    producer.produce(TOPIC, text, on_delivery=delivered)
    producer.flush(_TIMEOUT)
    return {"acknowledged": outcome == [True], "errors": sorted(errors)}


def consume(bootstrap: str, count: str) -> list[str]:
    """The topic's first messages, `count` of them, or as many as there are after a while."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "none", "enable.auto.commit": False})
    metadata = consumer.list_topics(TOPIC, _TIMEOUT)
    consumer.assign([TopicPartition(TOPIC, number, 0) for number in metadata.topics[TOPIC].partitions])
    texts: list[str] = []
    deadline = time.monotonic() + _TIMEOUT
    while len(texts) < int(count) and time.monotonic() < deadline:
        message = consumer.poll(1.0)
        if message is not None and message.error() is None:
            texts.append((message.value() or b"").decode())
    consumer.close()
    return sorted(texts)


def resolve(name: str) -> str | None:
    """The address of a host name, or None."""
    try:
        return socket.gethostbyname(name)
    except socket.gaierror:
        return None


if __name__ == "__main__":
    commands = {
        "brokers": brokers,
        "create-topic": create_topic,
        "produce": produce,
        "consume": consume,
        "resolve": resolve,
    }
    try:
        print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
    except KafkaException as failure:
        sys.exit(str(failure))
