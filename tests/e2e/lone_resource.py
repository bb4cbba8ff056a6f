"""A program with nothing but one IpAdvertising, on the real engine, against a simulated cluster's Ambari."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.ambari.simulation import Simulation, simulated_server
from emulator.tls import Authority
from tests.e2e.stack import Stack

PROGRAM = """\
import json
import pulumi
from components.ambari import IpAdvertising, IpAdvertisingArgs, ViewAccess

config = pulumi.Config()
kubeconfig = config.get_secret("kubeconfig")
resource = IpAdvertising(
    "ip-advertising",
    IpAdvertisingArgs(
        ambari_url=config.require("url"),
        cluster_name=config.get("cluster", "mykafka"),
        user="admin",
        password_config_key="lone:password",
        view=ViewAccess(kubeconfig, "app") if kubeconfig else None,
        **config.get_object("options", {}),
    ),
)
pulumi.export("bootstrapServers", resource.bootstrap_servers)
pulumi.export("configVersion", resource.config_version)
pulumi.export("brokers", resource.brokers)
pulumi.export("staleBrokers", resource.stale_brokers)
"""
PASSWORD = "Simulated-Passw0rd!"


ONCE_EACH = {"wn0": 1, "wn1": 1, "wn2": 1}
TWICE_EACH = {"wn0": 2, "wn1": 2, "wn2": 2}
"""How often each broker restarted, by its name."""
REQUESTS = "/clusters/{cluster}/requests"
"""Ambari's route for restarts."""


@dataclass
class LoneResource(Stack):
    """A stack of that program. A restarted broker has to run for half a second, not the default time."""

    program = PROGRAM

    simulation: Simulation
    options: dict[str, Any] = field(default_factory=lambda: {"settle_seconds": 0.5})

    def configure(self, password: str = PASSWORD) -> None:
        self.succeed("config", "set", "url", self.simulation.url)
        self.succeed("config", "set", "options", json.dumps(self.options))
        self.succeed("config", "set", "--secret", "password", password)

    def writes_since(self, mark: int) -> list[str]:
        log = self.simulation.server.log.since(mark)
        return [f"{entry.method} {entry.route}" for entry in log if entry.method != "GET"]

    def restarts(self) -> Mapping[str, int]:
        return {
            name: agent.commands.count("restart KAFKA_BROKER")
            for name, agent in self.simulation.agents.items()
            if name.startswith("wn")
        }


@contextmanager
def lone_resource(folder: Path, **simulation: Any) -> Iterator[LoneResource]:
    authority = Authority(folder / "tls")
    context = authority.server_context("localhost", ["127.0.0.1"])
    options = {"status_interval": 0.2, "password": PASSWORD, "context": context, **simulation}
    with simulated_server(**options) as simulated:
        resource = LoneResource(folder / "program", authority.bundle, simulated)
        resource.create()
        resource.configure()
        yield resource
