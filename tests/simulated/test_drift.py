"""What the program declares is no drift once Azure has answered, in the words that Azure uses.

The program runs without an engine; its resources are made in the emulator's resource manager, which answers
as Azure does: versions with build numbers, kinds and sizes in another case, no secrets, more than was said.
"""

import json
import re
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.azure.resource_manager import arm
from emulator.tests.azure_subscription import Made, Subscription
from tests.unit.configurations import ADOPTING, each_choice_once
from tests.unit.recording import Azure, Deployment, deploy, reveal
from tests.unit.test_main import CHECKOUT, SECRETS

# The emulated Kubernetes has to let this machine call it.
CALLERS = {"ambariSourceRanges": ["203.0.113.1/32"], "aksApiSourceRanges": ["203.0.113.1/32"]}
# The emulated AKS has no Entra ID, and refuses to be created with it.
WITHOUT_ENTRA = {"aksEntra": {}}
# What exists already belongs to somebody, who is not here.
OF_OUR_OWN = [
    {**choice, **CALLERS, **WITHOUT_ENTRA} for choice in each_choice_once() if choice not in ADOPTING
]


class EmulatedAzure(Azure):
    """Makes resources, and remembers them by name."""

    def __init__(self, folder: Path) -> None:
        super().__init__({})
        self.subscription = Subscription(folder)
        self.made: dict[str, Made] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.typ.startswith("azure-native:"):
            return super().new_resource(args)
        inputs, _ = reveal(args.inputs)
        made = self.subscription.create(args.typ.removeprefix("azure-native:"), args.name, **inputs)
        self.made[args.name] = made
        return made.id, made.outputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if not args.token.startswith("azure-native:"):
            return super().call(args)
        arguments = {name: value for name, value in args.args.items() if value is not None}
        return self.subscription.provider.invoke({}, args.token, arguments), []


def declare(azure: EmulatedAzure, configuration: Mapping[str, Any]) -> Deployment:
    config = {
        f"aks-kafka:{name}": value if isinstance(value, str) else json.dumps(value)
        for name, value in configuration.items()
    }
    return deploy(
        lambda: runpy.run_path(str(CHECKOUT / "__main__.py"), run_name="__main__"),
        config=config,
        secrets=SECRETS,
        azure=azure,
    )


def drift(azure: EmulatedAzure, deployment: Deployment) -> dict[str, list[str]]:
    """What a preview after a refresh would plan for each resource, but for what the program ignores."""
    found = {}
    for name, made in azure.made.items():
        azure.subscription.refresh(made)
        inputs = deployment[name].inputs
        wanted = azure.subscription.check(made.token, name, inputs, made.inputs)
        planned = azure.subscription.provider.diff(
            {}, made.urn, made.token, made.id, made.inputs, made.outputs, wanted
        )
        ignored = deployment[name].options.ignoreChanges
        if changed := [path for path in planned.changed if not is_ignored(path, ignored)]:
            found[name] = changed
    return found


def is_ignored(path: str, ignored: Any) -> bool:
    """Whether one of the patterns of ignore_changes covers a property."""
    plain = [re.sub(r'\["([^"]+)"\]', r".\1", pattern) for pattern in ignored]
    return any(path == pattern or path.startswith((f"{pattern}.", f"{pattern}[")) for pattern in plain)


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmulatedAzure:
    monkeypatch.chdir(CHECKOUT)
    return EmulatedAzure(tmp_path)


@pytest.mark.parametrize("configuration", OF_OUR_OWN)
def test_a_refresh_finds_nothing_whatever_is_configured(
    azure: EmulatedAzure, configuration: Mapping[str, Any]
) -> None:
    deployment = declare(azure, configuration)
    assert {resource.type for resource in deployment.resources.values()} >= {
        "azure-native:hdinsight:Cluster",
        "azure-native:containerservice:ManagedCluster",
        "azure-native:network:VirtualNetworkPeering",
    }
    assert drift(azure, deployment) == {}


def test_nor_after_what_was_changed_by_calls_of_their_own(azure: EmulatedAzure) -> None:
    deployment = declare(azure, OF_OUR_OWN[0])
    cluster = azure.made["kafka-cluster"]
    parsed = arm.parse(cluster.id)
    assert parsed
    group, name = parsed.resource_group, arm.name(cluster.id)
    operations = HdinsightOperations(azure.subscription.cloud)
    operations.resize(group, name, None, workers=5)
    operations.update_gateway(group, name, None, user="admin", password="An0ther-Passw0rd!")
    operations.patch(cluster.id, {"tags": {"team": "data"}})
    operations.patch(cluster.id, {"identity": cluster.inputs["identity"]})
    assert drift(azure, deployment) == {}


def test_what_somebody_changed_is_found(azure: EmulatedAzure) -> None:
    deployment = declare(azure, OF_OUR_OWN[0])
    registry = azure.made["registry-acr"]
    azure.subscription.update(registry, adminUserEnabled=True)
    registry.inputs = {**registry.inputs, "adminUserEnabled": False}
    registry.outputs = {**registry.outputs, "adminUserEnabled": False}
    assert drift(azure, deployment) == {"registry-acr": ["adminUserEnabled"]}
