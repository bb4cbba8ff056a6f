"""What the program asks of Azure is what Azure's API descriptions take, whatever is configured."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from components.aks import IMMUTABLE_IN_A_POOL
from components.settings import Settings
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.schema import sdk
from tests.simulated.api_descriptions import descriptions
from tests.unit.configurations import any_choices, each_choice_once, encoded, settings_varied
from tests.unit.existing_site import Site
from tests.unit.recording import Deployment
from tests.unit.test_main import run

CHECKOUT = Path(__file__).resolve().parents[2]
TOKENS = sorted(descriptions())


def deployment(configuration: Mapping[str, Any]) -> Deployment:
    return _deployment(json.dumps(configuration))


@cache
def _deployment(configuration: str) -> Deployment:
    """Once for each test of the same."""
    return run(encoded(json.loads(configuration)), Site().answers())


def mistakes(deployed: Deployment) -> dict[str, list[str]]:
    """What the descriptions say against each resource of Azure's, where they say anything."""
    found = {
        resource.name: descriptions()[resource.type].mistakes(resource.inputs)
        for resource in deployed.resources.values()
        if resource.type.startswith("azure-native:")
    }
    return {name: wrong for name, wrong in found.items() if wrong}


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)


@pytest.mark.parametrize("configuration", list(each_choice_once()))
def test_inputs_hold_against_the_descriptions(configuration: Mapping[str, Any]) -> None:
    assert mistakes(deployment(configuration)) == {}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(any_choices())
def test_inputs_hold_whatever_goes_together(configuration: Mapping[str, Any]) -> None:
    assert mistakes(deployment(configuration)) == {}


def test_every_setting_is_varied() -> None:
    every = {str(field.alias) for field in Settings.model_fields.values()}
    # These have to keep to rules of their own, and go where nothing depends on their content.
    assert every - settings_varied() == {"ambariPassword", "sshPublicKey", "kafkaCa"}


def test_there_is_a_description_of_every_type() -> None:
    assert set(TOKENS) == set(RESOURCE_TYPES)


@pytest.mark.parametrize("token", TOKENS)
def test_version_is_the_one_that_the_sdk_asks(token: str) -> None:
    assert descriptions()[token].version == sdk.api_version(token)


@pytest.mark.parametrize("token", TOKENS)
def test_description_agrees_with_the_sdk_that_was_generated_from_it(token: str) -> None:
    """Two ways from the same source: a slip on one of them shows. The SDK's text may be a little later."""
    for place, described in descriptions()[token].properties():
        shape = sdk.inputs(token)
        for name in place:
            shape = shape.item if name == "[]" and shape.item else shape.properties[name]
        if choices := described.get("enum"):
            assert set(choices) <= set(shape.choices), f"{token} {place}"


# Each shows that a mistake of its kind would be found.


def aks_inputs(**changed: Any) -> dict[str, Any]:
    pool = {"name": "nodepool1", "count": 2, **changed.pop("pool", {})}
    return {
        "resourceGroupName": "group",
        "resourceName": "aks",
        "location": "westeurope",
        "agentPoolProfiles": [pool],
        "networkProfile": {"serviceCidr": "10.0.0.0/16", **changed.pop("network", {})},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": ["/an/id"]},
        **changed,
    }


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, []),
        ({"dnsPrefx": "aks"}, ["$: Additional properties are not allowed ('dnsPrefx' was unexpected)"]),
        ({"pool": {"vmsize": "large"}}, ["$.properties.agentPoolProfiles[0]: Additional properties"]),
        ({"pool": {"name": "Pool"}}, ["$.properties.agentPoolProfiles[0].name: 'Pool' does not match"]),
        ({"pool": {"count": "2"}}, ["$.properties.agentPoolProfiles[0].count: '2' is not of type 'integer'"]),
        ({"network": {"networkPolicy": "weave"}}, ["$.properties.networkProfile.networkPolicy: 'weave' is"]),
        ({"network": {"serviceCidr": "10.0.0.0"}}, []),
        ({"network": {"serviceCidr": "ten"}}, ["$.properties.networkProfile.serviceCidr: 'ten' does not"]),
        ({"fqdn": "aks.azmk8s.io"}, ["$.properties.fqdn: is read-only"]),
        ({"resourceName": "aks-"}, ["$.resourceName: 'aks-' does not match"]),
    ],
)
def test_mistake_is_found(changed: dict[str, Any], found: list[str]) -> None:
    messages = descriptions()["azure-native:containerservice:ManagedCluster"].mistakes(aks_inputs(**changed))
    assert len(messages) == len(found)
    for message, beginning in zip(messages, found, strict=True):
        assert message.startswith(beginning)


def test_option_of_the_query_is_checked_and_is_no_part_of_the_body() -> None:
    peering = descriptions()["azure-native:network:VirtualNetworkPeering"]
    names = {"resourceGroupName": "a", "virtualNetworkName": "b", "virtualNetworkPeeringName": "c"}
    assert peering.request({**names, "syncRemoteAddressSpace": "true"}) == (names, {})
    assert peering.mistakes({**names, "syncRemoteAddressSpace": "yes"}) == [
        "$.syncRemoteAddressSpace: 'yes' is not one of ['true']"
    ]


def test_missing_location_is_found() -> None:
    inputs = aks_inputs()
    del inputs["location"]
    messages = descriptions()["azure-native:containerservice:ManagedCluster"].mistakes(inputs)
    assert messages == ["$: 'location' is a required property"]


def test_request_is_what_azure_native_would_send() -> None:
    description = descriptions()["azure-native:storage:StorageAccount"]
    inputs = {"accountName": "contoso", "kind": "StorageV2", "enableHttpsTrafficOnly": True}
    assert description.request(inputs) == (
        {"accountName": "contoso"},
        {"kind": "StorageV2", "properties": {"supportsHttpsTrafficOnly": True}},
    )
    _, body = descriptions()["azure-native:containerservice:ManagedCluster"].request(aks_inputs())
    assert body["identity"]["userAssignedIdentities"] == {"/an/id": {}}
    assert body["properties"]["agentPoolProfiles"] == [{"name": "nodepool1", "count": 2}]


def test_what_never_changes_is_planned_as_a_replacement() -> None:
    """By azure-native itself, whose rules the emulator knows, or because the program asks for it."""
    before, after = map(deployment, list(each_choice_once())[:2])
    found = set()
    for resource in before.resources.values():
        if resource.type in TOKENS:
            planned = {*RESOURCE_TYPES[resource.type].replaced_by, *resource.options.replaceOnChanges}
            for place in fixed(resource.type):
                if at(place, resource.inputs) != at(place, after[resource.name].inputs):
                    found.add(place)
                    assert place in planned, f"{resource.type}'s {place}"
    assert {"location", "dnsPrefix"} <= found


def fixed(token: str) -> list[str]:
    """What the description says can't be changed."""
    return [
        ".".join(place)
        for place, described in descriptions()[token].properties()
        if "update" not in described.get("x-ms-mutability", ["update"]) and "[]" not in place
    ]


def at(place: str, inputs: Mapping[str, Any]) -> Any:
    """The value of an input."""
    value: Any = inputs
    for name in place.split("."):
        value = (value or {}).get(name)
    return value


def test_pool_s_fixed_properties_exist() -> None:
    known = {
        place[-1]
        for place, _ in descriptions()["azure-native:containerservice:ManagedCluster"].properties()
        if place[:2] == ("agentPoolProfiles", "[]")
    }
    assert set(IMMUTABLE_IN_A_POOL) <= known
