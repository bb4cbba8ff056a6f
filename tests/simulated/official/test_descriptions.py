"""What the program asks of Azure is what Azure's official SDKs describe, whatever is configured."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from components.aks import IMMUTABLE_IN_A_POOL
from components.settings import Settings
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.schema import sdk
from tests.simulated.official.descriptions import DESCRIPTIONS, beyond_models
from tests.unit.configurations import any_choices, each_choice_once, encoded, settings_varied
from tests.unit.existing_site import Site
from tests.unit.recording import Deployment
from tests.unit.test_main import run

CHECKOUT = Path(__file__).resolve().parents[3]
TOKENS = sorted(DESCRIPTIONS)
NEAREST = {"azure-native:resources:ResourceGroup": "2024-07-01"}
"""The version of the API that is described where the package lacks azure-native's."""
LATER = {"azure-native:network:VirtualNetwork": ["subnets.[].serviceGateway"]}
"""Properties that a description got after the models were made of it."""


def deployment(configuration: Mapping[str, Any]) -> Deployment:
    return _deployment(json.dumps(configuration))


@cache
def _deployment(configuration: str) -> Deployment:
    """Once for each test of the same."""
    return run(encoded(json.loads(configuration)), Site().answers())


def mistakes(deployed: Deployment) -> dict[str, list[str]]:
    """What the descriptions say against each resource of Azure's, where they say anything."""
    found = {
        resource.name: DESCRIPTIONS[resource.type].mistakes(resource.inputs)
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
def test_version_is_the_one_that_azure_native_asks(token: str) -> None:
    assert DESCRIPTIONS[token].version == NEAREST.get(token, sdk.api_version(token))
    assert NEAREST.get(token) != sdk.api_version(token)


@pytest.mark.parametrize("token", TOKENS)
def test_properties_are_called_as_azure_native_calls_them(token: str) -> None:
    """Both are generated from the same source: what only one has is missing, or has another name here."""
    assert unknown_to_the_models(token) == LATER.get(token, [])


def unknown_to_the_models(token: str) -> list[str]:
    """Places that azure-native's classes have and the models have not; a class is looked into once."""
    found, seen, left = [], set(), [("", sdk.inputs(token))]
    while left:
        outer, shape = left.pop()
        if shape.sdk_class in seen:
            continue
        seen.add(shape.sdk_class)
        for name, inner in shape.properties.items():
            here = f"{outer}{name}"
            if DESCRIPTIONS[token].at(here) is None:
                found.append(here)
                continue
            is_list = inner.kind == "array"
            left.append((f"{here}.[].", inner.item or inner) if is_list else (f"{here}.", inner))
    return found


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
        ({"pool": {"vmsize": "large"}}, ["$.agentPoolProfiles[0]: Additional properties are not allowed"]),
        ({"pool": {"name": "Pool"}}, ["$.agentPoolProfiles[0].name: 'Pool' does not match"]),
        ({"pool": {"count": "2"}}, ["$.agentPoolProfiles[0].count: '2' is not of type 'integer'"]),
        ({"pool": {"count": 0}}, ["$.agentPoolProfiles[0].count: 0 is less than the minimum of 1"]),
        ({"pool": {"osDiskSizeGB": 4096}}, ["$.agentPoolProfiles[0].osDiskSizeGB: 4096 is greater than"]),
        ({"network": {"networkPolicy": "weave"}}, ["$.networkProfile.networkPolicy: 'weave' is not one of"]),
        ({"network": {"ipFamilies": ["IPv5"]}}, ["$.networkProfile.ipFamilies[0]: 'IPv5' is not one of"]),
        ({"network": {"serviceCidr": "10.0.0.0"}}, []),
        ({"network": {"serviceCidr": "ten"}}, ["$.networkProfile.serviceCidr: 'ten' does not match"]),
        ({"fqdn": "aks.azmk8s.io"}, ["$.fqdn: is read-only"]),
        ({"resourceName": "aks-"}, ["$.resourceName: 'aks-' does not match"]),
        ({"resourceGroupName": "a" * 91}, ["$.resourceGroupName: 'aaaaa"]),
        ({"identity": {"userAssignedIdentities": {"/an/id": {}}}}, ["$.identity.userAssignedIdentities: {"]),
    ],
)
def test_mistake_is_found(changed: dict[str, Any], found: list[str]) -> None:
    messages = DESCRIPTIONS["azure-native:containerservice:ManagedCluster"].mistakes(aks_inputs(**changed))
    assert len(messages) == len(found)
    for message, beginning in zip(messages, found, strict=True):
        assert message.startswith(beginning)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("abc", []),
        ("ab", ["$.accountName: 'ab' is too short"]),
        ("a" * 25, ["$.accountName: 'aaaaaaaaaaaaaaaaaaaaaaaaa' is too long"]),
        ("Abc", ["$.accountName: 'Abc' does not match '^[a-z0-9]+$'"]),
    ],
)
def test_name_in_the_path_is_checked(name: str, found: list[str]) -> None:
    account = {
        "resourceGroupName": "group",
        "accountName": name,
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "enableHttpsTrafficOnly": True,
    }
    assert DESCRIPTIONS["azure-native:storage:StorageAccount"].mistakes(account) == found


RULE = {
    "name": "https",
    "access": "Allow",
    "direction": "Inbound",
    "priority": 100,
    "protocol": "Tcp",
    "sourcePortRange": "*",
}


@pytest.mark.parametrize("name", ["access", "direction", "priority", "protocol"])
def test_missing_property_is_found_that_the_models_lift_out_of_an_inner_object(name: str) -> None:
    """The models no longer say that it is required: properties.protocol of a rule, for example."""
    token = "azure-native:network:NetworkSecurityGroup"
    group = {"resourceGroupName": "a", "networkSecurityGroupName": "b", "securityRules": [dict(RULE)]}
    assert DESCRIPTIONS[token].mistakes(group) == []
    del group["securityRules"][0][name]
    assert DESCRIPTIONS[token].mistakes(group) == [f"$.securityRules[0]: '{name}' is a required property"]


def test_option_of_the_query_is_checked() -> None:
    peering = DESCRIPTIONS["azure-native:network:VirtualNetworkPeering"]
    names = {"resourceGroupName": "a", "virtualNetworkName": "b", "virtualNetworkPeeringName": "c"}
    assert peering.mistakes({**names, "syncRemoteAddressSpace": "true"}) == []
    assert peering.mistakes({**names, "syncRemoteAddressSpace": "yes"}) == [
        "$.syncRemoteAddressSpace: 'yes' is not one of ['true']"
    ]


@pytest.mark.parametrize("name", ["location", "resourceName"])
def test_missing_property_is_found(name: str) -> None:
    inputs = aks_inputs()
    del inputs[name]
    messages = DESCRIPTIONS["azure-native:containerservice:ManagedCluster"].mistakes(inputs)
    assert messages == [f"$: '{name}' is a required property"]


def test_what_the_texts_alone_say_is_found() -> None:
    role = DESCRIPTIONS["azure-native:authorization:RoleAssignment"]
    given = {"scope": "/a", "roleAssignmentName": "mine", "roleDefinitionId": "b", "principalId": "c"}
    assert len(role.mistakes(given)) == 1
    assert role.mistakes({**given, "roleAssignmentName": "8ac2d6a6-0000-4000-8000-000000000001"}) == []


def test_what_is_known_beyond_the_models_is_about_properties_that_they_have() -> None:
    for token, description in DESCRIPTIONS.items():
        places = [*beyond_models(token).get("fixed", []), *limited(beyond_models(token).get("limits", {}))]
        assert [place for place in places if description.at(place) is None] == []


def limited(schema: Mapping[str, Any]) -> Iterator[str]:
    """The places that a schema has limits for."""
    inside = {**schema.get("properties", {}), **({"[]": schema["items"]} if "items" in schema else {})}
    for name, inner in inside.items():
        yield from (f"{name}.{place}" for place in limited(inner))
        yield name


def test_what_never_changes_is_planned_as_a_replacement() -> None:
    """By azure-native itself, whose rules the emulator knows, or because the program asks for it."""
    before, after = map(deployment, list(each_choice_once())[:2])
    found = set()
    for resource in before.resources.values():
        if resource.type in TOKENS:
            planned = {*RESOURCE_TYPES[resource.type].replaced_by, *resource.options.replaceOnChanges}
            for place in beyond_models(resource.type).get("fixed", []):
                if at(place, resource.inputs) != at(place, after[resource.name].inputs):
                    found.add(place)
                    assert place in planned, f"{resource.type}'s {place}"
    assert {"location", "dnsPrefix"} <= found


def at(place: str, inputs: Mapping[str, Any]) -> Any:
    """The value of an input."""
    value: Any = inputs
    for name in place.split("."):
        value = (value or {}).get(name)
    return value


def test_pool_s_fixed_properties_exist() -> None:
    description = DESCRIPTIONS["azure-native:containerservice:ManagedCluster"]
    known = [description.at(f"agentPoolProfiles.[].{name}") for name in IMMUTABLE_IN_A_POOL]
    assert known
    assert None not in known
