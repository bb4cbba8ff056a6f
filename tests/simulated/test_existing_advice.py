"""What a preview advises about networks that exist is done, and leaves nothing to say."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.existing import Existing, read_existing
from components.settings import Settings, WrongSettings
from emulator import az, control
from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.azure.network.operations import NetworkOperations
from emulator.azure.registry.operations import RegistryOperations
from emulator.azure.resource_manager.cloud import Propagation
from emulator.azure.resource_manager.refusals import Refused
from emulator.providers.provider import ProviderError
from emulator.tests.azure_clusters import KafkaSite
from emulator.tests.azure_subscription import Made, Subscription
from tests.unit.configurations import REQUIRED, encoded
from tests.unit.recording import Azure, Refusal, deploy

GROUP = {"existing": {"name": "group"}}


class Networks:
    """Two networks that exist, and what somebody does with `az` there."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.subscription = Subscription(folder)
        self.subscription.group()
        self.one = self.subscription.network("brokers", "10.1.0.0/16")
        self.two = self.subscription.network("nodes", "10.2.0.0/16")
        for name, network, range_ in (("kafka", "brokers", "10.1.0.0/24"), ("pods", "nodes", "10.2.0.0/20")):
            self.subscription.create(
                "network:Subnet",
                name,
                resourceGroupName="group",
                virtualNetworkName=network,
                subnetName=name,
                addressPrefix=range_,
            )
        operations = NetworkOperations(self.subscription.cloud)
        registries = RegistryOperations(self.subscription.cloud)
        commands: Mapping[str, Callable[..., Any]] = {
            "peering-delete": operations.delete_peerings,
            "peering-create": operations.create_peering,
            "registry-update": registries.update,
        }
        monkeypatch.setattr(control, "call", lambda _home, command, /, **given: commands[command](**given))
        self._monkeypatch = monkeypatch
        self.said: list[str] = []
        monkeypatch.setattr(pulumi.log, "warn", self.said.append)

    def az(self, command: str) -> None:
        self._monkeypatch.setattr(sys, "argv", shlex.split(command))
        assert az.main() == 0

    def preview(self, **choices: Any) -> None:
        """What is read and checked of that which exists."""
        values = {name: value for name, value in REQUIRED.items() if name != "ambariSourceRanges"} | {
            "group": GROUP,
            "aksApiSourceRanges": ["203.0.113.7/32"],
            "hdinsightNetwork": adopted("brokers", "kafka"),
            "aksNetwork": adopted("nodes", "pods"),
            **choices,
        }
        plain = {name.removeprefix("aks-kafka:"): value for name, value in encoded(values).items()}
        settings = Settings.parse(plain, {"ambariPassword"}, stack="test")
        deploy(lambda: read_existing(settings), azure=EmulatedReads(self.subscription))


class EmulatedReads(Azure):
    """Answers functions as the subscription does."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__({})
        self._subscription = subscription

    def call(self, args: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token == "command:local:run":
            assert args.args["command"].startswith("az acr show ")
            asked = args.args["environment"]
            shown = RegistryOperations(self._subscription.cloud).show(
                asked["GROUP"], asked["NAME"], asked["SUBSCRIPTION"]
            )
            return {"stdout": json.dumps(shown), "stderr": ""}, []
        arguments = {name: value for name, value in args.args.items() if value is not None}
        try:
            return self._subscription.provider.invoke({}, args.token, arguments), []
        except ProviderError as error:
            raise Refusal(str(error)) from error


def adopted(name: str, subnet: str) -> dict[str, Any]:
    return {"existing": {"resourceGroup": "group", "name": name, "subnet": subnet}}


@pytest.fixture
def networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Networks:
    return Networks(tmp_path, monkeypatch)


def advice(networks: Networks) -> str:
    with pytest.raises(WrongSettings) as raised:
        networks.preview()
    [mistake] = raised.value.mistakes
    assert mistake.setting == "peering"
    return mistake.right


@pytest.mark.parametrize("side", ["hdinsight", "aks"])
@pytest.mark.parametrize("state", ["Initiated", "Disconnected"])
def test_a_half_that_was_left_over_is_deleted(networks: Networks, side: str, state: str) -> None:
    ends: list[Made] = [networks.one, networks.two]
    here, there = ends if side == "hdinsight" else reversed(ends)
    left = networks.subscription.peering(here, there)
    if state == "Disconnected":
        networks.subscription.delete(networks.subscription.peering(there, here))
    networks.subscription.refresh(left)
    assert left.outputs["peeringState"] == state
    networks.az(advice(networks))
    networks.preview()
    assert networks.said == []
    networks.subscription.peering(here, there)
    assert networks.subscription.peering(there, here).outputs["peeringState"] == "Connected"


def test_a_whole_peering_is_used(networks: Networks) -> None:
    networks.subscription.peering(networks.one, networks.two)
    networks.subscription.peering(networks.two, networks.one)
    networks.preview(peering=json.loads(advice(networks)))
    assert networks.said == []


def test_half_a_peering_is_completed_by_whoever_peers_by_hand(networks: Networks) -> None:
    networks.subscription.peering(networks.two, networks.one)
    networks.preview(peering=False)
    [said] = networks.said
    assert said.startswith("peering is false, and nodes has but a half of a peering to brokers: ")
    networks.az(said.rpartition("\n")[2])
    networks.said.clear()
    networks.preview(peering=False)
    assert networks.said == []


def test_a_disconnected_half_is_deleted_and_the_peering_left_to_the_program(networks: Networks) -> None:
    networks.subscription.peering(networks.one, networks.two)
    networks.subscription.delete(networks.subscription.peering(networks.two, networks.one))
    networks.preview(peering=False)
    [said] = networks.said
    assert "in state Disconnected, which no packet takes" in said
    networks.az(said.rpartition("\n")[2])
    networks.said.clear()
    networks.preview(peering=True)
    assert networks.said == []


def test_a_name_that_azure_does_not_have_is_written_as_azure_has_it(networks: Networks) -> None:
    with pytest.raises(WrongSettings) as raised:
        networks.preview(hdinsightNetwork=adopted("broker", "kafka"))
    [mistake] = raised.value.mistakes
    assert mistake.right == "as `az resource list --output table` shows it"
    networks.preview(hdinsightNetwork=adopted(networks.one.id.rpartition("/")[2], "kafka"))


@pytest.mark.parametrize("closed", [{"public": False}, {"mode": "rbac-abac"}])
def test_a_registry_is_opened(networks: Networks, closed: dict[str, Any]) -> None:
    networks.subscription.registry("images")
    operations = RegistryOperations(networks.subscription.cloud)
    operations.update("group", "images", None, **closed)
    adopting = {"registry": {"existing": {"resourceGroup": "group", "name": "images"}}, "registryName": ""}
    with pytest.raises(WrongSettings) as raised:
        networks.preview(**adopting)
    [mistake] = raised.value.mistakes
    with pytest.raises(Refused):
        operations.login("images", None)
    networks.az(mistake.right)
    networks.preview(**adopting)
    assert networks.said == []
    assert operations.login("images", None) == "images.azurecr.io"


def test_a_cluster_that_azure_changes_can_be_adopted(tmp_path: Path) -> None:
    subscription = Subscription(tmp_path)
    subscription.group()
    site = KafkaSite(subscription)
    site.grant()
    cluster = site.create()
    shown = HdinsightOperations(subscription.cloud).show("group", "mykafka", None)
    subscription.cloud.propagation = Propagation(cluster_change=3600)
    HdinsightOperations(subscription.cloud).patch(cluster.id, {"identity": shown["identity"]})
    new = ("kafkaClusterName", "storageAccountName", "ambariSourceRanges", "sshPublicKey")
    values = {name: value for name, value in REQUIRED.items() if name not in new} | {
        "aksApiSourceRanges": ["203.0.113.7/32"],
        "kafka": {"existing": {"resourceGroup": "group", "name": "mykafka"}},
        "aksAddressSpace": "10.99.0.0/16",
        "aksSubnet": "10.99.0.0/22",
    }
    plain = {name.removeprefix("aks-kafka:"): value for name, value in encoded(values).items()}
    settings = Settings.parse(plain, {"ambariPassword"}, stack="test")
    found: list[Existing] = []
    deploy(lambda: found.append(read_existing(settings)), azure=EmulatedReads(subscription))
    assert found[0].kafka
    assert (found[0].kafka.name, found[0].kafka.workers) == ("mykafka", 3)
