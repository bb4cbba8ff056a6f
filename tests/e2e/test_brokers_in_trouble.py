"""Brokers that hang and brokers that died: what the check says of each, and that its advice helps."""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.troubleshooting import is_documented

from .environment import Environment, eventually
from .live_kafka import LiveKafka, bundle
from .test_check import check

_TOPICS = Path(__file__).with_name("troubled_topics.py")
_PID_FILES = {"wn": "/run/kafka/kafka.pid", "zk": "/run/zookeeper/zookeeper_server.pid"}


@dataclass(frozen=True)
class Trouble:
    """What can happen to the processes of the cluster's nodes, and to topics."""

    environment: Environment

    def signal(self, name: str, *nodes: str) -> None:
        """Send a signal to the broker or ZooKeeper of each node."""
        for node in nodes:
            command = f"kill -{name} $(cat {_PID_FILES[node[:2]]})"
            self.environment.succeed("exec", node, "--", "sh", "-c", command)

    def topics(self, command: str, *hosts: str) -> None:
        """Run troubled_topics.py in AKS's network."""
        servers = self.environment.outputs()["bootstrapServers"]
        self.environment.succeed("exec", "aks", "--", sys.executable, str(_TOPICS), command, servers, *hosts)

    def nodes(self, role: str) -> list[str]:
        """Short names of the workers (wn) or ZooKeepers (zk): they are numbered with gaps."""
        names = [node["name"].rpartition("/")[2] for node in self.environment.status()["nodes"]]
        return sorted(name for name in names if re.fullmatch(rf"{role}\d+", name))

    def address(self, node: str) -> str:
        return self.environment.succeed("exec", node, "--", "hostname", "-i").strip()


@pytest.fixture
def trouble(environment: Environment) -> Iterator[Trouble]:
    trouble = Trouble(environment)
    trouble.topics("create", trouble.address(trouble.nodes("wn")[-1]))
    yield trouble
    trouble.topics("delete")


def test_brokers_that_hang_or_died_are_told_apart_and_starting_them_in_ambari_helps(
    environment: Environment, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle(environment))
    kafka = LiveKafka.of(environment)
    first, second, last = trouble.nodes("wn")
    # The emulated cluster has one server on the first of the three nodes.
    zookeeper = trouble.nodes("zk")[0]
    to_one = {"KAFKA_BOOTSTRAP_SERVERS": f"{trouble.address(first)}:9092"}

    def found(status: int, said: str, **variables: str) -> Callable[[], bool]:
        def holds() -> bool:
            ended = check(environment, **variables)
            return ended.status == status and said in ended.output and is_documented(ended.output)

        return holds

    # As long as ZooKeeper is silent nobody learns that a broker has gone.
    trouble.signal("STOP", zookeeper, last)
    try:
        assert found(12, "accepts connections and gives no answer")()
        assert found(15, "does not acknowledge", **to_one, KAFKA_TOPIC="strict")()
        trouble.signal("KILL", second, last)
        assert found(13, "that broker's host is down", **to_one)()
    finally:
        trouble.signal("CONT", zookeeper)
    eventually(found(14, "start these brokers", KAFKA_TOPIC="narrow"), "a partition has no leader")
    eventually(found(15, "fewer replicas are in sync", KAFKA_TOPIC="strict"), "too few replicas are in sync")

    eventually(lambda: sum(not broker.started for broker in kafka.ambari.brokers()) == 2, "Ambari knows")
    kafka.restart_by_hand([broker.host for broker in kafka.ambari.brokers() if not broker.started])
    for topic in ("narrow", "strict", environment.outputs()["topic"]):
        eventually(lambda topic=topic: check(environment, KAFKA_TOPIC=topic).status == 0, f"{topic} works")
