"""Prints every message of a topic as a line of JSON; after a restart it resumes at its group's offsets."""

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

READY = Path("/tmp/ready")
LOGIN = {
    "security.protocol": "KAFKA_PROTOCOL",
    "ssl.ca.pem": "KAFKA_CA",
    "sasl.mechanism": "KAFKA_SASL_MECHANISM",
    "sasl.username": "KAFKA_USER",
    "sasl.password": "KAFKA_PASSWORD",
}
"""librdkafka's settings, each with the variable that holds it; one that is not set stays librdkafka's own."""


def settings(environ: Mapping[str, str]) -> dict[str, str | int]:
    """The consumer's settings out of its environment."""
    login = {name: environ[variable] for name, variable in LOGIN.items() if environ.get(variable)}
    return {
        "bootstrap.servers": environ["KAFKA_BOOTSTRAP_SERVERS"],
        "group.id": environ.get("KAFKA_GROUP", "kafka-consumer"),
        "auto.offset.reset": "earliest",
        **login,
    }


def main() -> None:
    consumer = Consumer(settings(os.environ))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    consumer.subscribe([os.environ["KAFKA_TOPIC"]], on_assign=_announce)
    try:
        while True:
            message = consumer.poll(1.0)
            if message is None:
                continue
            if error := message.error():
                print(f"Kafka: {error}", file=sys.stderr)
                continue
            text = (message.value() or b"").decode(errors="replace")
            print(json.dumps({"partition": message.partition(), "offset": message.offset(), "text": text}))
    finally:
        consumer.close()


def _announce(_consumer: Consumer, partitions: list[TopicPartition]) -> None:
    if partitions:
        READY.touch()


if __name__ == "__main__":
    main()
