"""A program with nothing but one IpAdvertising, on the real engine, against a simulated cluster's Ambari."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.ambari.simulation import Simulation, simulated_server
from emulator.engine import search_path
from emulator.tls import Authority
from tests.e2e.environment import CHECKOUT, Finished

PROGRAM = """\
import json
import pulumi
from components.ambari import IpAdvertising, IpAdvertisingArgs

config = pulumi.Config()
resource = IpAdvertising(
    "ip-advertising",
    IpAdvertisingArgs(
        ambari_url=config.require("url"),
        cluster_name="mykafka",
        user="admin",
        password_config_key="lone:password",
        **config.get_object("options", {}),
    ),
)
pulumi.export("bootstrapServers", resource.bootstrap_servers)
pulumi.export("configVersion", resource.config_version)
pulumi.export("brokers", resource.brokers)
pulumi.export("staleBrokers", resource.stale_brokers)
"""
PASSWORD = "Simulated-Passw0rd!"


@dataclass
class LoneResource:
    """One stack of that program. Restarts are watched for a second, where a real cluster takes a minute."""

    folder: Path
    simulation: Simulation
    bundle: Path
    options: dict[str, Any] = field(default_factory=lambda: {"settle_seconds": 0.5})

    def prepare(self) -> None:
        (self.folder / "state").mkdir(parents=True)
        (self.folder / "Pulumi.yaml").write_text("name: lone\nruntime: python\n")
        (self.folder / "__main__.py").write_text(PROGRAM)
        self.succeed("stack", "init", "lone")
        self.configure()

    def configure(self, password: str = PASSWORD) -> None:
        self.succeed("config", "set", "url", self.simulation.url)
        self.succeed("config", "set", "options", json.dumps(self.options))
        self.succeed("config", "set", "--secret", "password", password)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}
        return {
            **kept,
            "PATH": search_path(),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")])),
            "REQUESTS_CA_BUNDLE": str(self.bundle),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "lone",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> Finished:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=300)
        return Finished(process.returncode, output)

    def succeed(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert ended.status == 0, f"pulumi {' '.join(arguments)} ended with {ended.status}:\n{ended.output}"
        return ended.output

    def up(self) -> str:
        return self.succeed("up", "--yes", "--skip-preview")

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.succeed("stack", "output", "--json"))

    def state(self) -> str:
        """The whole state, as it lies on disk."""
        return "".join(path.read_text() for path in (self.folder / "state").rglob("*.json"))

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
        resource = LoneResource(folder / "program", simulated, authority.bundle)
        resource.prepare()
        yield resource
