"""Waits until Kafka is in sync: `python in_sync.py BOOTSTRAP BROKERS`, on a node of AKS's network.

For each line of standard input it prints a line as soon as that many brokers are there and all replicas of
all partitions are in sync.
"""

import sys
import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

PAUSE_SECONDS = 0.1


def in_sync(admin: AdminClient, brokers: int) -> bool:
    """Whether that many brokers are there and all replicas in sync; False if no broker answers."""
    try:
        metadata = admin.list_topics(timeout=2)
    except KafkaException:
        return False
    partitions = [one for topic in metadata.topics.values() for one in topic.partitions.values()]
    return len(metadata.brokers) == brokers and all(
        len(one.isrs) == len(one.replicas) and one.leader in one.isrs for one in partitions
    )


if __name__ == "__main__":
    client = AdminClient({"bootstrap.servers": sys.argv[1], "log_level": 0, "reconnect.backoff.max.ms": 500})
    for _ in sys.stdin:
        while not in_sync(client, int(sys.argv[2])):
            time.sleep(PAUSE_SECONDS)
        print("in sync", flush=True)
