"""A simulated cluster behind a real HTTP server, and runs of the change against it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from components.ambari.change import Change, Options
from components.ambari.client import Ambari
from components.ambari.connection import Connection
from components.ambari.progress import Progress
from emulator.ambari.simulation import Simulation, simulated_server
from tests.unit.ambari.clocks import FastClock

WRITES = {"PUT", "POST", "DELETE"}


@dataclass
class Bench:
    simulation: Simulation
    output: io.StringIO = field(default_factory=io.StringIO)

    def change(self, options: Options | None = None, alive: Callable[[], None] = lambda: None) -> Change:
        """A fresh run, as a new provider process would make it."""
        clock = FastClock()
        return Change(self.client(alive), clock, Progress(clock, self.output), options, alive)

    def client(self, alive: Callable[[], None] = lambda: None) -> Ambari:
        connection = Connection(self.simulation.url, self.simulation.user, self.simulation.password, alive)
        return Ambari(connection, self.simulation.cluster.name, FastClock())

    def restarts(self) -> dict[str, int]:
        """How often each broker was restarted, by short name."""
        return {
            name: agent.commands.count("restart KAFKA_BROKER")
            for name, agent in self.simulation.agents.items()
            if name.startswith("wn")
        }

    def requests(self, mark: int = 0) -> list[str]:
        return [f"{entry.method} {entry.route}" for entry in self.simulation.server.log.since(mark)]

    def writes(self, mark: int = 0) -> list[str]:
        return [request for request in self.requests(mark) if request.split()[0] in WRITES]

    def mark(self) -> int:
        return self.simulation.server.log.mark

    def property(self, type_: str, key: str) -> str:
        return self.client().current().version.types[type_].properties[key]

    def edit(self, type_: str, note: str = "by hand", **properties: str) -> None:
        """Somebody else changes some of a type's properties."""
        client = self.client()
        old = client.current().version.types[type_]
        changed = {**old.properties, **{key.replace("_", "."): value for key, value in properties.items()}}
        self._edits = getattr(self, "_edits", 0) + 1
        from components.ambari.model import Configuration

        client.save({type_: Configuration(f"edit{self._edits}-{self.mark()}", changed)}, note)


@contextmanager
def bench(workers: int = 3, **options: Any) -> Iterator[Bench]:
    with simulated_server(workers, **{"status_interval": 0.05, **options}) as simulation:
        yield Bench(simulation)
