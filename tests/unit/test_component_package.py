"""The component package: what programs in other languages say becomes the components of this repository."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.component import ComponentProvider

import components
from tests.unit.recording import GROUP, Deployment, deploy
from tests.unit.ssh_keys import KEY

PLUGIN = Path(__file__).resolve().parents[2] / "plugin"
MODULES = {"Networks": "networks", "Kafka": "kafka_cluster", "Aks": "aks_cluster"}
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/aks-network/subnets/aks-subnet"
NETWORKS: dict[str, Any] = {
    "resourceGroup": "test",
    "location": "westeurope",
    "hdinsightAddressSpace": ["10.10.0.0/16"],
    "hdinsightSubnet": "10.10.0.0/24",
    "aksAddressSpace": ["10.20.0.0/16"],
    "aksSubnet": "10.20.0.0/22",
    "ambariSourceRanges": ["203.0.113.7/32"],
}
KAFKA: dict[str, Any] = {
    "name": "orders-kafka",
    "resourceGroup": "test",
    "location": "westeurope",
    "networkId": "network-id",
    "subnetId": "subnet-id",
    "storageAccountName": "orderskafka",
    "gatewayPassword": "Very-Secr3t!",
    "sshPublicKey": KEY,
    "workers": 4.0,
}
AKS: dict[str, Any] = {
    "name": "shop-aks",
    "resourceGroup": "test",
    "location": "westeurope",
    "subnetId": SUBNET,
    "nodeCount": 3.0,
}


@pytest.fixture(scope="module")
def provider() -> Iterator[ComponentProvider]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "aks_kafka", components)
        patch.syspath_prepend(PLUGIN)
        found = [getattr(importlib.import_module(module), name) for name, module in MODULES.items()]
        yield ComponentProvider(found, "aks-kafka")
        for module in MODULES.values():
            del sys.modules[module]


def construct(provider: ComponentProvider, component: str, inputs: dict[str, Any]) -> Deployment:
    """What is registered for such a resource of a program, whose outputs are exported."""

    def program() -> None:
        made = provider.construct("orders", f"aks-kafka:index:{component}", inputs)
        for name, value in made.state.items():
            pulumi.export(name, value)

    return deploy(program)


def test_networks_are_peered_and_their_ids_handed_out(provider: ComponentProvider) -> None:
    made = construct(provider, "Networks", NETWORKS)
    assert made["hdinsight-subnet"].inputs["addressPrefix"] == "10.10.0.0/24"
    assert made["aks-network"].inputs["addressSpace"] == {"addressPrefixes": ["10.20.0.0/16"]}
    assert made["aks-to-hdinsight"].parent == "orders"
    assert made.outputs.keys() == {"hdinsightNetworkId", "hdinsightSubnetId", "aksNetworkId", "aksSubnetId"}
    assert made.outputs["aksSubnetId"].endswith("/subnets/aks-subnet")


def test_kafka_has_as_many_workers_as_another_language_s_number_says(provider: ComponentProvider) -> None:
    made = construct(provider, "Kafka", KAFKA)
    roles = made["orders-cluster"].inputs["properties"]["computeProfile"]["roles"]
    assert [role["targetInstanceCount"] for role in roles] == [2, 4, 3]
    assert made["orders-workers"].inputs["environment"]["WORKERS"] == "4"
    assert made.outputs["clusterName"] == "orders-kafka"
    assert made.outputs["ambariUrl"].startswith("https://")


def test_aks_has_the_defaults_of_this_program_and_a_secret_kubeconfig(provider: ComponentProvider) -> None:
    made = construct(provider, "Aks", AKS)
    inputs = made["orders-cluster"].inputs
    [pool] = inputs["agentPoolProfiles"]
    assert (pool["count"], pool["vmSize"]) == (3, "Standard_D4s_v5")
    assert inputs["networkProfile"]["networkPluginMode"] == "overlay"
    assert "kubeconfig" in made.outputs


@pytest.mark.parametrize(
    ("component", "inputs", "missing"), [("Kafka", KAFKA, "gatewayPassword"), ("Aks", AKS, "subnetId")]
)
def test_an_input_that_is_missing_is_named(
    provider: ComponentProvider, component: str, inputs: dict[str, Any], missing: str
) -> None:
    lacking = {name: value for name, value in inputs.items() if name != missing}
    with pytest.raises(pulumi.InputPropertyError, match=missing):
        provider.construct("orders", f"aks-kafka:index:{component}", lacking)
