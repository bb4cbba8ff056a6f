"""The review knows which properties the program's settings decide."""

import re
from typing import Any

import certifi
import pytest

from components.settings import Settings
from policy.rules import without_version
from review.differences import differences
from review.preview import Change, Operation
from review.settings import DECIDED
from tests.unit.configurations import REQUIRED, encoded
from tests.unit.test_main import CHECKOUT, run

OTHERS: dict[str, Any] = {
    "resourceGroup": "another-group",
    "location": "northeurope",
    "tags": {"environment": "test"},
    "kafkaClusterName": "another-kafka",
    "kafkaWorkers": 5,
    "kafkaWorkerSize": "Standard_D13_V2",
    "kafkaDisksPerWorker": 4,
    "kafkaHeadSize": "Standard_D12_V2",
    "kafkaZookeeperSize": "Standard_A2_v2",
    "kafkaEncryptionInTransit": True,
    "storageAccountName": "anotherstorage",
    "ambariPassword": "Another-Horse-8",
    "ambariSourceRanges": ["198.51.100.7/32"],
    "aksClusterName": "another-aks",
    "kubernetesVersion": "1.33",
    "aksUpgradeChannel": "none",
    "aksNodeOsUpgradeChannel": "SecurityPatch",
    "aksApiSourceRanges": ["198.51.100.0/24"],
    "aksEntra": {"azureRbac": True},
    "aksNodeCount": 3,
    "aksMaxNodeCount": 5,
    "aksNodeSize": "Standard_D8s_v5",
    "aksZones": ["1", "2"],
    "aksMaxPods": 40,
    "aksNetworkPolicy": "azure",
    "serviceCidr": "10.31.0.0/16",
    "podCidr": "10.41.0.0/16",
    "aksPodNetwork": "overlay",
    "registryName": "anotherregistry",
    "hdinsightAddressSpace": ["10.11.0.0/16"],
    "hdinsightSubnet": "10.11.0.0/24",
    "aksAddressSpace": ["10.21.0.0/16"],
    "aksSubnet": "10.21.0.0/22",
    "namespace": "another",
    "appExposure": "internal",
    "appPort": 81,
    "appSourceRanges": ["198.51.100.0/24"],
    "appReplicas": 3,
    "appHosts": ["page.example.org"],
    "appImage": "ghcr.io/contoso/kafka-test-app:1.0",
    "topics": [{"name": "other"}],
    "appAccessToken": "a-token-that-nobody-guesses",
    "kafkaProtocol": "SASL_SSL",
    "kafkaSaslMechanism": "SCRAM-SHA-512",
    "kafkaCa": certifi.contents(),
    "kafkaUser": "anna",
    "kafkaPassword": "s3cret",
    "protect": False,
    "restart": "all-at-once",
    "restartUnit": "rack",
    "restartBatch": 3,
    "restartStrict": True,
    "restartSettleSeconds": 90,
    "keepIpAdvertising": True,
}
APART = {
    # An internal load balancer is a Service of its own.
    "appExposure": {"appExposure": "none", "appSourceRanges": []},
    "appPort": {"appPort": 81},
    # An image of somebody else's leaves the stack without a registry.
    "registryName": {"registryName": "anotherregistry"},
}
"""Settings that hide each other when they change at once."""


def declared(monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]) -> dict[str, tuple[str, Any, bool]]:
    """Type and inputs of each resource by its name, and whether it is protected."""
    monkeypatch.chdir(CHECKOUT)
    found = run(encoded(settings)).resources.values()
    return {one.name: (without_version(one.type), one.inputs, one.options.protect) for one in found}


@pytest.mark.thorough
def test_every_setting_that_is_told_is_seen_where_the_program_puts_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = declared(monkeypatch, {**REQUIRED, "aksPodNetwork": "overlay", "appHosts": ["a.example.org"]})
    others = [OTHERS, *({**REQUIRED, **settings} for settings in APART.values())]
    seen = set()
    for settings in others:
        after = declared(monkeypatch, {**REQUIRED, **settings})
        for name, (type_, inputs, protected) in after.items():
            _, old, was_protected = before.get(name, (type_, {}, protected))
            change = Change(
                f"urn::{name}", type_, Operation.UPDATE, old, inputs, protected=(was_protected, protected)
            )
            paths = [one.path for one in differences(change)]
            for decided in DECIDED:
                if decided.resource in (name, type_):
                    seen |= {decided for path in paths if re.fullmatch(decided.path, path)}
    assert [decided.setting for decided in DECIDED if decided not in seen] == []


def test_the_settings_that_are_told_are_the_program_s() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    assert [decided.setting for decided in DECIDED if decided.setting not in known] == []
