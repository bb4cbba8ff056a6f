"""Prints every message of a topic as a line of JSON; after a restart it resumes at its group's offsets."""

import json
import os
import signal
import sys
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

READY = Path("/tmp/ready")


def main() -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "group.id": "kafka-consumer",
            "auto.offset.reset": "earliest",
        }
    )
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
