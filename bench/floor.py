"""Measures a client during a roll with all checks, against restarts of the brokers alone.

Alone, the same brokers are restarted in Ambari in the order of the roll's plan, each as soon as Kafka is in
sync after the one before: the floor of what a roll takes.
"""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.roll import RATE, client, start_traffic
from components.ambari.api.connection import Connection
from components.ambari.change import Change
from components.ambari.rolling_restart.kafkas_view import PodWatch
from components.kafka_view import NAME
from components.running.clock import SystemClock
from components.running.progress import Progress
from tests.e2e.environment import Environment
from tests.e2e.live_kafka import LiveKafka, bundle

IN_SYNC = Path(__file__).with_name("in_sync.py")
TIMES = 2
"""How often each side is measured, in turn."""


def roll_against_restarts_alone(world: Environment, scratch: Path) -> dict[str, Any]:
    """The longest silence and the mean duration of each side."""
    kafka = _kafka(world)
    with (scratch / "roll.txt").open("w") as output:
        roll = _Roll.of(kafka, Progress(SystemClock(), output))
        rolls, floors = [], []
        for number in range(TIMES):
            kafka.make_every_broker_stale()
            before = kafka.newest_request()
            rolls.append(_under_traffic(world, f"bench-checked-{number}", roll.advertise))
            started = [task.started for one in kafka.restarts_since(before) for task in one.tasks]
            rolls[-1]["before_the_first_s"] = min(filter(None, started)) - rolls[-1]["begun"]
            floors.append(_floor(kafka, f"bench-floor-{number}", roll.order()))
    checked, floor = _summary(rolls), _summary(floors)
    before_the_first = sum(one["before_the_first_s"] for one in rolls) / TIMES
    return {
        "figure": "a client during a roll: every check on / the bare floor",
        "messages_per_s": RATE,
        "checked": checked,
        "before_the_first_restart_s": round(before_the_first, 1),
        "floor": floor,
        "silence_ratio": round(checked["longest_silence_s"] / floor["longest_silence_s"], 2),
        "duration_ratio": round(checked["duration_s"] / floor["duration_s"], 2),
    }


@dataclass(frozen=True)
class _Roll:
    """The roll that IpAdvertising runs in an `up`, with Kafka's view, without the engine."""

    kafka: LiveKafka
    progress: Progress
    kubeconfig: str
    namespace: str

    @classmethod
    def of(cls, kafka: LiveKafka, progress: Progress) -> "_Roll":
        world = kafka.environment
        kubeconfig = world.pulumi("stack", "output", "kubeconfig", "--show-secrets")
        return cls(kafka, progress, kubeconfig, world.outputs()["namespace"])

    def advertise(self) -> None:
        self._change().advertise()

    def order(self) -> list[str]:
        """The hosts in the order in which they would restart now."""
        self.kafka.make_every_broker_stale()
        return [broker.host for broker in self._change().survey().to_restart]

    def _change(self) -> Change:
        clock = SystemClock()
        watch = PodWatch(self.kubeconfig, self.namespace, NAME, clock)
        return Change(self.kafka.ambari, clock, self.progress, watch=watch)


def _kafka(world: Environment) -> LiveKafka:
    session = requests.Session()
    session.verify = bundle(world)
    # A bundle that the environment names would take its place.
    session.trust_env = False
    password = world.pulumi("config", "get", "ambariPassword").strip()
    connection = Connection(world.outputs()["ambariUrl"], "admin", password, session=session)
    return LiveKafka.by(world, connection)


def _floor(kafka: LiveKafka, topic: str, order: list[str]) -> dict[str, Any]:
    """Restarts these brokers, each as soon as Kafka is in sync after the one before, under traffic."""
    watcher = client(kafka.environment, IN_SYNC, str(len(order)))
    _await_sync(watcher)

    def by_hand() -> None:
        for host in order:
            kafka.restart_by_hand([host])
            _await_sync(watcher)

    figures = _under_traffic(kafka.environment, topic, by_hand)
    watcher.communicate(timeout=60)
    return figures


def _await_sync(watcher: subprocess.Popen[str]) -> None:
    assert watcher.stdin
    assert watcher.stdout
    print(file=watcher.stdin, flush=True)
    if not watcher.stdout.readline():
        raise subprocess.SubprocessError("nobody tells whether Kafka is in sync")


def _under_traffic(world: Environment, topic: str, work: Callable[[], None]) -> dict[str, Any]:
    traffic = start_traffic(world, f"{topic}-{int(time.time())}")
    wall, begun = time.time(), time.monotonic()
    work()
    duration = time.monotonic() - begun
    figures, _ = traffic.communicate(timeout=180)
    return {**json.loads(figures.splitlines()[-1]), "begun": wall, "duration_s": duration}


def _summary(figures: list[dict[str, Any]]) -> dict[str, Any]:
    counted = ("sent", "acknowledged", "lost", "duplicated")
    return {
        **{name: sum(one[name] for one in figures) for name in counted},
        "longest_silence_s": max(one["longest_silence_s"] for one in figures),
        "duration_s": round(sum(one["duration_s"] for one in figures) / len(figures), 1),
    }
