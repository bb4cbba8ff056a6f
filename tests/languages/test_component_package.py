"""A program in YAML takes networks, Kafka and AKS; one in Python goes on with what can't travel."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.e2e.environment import CHECKOUT, Environment
from tests.e2e.installed_package import Installed, install_package
from tests.unit.ssh_keys import KEY
from tools.languages import search_path

PASSWORD = "Emulator-Passw0rd!"
GROUP = """\
from pulumi_azure_native import resources

resources.ResourceGroup("shop", resource_group_name="shop", location="westeurope")
"""
# The language host that can be built here starts a plugin in the folder of the program, not in its own.
PLUGIN = """\
#!/bin/sh
cd {folder} && exec {python} __main__.py "$@"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install_package(tmp_path_factory.mktemp("package"))


def program_in_yaml(folder: Path) -> Path:
    """The example, but for the path of the package, which is found by its plugin's name."""
    program = yaml.safe_load((CHECKOUT / "examples/embedding/yaml/Pulumi.yaml").read_text())
    del program["packages"]
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump(program, sort_keys=False))
    return folder


def plugin_in(folder: Path, installed: Installed) -> Path:
    """A folder with what Pulumi starts for the package."""
    source = shutil.copytree(CHECKOUT / "plugin", folder / "plugin")
    program = folder / "bin" / "pulumi-resource-aks-kafka"
    program.parent.mkdir()
    program.write_text(PLUGIN.format(folder=source, python=installed.python))
    program.chmod(0o755)
    return program.parent


def test_yaml_makes_the_clusters_and_python_has_their_brokers_advertise_addresses(
    installed: Installed, untouched: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = untouched
    monkeypatch.setenv("PATH", f"{plugin_in(tmp_path, installed)}:{search_path()}")
    group = tmp_path / "group"
    group.mkdir()
    (group / "Pulumi.yaml").write_text("name: group\nruntime: python\n")
    (group / "__main__.py").write_text(GROUP)
    world.pulumi("--program", str(group), "up", "--yes", "--skip-preview")

    shop = ("--program", str(program_in_yaml(tmp_path / "shop")))
    settings = {
        "resourceGroup": "shop",
        "clusterName": "orders-kafka",
        "storageAccountName": "orderskafka",
        # The address by which the emulated Azure sees this machine.
        "callers": "203.0.113.1/32",
        "sshPublicKey": KEY,
        "protect": "false",
        "storageRoleSeconds": "3",
    }
    world.pulumi(*shop, "config", "set", "--secret", "ambariPassword", PASSWORD)
    for name, value in settings.items():
        world.pulumi(*shop, "config", "set", name, value)
    world.pulumi(*shop, "up", "--yes")
    world.pulumi(*shop, "preview", "--expect-no-changes")
    outputs = json.loads(world.pulumi(*shop, "stack", "output", "--json"))
    assert outputs["workerCount"] == 3
    assert outputs["kubeconfig"] == "[secret]"
    state = world.pulumi(*shop, "stack", "export")
    assert PASSWORD not in state

    # A program in Python goes on where no other language can.
    addresses = ("--program", str(installed.copy_of("existing_cluster", tmp_path)))
    world.pulumi(*addresses, "config", "set", "--secret", "ambariPassword", PASSWORD)
    world.pulumi(*addresses, "config", "set", "settleSeconds", "5")
    for name in ("ambariUrl", "clusterName"):
        world.pulumi(*addresses, "config", "set", name, outputs[name])
    world.pulumi(*addresses, "up", "--yes", "--skip-preview")
    servers = json.loads(world.pulumi(*addresses, "stack", "output", "--json"))["bootstrapServers"]
    assert servers == "10.10.0.9:9092,10.10.0.10:9092,10.10.0.11:9092"

    for program in (addresses, shop, ("--program", str(group))):
        world.pulumi(*program, "destroy", "--yes", "--skip-preview")
