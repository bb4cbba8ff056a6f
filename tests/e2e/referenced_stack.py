"""A stack with the outputs of an environment, and programs that read them, on the real engine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from emulator.command.provider import Command
from emulator.kubernetes.provider.provider import Kubernetes
from emulator.providers.server import ProviderServer
from tests.e2e.environment import CHECKOUT
from tests.e2e.stack import Stack
from tests.unit.test_main import OUTPUTS

KUBECONFIG = "a way into the cluster"
ENVIRONMENT = f"""\
import pulumi
for name, value in { ({**OUTPUTS, "kubeconfig": None})!r}.items():
    pulumi.export(name, value)
pulumi.export("kubeconfig", pulumi.Output.secret({KUBECONFIG!r}))
"""


@dataclass
class Program(Stack):
    """The stack `dev` of the program in `folder`; programs in folders beside it see its outputs.

    secrets: variables of the engine by which it opens secrets: a passphrase, or what it takes to use a key.
    ports: of the providers that are attached.
    """

    secrets: Mapping[str, str]
    ports: Mapping[str, int] = field(default_factory=dict)

    def create(self, *options: str) -> None:
        (self.folder.parent / "state").mkdir(exist_ok=True)
        packages = self.folder.parent / "packages"
        packages.mkdir(exist_ok=True)
        if not (packages / "aks_kafka").exists():
            (packages / "aks_kafka").symlink_to(CHECKOUT / "components")
        self.succeed("stack", "init", "dev", *options)

    def environment(self) -> dict[str, str]:
        variables = super().environment()
        del variables["PULUMI_CONFIG_PASSPHRASE"]
        beside = self.folder.parent
        return {
            **variables,
            "PULUMI_BACKEND_URL": f"file://{beside / 'state'}",
            "PYTHONPATH": os.pathsep.join([str(beside / "packages"), variables["PYTHONPATH"]]),
            "PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{port}" for package, port in self.ports.items()),
            **self.secrets,
        }


def program(folder: Path, project: str, text: str, secrets: Mapping[str, str], *options: str) -> Program:
    """A program of this text, with its stack."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
    (folder / "__main__.py").write_text(text)
    made = Program(folder, folder, secrets)
    made.create(*options)
    return made


def deployed(folder: Path, secrets: Mapping[str, str], *options: str) -> Program:
    """organization/environment/dev, whose outputs are read: in a folder of its own below this one."""
    environment = program(folder / "environment", "environment", ENVIRONMENT, secrets, *options)
    environment.up()
    return environment


def passphrase(phrase: str) -> dict[str, str]:
    return {"PULUMI_CONFIG_PASSPHRASE": phrase}


@contextmanager
def providers() -> Iterator[Mapping[str, int]]:
    """Those that consumers take, at their ports; there is no cluster."""
    servers = {Kubernetes.name: ProviderServer(Kubernetes(list)), Command.name: ProviderServer(Command())}
    for server in servers.values():
        server.start()
    try:
        yield {name: server.port for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.stop()
