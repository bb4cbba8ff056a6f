"""A simulated cluster, and runs of the change against it, without sockets and in quick time."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import requests

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from components.ambari.api.model import Configuration
from components.ambari.change import Change
from components.ambari.configuration.listeners import DEFAULT_LISTENERS
from components.ambari.configuration.note import Writer
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from components.ambari.rolling_restart.seen import Watch
from components.running.clock import Clock
from components.running.progress import Progress
from emulator.ambari.simulation import Simulation, simulated_server
from tests.simulated.ambari.calls import PROGRESS
from tests.simulated.ambari.wireless import URL, Trouble, Wireless
from tests.unit.ambari.clocks import FastClock

QUICK = RollOptions(pace=Pace(poll=1, settle=0, settle_unvouched=0))
BEFORE = "PLAINTEXT://localhost:9092"


@dataclass
class Run:
    """One run, as a provider's process of its own would make it."""

    change: Change
    wireless: Wireless
    output: io.StringIO

    @property
    def calls(self) -> list[str]:
        return self.wireless.calls

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith("GET ")]


@dataclass
class Bench:
    simulation: Simulation
    clock: Clock = field(default_factory=FastClock)
    watch: Callable[[], Watch | None] = lambda: None
    """Where each run looks at Kafka's own view."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(
        self,
        options: RollOptions | None = None,
        trouble: Trouble | None = None,
        at: int = 0,
        between: Callable[[str], None] = lambda _: None,
        alive: Callable[[], None] = lambda: None,
        writer: Writer | None = None,
        user: str = "",
        trouble_with_address: Callable[[str, int], str] = lambda host, port: f"no way to {host}:{port}",
    ) -> Run:
        """By default of the administrator, in a process that is dead as soon as the run has ended."""
        wireless = Wireless(self.simulation.cluster, trouble, at, between)
        output = io.StringIO()
        progress = Progress(self.clock, output)
        change = Change(
            self._ambari(wireless, alive, user, progress),
            self.clock,
            progress,
            options or QUICK,
            alive,
            writer or replace(Writer.here(), started="long ago"),
            trouble_with_address,
            self.watch(),
        )
        return Run(change, wireless, output)

    def ambari(self) -> Ambari:
        """The cluster as somebody else sees it."""
        return self._ambari(Wireless(self.simulation.cluster))

    def restarts(self) -> dict[str, int]:
        """How often each broker was restarted, by short name."""
        return {
            name: agent.commands.count("restart KAFKA_BROKER")
            for name, agent in self.simulation.agents.items()
            if name.startswith("wn")
        }

    def value(self, type_: str, key: str) -> str:
        return self.ambari().current().version.types[type_].properties[key]

    def edit(self, type_: str, key: str, value: str) -> None:
        """Somebody saves one property."""
        old = self.ambari().current().version.types[type_]
        edited = Configuration(f"edit{next(self._numbers)}", {**old.properties, key: value})
        self.ambari().save({type_: edited}, "edited by hand")

    def let_restarts_end(self, call: str) -> None:
        """Before it is asked how a restart gets on: then a run makes the same calls every time."""
        if call == PROGRESS:
            cluster = self.simulation.cluster
            with cluster.lock:
                cluster.lock.wait_for(lambda: all(one.finished for one in cluster.execution.requests()))

    def write(self, method: str, path: str, body: Any) -> None:
        """Somebody changes anything else below the cluster."""
        self._connection(Wireless(self.simulation.cluster)).write(method, f"/clusters/mykafka{path}", body)

    def restart_by_hand(self, host: str) -> int:
        return self.ambari().restart([host], f"by hand {next(self._numbers)}")

    def problems(self) -> list[str]:
        """What is not as it has to be after a run that ended well: the invariants."""
        found: list[str] = []
        survey = self.run().change.survey()
        if not survey.situation.desired:
            found.append(f"not configured: {survey.situation}")
        if survey.stale:
            found.append(f"stale: {[broker.host for broker in survey.stale]}")
        if survey.interrupted:
            found.append(survey.interrupted)
        for agent in self.simulation.brokers:
            rendered = agent.rendered.get("KAFKA_BROKER", {}).get("kafka-broker", {}).get("listeners")
            if rendered != DEFAULT_LISTENERS:
                found.append(f"{agent.host_name} runs with {rendered}")
        if self.ambari().maintenance() != "OFF":
            found.append("maintenance mode is on")
        if self.ambari().artifacts():
            found.append(f"notes are left: {list(self.ambari().artifacts())}")
        return found

    def _ambari(
        self,
        wireless: Wireless,
        alive: Callable[[], None] = lambda: None,
        user: str = "",
        progress: Progress | None = None,
    ) -> Ambari:
        connection = self._connection(wireless, alive, user)
        return Ambari(connection, self.simulation.cluster.name, self.clock, progress=progress)

    def _connection(
        self, wireless: Wireless, alive: Callable[[], None] = lambda: None, user: str = ""
    ) -> Connection:
        session = requests.Session()
        session.mount(URL, wireless)
        name = user or self.simulation.user
        return Connection(URL, name, self.simulation.password, alive, session=session)

    def add_user(self, name: str, *roles: str) -> None:
        """With the administrator's password."""
        self.simulation.cluster.users.create(name, self.simulation.password, list(roles))


@contextmanager
def bench(workers: int = 3, **options: Any) -> Iterator[Bench]:
    with simulated_server(workers, **{"status_interval": 0.02, **options}) as simulation:
        yield Bench(simulation)
