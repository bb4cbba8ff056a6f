"""Topics that suffer when brokers are away: `troubled_topics.py create SERVERS HOST`, `delete SERVERS`."""

import sys

from confluent_kafka.admin import AdminClient, NewTopic

_TIMEOUT = 30.0  # seconds


def create(admin: AdminClient, host: str) -> None:
    """`narrow` has its one replica on the broker at `host`, `strict` wants two of three replicas in sync."""
    brokers = admin.list_topics(timeout=_TIMEOUT).brokers.values()
    [number] = [broker.id for broker in brokers if broker.host == host]
    topics = [
        NewTopic("narrow", 1, replica_assignment=[[number]]),
        NewTopic("strict", 1, 3, config={"min.insync.replicas": "2"}),
    ]
    for made in admin.create_topics(topics).values():
        made.result(_TIMEOUT)


def delete(admin: AdminClient) -> None:
    """Both of them."""
    for gone in admin.delete_topics(["narrow", "strict"]).values():
        gone.result(_TIMEOUT)


if __name__ == "__main__":
    command, servers, *hosts = sys.argv[1:]
    {"create": create, "delete": delete}[command](AdminClient({"bootstrap.servers": servers}), *hosts)
