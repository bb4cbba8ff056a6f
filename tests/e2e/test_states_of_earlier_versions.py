"""What an earlier version made stays as it is: its states preview with no step but those foreseen here.

`states/VERSION` holds states as `states/record.py` records them, with their settings. A change of the program
that takes a step in a stack of an earlier version is added to STEPS, and told in the changelog.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emulator.azure.provider.provider import AzureNative
from emulator.command.provider import Command
from emulator.engine import PASSPHRASE, STACK
from emulator.kubernetes.provider.provider import Kubernetes
from emulator.providers.provider import Properties, ProviderError
from emulator.providers.server import ProviderServer
from emulator.tests.azure_subscription import Subscription
from tests.e2e.environment import CHECKOUT
from tests.e2e.stack import Stack
from tests.e2e.states.record import STATES, program

JOBS_WITH_ONE_TRY = {"create-topics": "replace", "check": "replace", "check-result": "update"}
"""A Job is named for its specification: with another it runs again, and what the check says is read again."""
PROBES_AT_ANOTHER_PORT = {"kafka-test-app": "update"}
OBJECTS_WITH_A_MARK = {"namespace": "update", "kafka-test-app-service": "update"}
"""And the name of one field manager."""
GUARDED_AND_AWAITED = dict.fromkeys(
    ("namespace-guard", "network-policy", "rollout", "create-topics-result"), "create"
)
ADDRESSES_OF_THEIR_OWN = {"broker-addresses": "create"}
KAFKA_S_VIEW = dict.fromkeys(("app-namespace", "view", "kafka-view"), "create")
"""Two components, and a Deployment; what was in the namespace stays, below another component."""
OTHER_COMMANDS = {"image-build": "update", "kafka-workers": "update"}
"""The registry and its subscription are named, and the state of the cluster is looked at."""
APPLICATION = {
    **ADDRESSES_OF_THEIR_OWN,
    **JOBS_WITH_ONE_TRY,
    **PROBES_AT_ANOTHER_PORT,
    **OBJECTS_WITH_A_MARK,
    **GUARDED_AND_AWAITED,
    **KAFKA_S_VIEW,
}

STEPS: Mapping[str, Mapping[str, str]] = {
    # Recorded at commit 18ae190: the settings of Pulumi.local.yaml, and as many others as could be.
    "0.1.0/local": {**APPLICATION, **OTHER_COMMANDS, "disruption-budget": "update"},
    "0.1.0/varied": {**APPLICATION, **OTHER_COMMANDS, "access-token": "update"},
}
"""By state: what a preview does with which resource, by the resource's name."""

KEPT = ("Cluster", "ManagedCluster", "StorageAccount", "VirtualNetwork", "Subnet", "Registry")
"""Types that no entry of STEPS may replace or delete: what is on them, or in them, would be lost."""


class RecordedAzure(AzureNative):
    """Azure without a resource: it knows the credentials of the AKS cluster, and that the peering stands."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Subscription(folder).cloud)
        self.kubeconfig = ""

    def invoke(self, session: Properties, token: str, arguments: Properties, /) -> Properties:
        if token == "azure-native:network:getVirtualNetworkPeering":
            return {"peeringState": "Connected"}
        if token != "azure-native:containerservice:listManagedClusterUserCredentials":
            raise ProviderError(f"the preview asks {token}, which was not recorded")
        value = base64.b64encode(self.kubeconfig.encode()).decode()
        return {"kubeconfigs": [{"name": "clusterUser", "value": value}]}


@dataclass
class EarlierStack(Stack):
    """Today's program over a state of before. Nothing of what the state describes runs."""

    ports: Mapping[str, int]

    def create(self) -> None:
        program(self.folder)
        (self.folder / "state").mkdir()
        self.succeed("stack", "init", STACK)

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{port}" for package, port in self.ports.items()),
        }

    def preview(self, settings: Path) -> dict[str, Any]:
        """What an update with these settings would do: its `steps`, and `changeSummary`, counts by kind."""
        ended = self.run("preview", "--json", "--config-file", str(settings))
        assert ended.status == 0, ended.output
        return json.JSONDecoder().raw_decode(ended.output[ended.output.index("{") :])[0]


@contextmanager
def earlier_stack(folder: Path, state: Path) -> Iterator[EarlierStack]:
    azure = RecordedAzure(folder / "azure")
    servers = [ProviderServer(provider) for provider in (azure, Kubernetes(list), Command())]
    names = (AzureNative.name, Kubernetes.name, Command.name)
    ports = {name: server.port for name, server in zip(names, servers, strict=True)}
    for server in servers:
        server.start()
    try:
        stack = EarlierStack(folder / "program", folder / "no-bundle", ports)
        stack.create()
        stack.succeed("stack", "import", "--file", str(state))
        azure.kubeconfig = json.loads(stack.succeed("stack", "output", "--json", "--show-secrets"))[
            "kubeconfig"
        ]
        yield stack
    finally:
        for server in servers:
            server.stop()


@pytest.mark.parametrize("name", STEPS)
def test_a_stack_of_an_earlier_version_previews_with_no_step_but_those_foreseen(
    name: str, tmp_path: Path
) -> None:
    state = STATES / f"{name}.json"
    with earlier_stack(tmp_path, state) as stack:
        preview = stack.preview(state.with_suffix(".yaml"))
    found = {step["urn"]: step["op"] for step in preview["steps"] if step["op"] != "same"}
    assert {urn.rpartition("::")[2]: operation for urn, operation in found.items()} == STEPS[name]
    lost = [urn for urn, operation in found.items() if is_kept(urn) and operation not in ("create", "update")]
    assert lost == []
    counts = preview["changeSummary"]
    assert sum(counts.values()) - counts.get("create", 0) == len(declared(state))


def test_every_recorded_state_is_previewed() -> None:
    recorded = {f"{path.parent.name}/{path.stem}" for path in STATES.glob("*/*.json")}
    assert recorded == set(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_the_changelog_tells_every_step_that_an_upgrade_takes(name: str) -> None:
    version = name.partition("/")[0]
    later, found, _ = (CHECKOUT / "CHANGELOG.md").read_text().partition(f"\n## {version} ")
    assert found, f"the changelog has no version {version}"
    told = "".join(re.findall(r"^### Existing stacks\n(.*?)(?=^##|\Z)", later, re.MULTILINE | re.DOTALL))
    assert [resource for resource in STEPS[name] if f"`{resource}`" not in told] == []


def declared(state: Path) -> list[str]:
    """The resources in a state, but for the providers that the engine declares by itself."""
    resources = json.loads(state.read_text())["deployment"]["resources"]
    urns = [resource["urn"] for resource in resources]
    return [urn for urn in urns if not re.search(r"::pulumi:providers:[\w-]+::default", urn)]


def is_kept(urn: str) -> bool:
    return urn.split("::")[2].rpartition(":")[2] in KEPT
