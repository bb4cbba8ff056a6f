"""Topics by which brokers can't be spared: `topics_at_risk.py create SERVERS HOST FOLLOWER`.

`topics_at_risk.py controller SERVERS` prints where the controller is. Hosts are what brokers advertise.
"""

import sys
import time

from confluent_kafka.admin import AdminClient, NewTopic

ONE_REPLICA, TWO_REPLICAS = "1-replica", "2-replicas"
"""The first topics by name, since only a few are told in a sentence."""
_TIMEOUT = 30.0  # seconds


def create(admin: AdminClient, host: str, follower: str) -> None:
    """One with its only replica at `host`, and one that `follower` follows, which wants both in sync."""
    first, second = (_number(admin, one) for one in (host, follower))
    topics = [
        NewTopic(ONE_REPLICA, 1, replica_assignment=[[first]]),
        NewTopic(TWO_REPLICAS, 1, replica_assignment=[[first, second]], config={"min.insync.replicas": "2"}),
    ]
    for made in admin.create_topics(topics).values():
        made.result(_TIMEOUT)


def controller(admin: AdminClient) -> None:
    """Print where the controller is, once there is one."""
    while (metadata := admin.list_topics(timeout=_TIMEOUT)).controller_id not in metadata.brokers:
        time.sleep(0.2)
    print(metadata.brokers[metadata.controller_id].host)


def _number(admin: AdminClient, host: str) -> int:
    brokers = admin.list_topics(timeout=_TIMEOUT).brokers.values()
    [number] = [broker.id for broker in brokers if broker.host == host]
    return number


if __name__ == "__main__":
    command, servers, *hosts = sys.argv[1:]
    {"create": create, "controller": controller}[command](
        AdminClient({"bootstrap.servers": servers, "log_level": 0}), *hosts
    )
