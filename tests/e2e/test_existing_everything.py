"""A second stack in an environment that has everything already: only its app is new, and it goes alone."""

import json
from pathlib import Path
from typing import Any

import yaml

from emulator.azure.resource_manager import arm

from .environment import CHECKOUT, Environment, Finished, eventually, occurrences, send
from .test_existing_aks import everything

HERS = {"namespace": "second", "topics": [{"name": "second"}], "appPort": 8081}
CONNECTED = {"peering": False, "keepIpAdvertising": True}


class SecondStack:
    """The same program under another stack, with settings of its own; Pulumi keeps these in `folder`."""

    def __init__(self, environment: Environment, folder: Path, settings: dict[str, Any]) -> None:
        self._environment = environment
        (folder / "Pulumi.yaml").write_text("name: aks-kafka\nruntime: python\n")
        environment.pulumi("-C", str(folder), "stack", "init", "second", "--no-select")
        file = folder / "Pulumi.second.yaml"
        stack = yaml.safe_load(file.read_text())
        stack["config"] = {f"aks-kafka:{name}": value for name, value in settings.items()}
        file.write_text(yaml.safe_dump(stack))
        self._options = ("--stack", "second", "--config-file", str(file))
        password = self._password()
        self.pulumi("config", "set", "--secret", "ambariPassword", password)

    def pulumi(self, *arguments: str) -> str:
        return self._environment.pulumi(*arguments, *self._options)

    def run(self, *arguments: str) -> Finished:
        """The same, where it may fail."""
        return self._environment.run("pulumi", *arguments, *self._options)

    def outputs(self) -> dict[str, Any]:
        return json.loads(self._environment.pulumi("stack", "output", "--json", "--stack", "second"))

    def leave(self) -> None:
        self.pulumi("destroy", "--yes", "--skip-preview")
        self._environment.pulumi("stack", "rm", "second", "--yes", "--preserve-config")

    def _password(self) -> str:
        return self._environment.pulumi("config", "get", "ambariPassword").strip()


def existing(name: str, **more: str) -> dict[str, Any]:
    return {"existing": {"resourceGroup": "aks-kafka", "name": name, **more}}


def test_second_stack_uses_what_the_first_one_made(environment: Environment, tmp_path: Path) -> None:
    local = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())["config"]
    adopted = {
        "group": {"existing": {"name": "aks-kafka"}},
        "kafka": existing(local["aks-kafka:kafkaClusterName"]),
        "aks": existing("aks-kafka"),
        "registry": existing(local["aks-kafka:registryName"], subscription=arm.SUBSCRIPTION),
        "appSourceRanges": local["aks-kafka:appSourceRanges"],
    }
    before, mark = everything(environment), len(environment.ambari_requests())
    second = SecondStack(environment, tmp_path, {**adopted, **CONNECTED, **HERS})
    try:
        second.pulumi("up", "--yes", "--skip-preview")
        outputs = second.outputs()
        assert outputs["bootstrapServers"] == environment.outputs()["bootstrapServers"]
        send(outputs["appUrl"], "from the second")
        eventually(lambda: occurrences(outputs["appUrl"], "from the second") == 1, "the message comes back")
        second.pulumi("preview", "--refresh", "--expect-no-changes")
        assert {name for name in everything(environment).keys() - before.keys() if "azure" in name} == set()
    finally:
        second.leave()
    written = [asked for asked in environment.ambari_requests()[mark:] if asked["method"] != "GET"]
    assert written == []
    eventually(lambda: everything(environment).keys() == before.keys(), "only what was there is there")
    environment.pulumi("preview", "--refresh", "--expect-no-changes")
