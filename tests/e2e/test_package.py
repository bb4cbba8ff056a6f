"""Programs of others use the package alone: the wheel, in an environment without this checkout."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.ambari.simulation import simulated_server
from emulator.tls import Authority
from tests.e2e.environment import CHECKOUT, Environment
from tests.e2e.installed_package import EXAMPLES, Installed, install_package
from tests.e2e.lone_kafka import BROKERS
from tests.e2e.stack import Stack
from tests.unit.ssh_keys import KEY
from tools import wheel

PASSWORD = "Simulated-Passw0rd!"
WRONG = """\
from ipaddress import IPv4Network

from aks_kafka import NewNetwork

NewNetwork(address_space=1, subnet=IPv4Network("10.0.0.0/24"))
"""


class Example(Stack):
    """A stack of a copy of an example, which runs in the environment that its Pulumi.yaml names."""

    def create(self) -> None:
        (self.folder / "state").mkdir()
        self.succeed("stack", "init", "lone")

    def environment(self) -> dict[str, str]:
        # Of the checkout it shall find nothing.
        return {name: value for name, value in super().environment().items() if name != "PYTHONPATH"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install_package(tmp_path_factory.mktemp("package"))


def test_type_checkers_find_the_types_of_what_is_installed(installed: Installed, tmp_path: Path) -> None:
    for programs in (EXAMPLES, CHECKOUT / "plugin"):
        shutil.copytree(programs, tmp_path / programs.name)
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", installed.python]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    found = json.loads(checked.stdout)["generalDiagnostics"]
    assert [(Path(one["file"]).name, one["rule"]) for one in found] == [("wrong.py", "reportArgumentType")]


def test_a_program_with_networks_of_its_own_has_brokers_at_addresses(
    installed: Installed, untouched: Environment, tmp_path: Path
) -> None:
    here = ("--program", str(installed.copy_of("own_networks", tmp_path)))
    settings = {
        "clusterName": "orders-kafka",
        "storageAccountName": "orderskafka",
        # The address by which the emulated Azure sees this machine.
        "callers": "203.0.113.1/32",
        "sshPublicKey": KEY,
        "protect": "false",
        "storageRoleSeconds": "3",
        "settleSeconds": "5",
    }
    untouched.pulumi(*here, "config", "set", "--secret", "ambariPassword", "Emulator-Passw0rd!")
    for name, value in settings.items():
        untouched.pulumi(*here, "config", "set", name, value)
    untouched.pulumi(*here, "up", "--yes", "--skip-preview")
    servers = json.loads(untouched.pulumi(*here, "stack", "output", "--json"))["bootstrapServers"]
    assert servers.count("10.110.") == 3
    client = json.dumps({"bootstrap.servers": servers})
    advertised = untouched.succeed("exec", "aks", "--", sys.executable, "-c", BROKERS, client)
    assert json.loads(advertised.splitlines()[-1]) == sorted(servers.split(","))

    untouched.pulumi(*here, "preview", "--expect-no-changes")
    untouched.pulumi(*here, "destroy", "--yes", "--skip-preview")


def test_a_program_with_ip_advertising_alone_keeps_its_state_when_the_package_is_upgraded(
    installed: Installed, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "tls")
    context = authority.server_context("localhost", ["127.0.0.1"])
    with simulated_server(status_interval=0.2, password=PASSWORD, context=context) as simulated:
        stack = Example(installed.copy_of("existing_cluster", tmp_path), authority.bundle)
        stack.create()
        stack.succeed("config", "set", "ambariUrl", simulated.url)
        stack.succeed("config", "set", "clusterName", "mykafka")
        stack.succeed("config", "set", "settleSeconds", "1")
        stack.succeed("config", "set", "--secret", "ambariPassword", PASSWORD)
        stack.up()
        assert stack.outputs()["bootstrapServers"].count(":9092") == 3

        installed.install("--no-deps", "--force-reinstall", str(wheel.build(tmp_path, version="9.0")))
        stack.succeed("preview", "--expect-no-changes")
        mark = simulated.server.log.mark
        stack.succeed("destroy", "--yes", "--skip-preview")
        assert simulated.server.log.since(mark), "the new version takes the change back"
