"""Measures how much Kafka's view logs, with made-up clusters: `PYTHONPATH=app python -m bench.view_log`."""

import itertools
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from testapp.view.lines import Lines
from testapp.view.observation import Observation, Replication
from testapp.view.snapshot import snapshot

PARTITIONS_OF_A_TOPIC = 50
REPLICAS = 3
MINUTES = 2


def cluster(brokers: int, partitions: int, *, away: int = 0, seed: int = 0) -> Observation:
    """A cluster with randomly placed partitions. `away`: how many brokers are out of sync everywhere."""
    chance = random.Random(seed)
    ids = range(1001, 1001 + brokers)
    hosts = {number: f"10.{1 + index // 250}.0.{index % 250 + 4}" for index, number in enumerate(ids)}
    lost = set(ids[:away])
    topics: dict[str, dict[int, Replication]] = {}
    for number in range(partitions):
        replicas = chance.sample(ids, min(REPLICAS, brokers))
        in_sync = [one for one in replicas if one not in lost]
        topic = topics.setdefault(f"team.{number // PARTITIONS_OF_A_TOPIC}.events", {})
        topic[number % PARTITIONS_OF_A_TOPIC] = Replication(in_sync[0] if in_sync else -1, replicas, in_sync)
    advertised = {
        number: {"advertised.listeners": f"PLAINTEXT://{host}:9092,SASL_SSL://{host}:9093"}
        for number, host in hosts.items()
    }
    return Observation(
        1001, hosts, advertised, topics, {name: {"min.insync.replicas": "2"} for name in topics}
    )


def volume(brokers: int, partitions: int) -> tuple[float, float]:
    """Bytes a minute: while nothing changes, and while each round observes a change."""
    documents = [snapshot(cluster(brokers, partitions, away=away), "", {}) for away in (0, 1)]
    return _written(documents[:1]), _written(documents)


def _written(documents: Sequence[Mapping[str, Any]]) -> float:
    """Bytes a minute while rounds observe these documents in turn."""
    lines, now, total = Lines(), 0.0, 0
    for document in itertools.cycle(documents):
        written = lines.known(document, now)
        total += sum(len(line) + 1 for line in written)
        now += lines.seconds_between(written, now)
        if now >= MINUTES * 60:
            return total / MINUTES
    raise ValueError("no document")


def figure() -> dict[str, object]:
    """Bytes a minute with clusters of two sizes."""
    sizes = {"3 brokers, 100 partitions": (3, 100), "300 brokers, 10,000 partitions": (300, 10_000)}
    found = {name: volume(*size) for name, size in sizes.items()}
    return {
        "figure": "log of Kafka's view, bytes a minute: quiet / something different in every round",
        "quiet": {name: round(quiet) for name, (quiet, _) in found.items()},
        "changing": {name: round(changing) for name, (_, changing) in found.items()},
    }


if __name__ == "__main__":
    print(json.dumps(figure()))
