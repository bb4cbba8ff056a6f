"""Kafka on a simulated cluster's brokers, and an API server that hands out the log of the view's pod."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from components.ambari.configuration.kafka_env import END
from components.ambari.rolling_restart.kafkas_view import PodWatch
from emulator.ambari.simulation import SimulatedAgent, Simulation
from tests.simulated.ambari.bench import Bench, bench
from tests.unit.api_server import ApiServer, kubeconfig, serving
from tests.unit.replication.written import snapshot

PODS = "/api/v1/namespaces/app/pods"
LOG = f"{PODS}/kafka-view-1/log"
EVENTS = "/api/v1/namespaces/app/events"
REPLICA_SETS = "/apis/apps/v1/namespaces/app/replicasets"
POD: dict[str, Any] = {
    "metadata": {"name": "kafka-view-1", "creationTimestamp": "2026-01-01T00:00:00Z"},
    "status": {"phase": "Running"},
}


@dataclass
class SimulatedKafka:
    """A broker is in sync while it runs, and advertises its address if our block has the last word."""

    simulation: Simulation
    topics: dict[str, list[list[int]]] = field(default_factory=dict)
    """The replicas of each partition, by topic: brokers by the number in their name."""
    minimums: dict[str, int] = field(default_factory=dict)
    """Where they are not 1."""
    controller: int | None = None
    behind: set[int] = field(default_factory=set)
    """Brokers that run and are not in sync."""
    mute: set[int] = field(default_factory=set)
    """Brokers that run and do not answer."""
    advertising: dict[int, str] = field(default_factory=dict)
    """Hosts that brokers advertise whatever they are configured with."""
    unknown: str = ""
    """Why the view knows nothing."""
    rounds: int = 0

    def log(self, query: Mapping[str, str]) -> str:
        """What the pod has said lately: one more round each time that it is asked for."""
        if query["sinceSeconds"] == "20":
            self.rounds += 1
        if self.unknown:
            return json.dumps({"view": "", "unknown": self.unknown, "round": self.rounds}) + "\n"
        digest, lines = snapshot(self.document(), 11_000)
        shown = lines if query["sinceSeconds"] == "90" else []
        return "\n".join([*shown, json.dumps({"view": digest, "round": self.rounds})]) + "\n"

    def document(self) -> dict[str, Any]:
        """The snapshot, as the contract between pod and reader has it."""
        agents = {int(name[2:]): agent for name, agent in self.simulation.agents.items() if name[:2] == "wn"}
        up = {number for number, agent in agents.items() if agent.running("KAFKA_BROKER")}
        brokers = {
            str(1001 + number): {
                "address": agents[number].ip,
                "advertised": self._advertised(number, agents[number]),
            }
            for number in sorted(up)
        }
        return {
            "version": 1,
            "controller": None if self.controller is None else 1001 + self.controller,
            "brokers": brokers,
            "minimums": self.minimums,
            "defaults": {"min.insync.replicas": 1},
            "partitions": {
                topic: [
                    [
                        1001 + replicas[0],
                        [1001 + number for number in replicas],
                        [1001 + number for number in replicas if number in up - self.behind],
                    ]
                    for replicas in partitions
                ]
                for topic, partitions in self.topics.items()
            },
        }

    def _advertised(self, number: int, agent: SimulatedAgent) -> dict[str, str] | None:
        if number in self.mute:
            return None
        content = agent.rendered.get("KAFKA_BROKER", {}).get("kafka-env", {}).get("content", "")
        has_last_word = content.rstrip().endswith(END)
        host = self.advertising.get(number) or (agent.ip if has_last_word else agent.host_name)
        return {"PLAINTEXT": f"{host}:9092"}


@dataclass
class Place:
    """A cluster whose Kafka can be asked."""

    cluster: Bench
    kafka: SimulatedKafka
    api: ApiServer

    def asked(self, path: str) -> int:
        """How often the API server was asked for something."""
        return sum(asked == path for asked, _, _ in self.api.asked)


def kafka_in(kafka: SimulatedKafka) -> dict[str, Any]:
    """What an API server answers whose namespace `app` has a pod with this Kafka's view."""
    return {PODS: [POD], LOG: kafka.log, EVENTS: [], REPLICA_SETS: []}


@contextmanager
def kafka_bench(
    workers: int = 3, topics: Mapping[str, Sequence[list[int]]] | None = None, **options: Any
) -> Iterator[Place]:
    """By default without topics."""
    with bench(workers, **options) as cluster, serving({}) as api:
        kafka = SimulatedKafka(cluster.simulation, {name: [*one] for name, one in (topics or {}).items()})
        api.answers.update(kafka_in(kafka))
        cluster.watch = lambda: PodWatch(kubeconfig(api.url, token="t"), "app", "kafka-view", cluster.clock)
        yield Place(cluster, kafka, api)
