"""What each setting says about itself is what the program makes of it.

The program is declared twice, with a setting as it was and changed, and azure-native's comparison of the
inputs tells what an update would do.
"""

import functools
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from components.settings import Settings
from components.settings.validation.about import Change, Group, about
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.schema import differences
from tests.simulated.test_drift import is_ignored
from tests.unit.configurations import REQUIRED, encoded
from tests.unit.existing_site import in_shop
from tests.unit.recording import Deployment
from tests.unit.ssh_keys import ANOTHER_KEY
from tests.unit.test_main import CHECKOUT, run

OTHER: Mapping[str, Any] = {
    "resourceGroup": "another",
    "location": "northeurope",
    "tags": {"environment": "test"},
    "protect": False,
    "peering": None,
    "kafkaClusterName": "another-kafka",
    "kafkaWorkers": 4,
    "kafkaWorkerSize": "Standard_D13_V2",
    "kafkaDisksPerWorker": 1,
    "kafkaHeadSize": "Standard_D12_V2",
    "kafkaZookeeperSize": "Standard_A2_v2",
    "kafkaEncryptionInTransit": True,
    "storageAccountName": "anotherkafka",
    "storageRoleSeconds": 0,
    "ambariUser": "operator",
    "ambariPassword": "An0ther-Horse-8",
    "ambariSourceRanges": ["198.51.100.7/32"],
    "sshUser": "somebody",
    "sshPublicKey": ANOTHER_KEY,
    "aksClusterName": "another-aks",
    "kubernetesVersion": "1.34",
    "aksUpgradeChannel": "none",
    "aksNodeOsUpgradeChannel": "SecurityPatch",
    "aksApiSourceRanges": ["198.51.100.7/32"],
    "aksEntra": {"azureRbac": True, "disableLocalAccounts": True},
    "aksNodeCount": 3,
    "aksMaxNodeCount": 5,
    "aksNodeSize": "Standard_D8s_v5",
    "aksZones": ["1"],
    "aksMaxPods": 40,
    "aksPodNetwork": "flat",
    "aksNetworkPolicy": "calico",
    "appImage": "ghcr.io/contoso/kafka-test-app:1.0",
    "registryName": "anotherkafka",
    "hdinsightAddressSpace": ["10.10.0.0/16", "10.11.0.0/16"],
    "hdinsightSubnet": "10.10.4.0/24",
    "aksAddressSpace": ["10.20.0.0/16", "10.21.0.0/16"],
    "aksSubnet": "10.20.4.0/22",
    "serviceCidr": "10.31.0.0/16",
    "podCidr": "10.41.0.0/16",
    "hdinsightNetwork": in_shop("brokers", subnet="kafka"),
    "aksNetwork": in_shop("nodes", subnet="aks-subnet"),
}
"""Another value for each setting that Azure's resources are made of; None where none can stand alone."""
NEW: Mapping[Change, set[str]] = {
    Change.NEW_KAFKA: {"kafka-cluster"},
    # The Kafka cluster goes with its network, whose id is among its properties.
    Change.NEW_EVERYTHING: {"hdinsight-network", "aks-cluster", "registry-acr"},
    Change.NEW_AKS: {"aks-cluster"},
    Change.NEW_REGISTRY: {"registry-acr"},
}
"""The clusters and registries that a change replaces."""
KEPT = {"kafka-cluster", "kafka-storage", "aks-cluster", "registry-acr", "hdinsight-network", "aks-network"}
NOT_AZURE = {Change.LATER, Change.NEW_NAMESPACE, Change.REFUSED_OWN}


def field_named(alias: str) -> Any:
    return next(field for field in Settings.model_fields.values() if field.alias == alias)


def changed(name: str) -> Change:
    return about(field_named(name)).changed


def of_azure() -> list[str]:
    """The settings that Azure's resources are made of and that stand alone."""
    return [name for name, value in OTHER.items() if value is not None and "Network" not in name[-7:]]


def test_every_setting_of_azure_has_another_value_here() -> None:
    alone = {
        str(field.alias)
        for field in Settings.model_fields.values()
        if about(field).changed not in NOT_AZURE and about(field).group not in (Group.APP, Group.TOPICS)
    }
    assert alone - OTHER.keys() == set()


@pytest.mark.parametrize("name", [name for name in of_azure() if changed(name) in NEW])
def test_changing_a_setting_replaces_what_it_says(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    before, after = declared(json.dumps(REQUIRED)), run(encoded({**REQUIRED, name: OTHER[name]}))
    assert replaced(before, after) & KEPT >= NEW[changed(name)]


def test_changing_all_other_settings_replaces_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    others = {name: OTHER[name] for name in of_azure() if changed(name) not in NEW}
    assert {"kafkaWorkers", "aksNodeCount", "kubernetesVersion", "ambariSourceRanges"} <= others.keys()
    before, after = declared(json.dumps(REQUIRED)), run(encoded({**REQUIRED, **others}))
    assert replaced(before, after) & KEPT == set()


def test_a_ready_image_takes_nothing_away_but_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    before = declared(json.dumps(REQUIRED))
    after = run(encoded({**REQUIRED, "appImage": OTHER["appImage"]}))
    gone = {"registry", "registry-acr", "aks-pulls-images", "image", "image-build"}
    assert before.resources.keys() - after.resources.keys() == gone
    assert replaced(before, after) == set()


@functools.cache
def declared(configuration: str) -> Deployment:
    return run(encoded(json.loads(configuration)))


def replaced(before: Deployment, after: Deployment) -> set[str]:
    """The resources of Azure that an update from one program to the other would make anew."""
    return {
        resource.name
        for resource in after.resources.values()
        if resource.type.startswith("azure-native:") and resource.name in before.resources
        if is_replaced(before[resource.name].inputs, resource.inputs, resource.type, resource.options)
    }


def is_replaced(old: Mapping[str, Any], new: Mapping[str, Any], token: str, options: Any) -> bool:
    known = RESOURCE_TYPES[token]
    found = differences.difference(dict(old), dict(new), known.replaced_by | frozenset(known.path_inputs))
    left = [path for path in found.changed if not is_ignored(path, options.ignoreChanges)]
    return any(path in found.replace or replaces(path, options.replaceOnChanges) for path in left)


def replaces(path: str, patterns: Any) -> bool:
    """Whether one of the patterns of replace_on_changes covers a property; `[*]` is any place in a list."""
    anywhere = re.sub(r"\[\d+\]", "[*]", path)
    return any(
        anywhere == pattern or anywhere.startswith((f"{pattern}.", f"{pattern}[")) for pattern in patterns
    )
