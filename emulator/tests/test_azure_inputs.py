"""Inputs are held against the types of the installed SDK."""

import subprocess
import sys

import pytest

from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.schema import inputs, sdk
from emulator.providers.provider import UNKNOWN

_ASK_WHILE_ANOTHER_THREAD_LOADS = """
import sys, threading, types
import pulumi_azure_native
from emulator.azure.schema import sdk

module = sys.modules["pulumi_azure_native.network"]
first = threading.Thread(target=sdk.outputs, args=["azure-native:network:Subnet"])
first.start()
while type(module) is not types.ModuleType:
    pass
sdk.outputs("azure-native:network:VirtualNetwork")
first.join()
"""
_SUBNET = "azure-native:network:Subnet"


def _reasons(token: str, **values: object) -> dict[str, str]:
    return {failure.property: failure.reason for failure in inputs.failures(sdk.inputs(token), dict(values))}


def test_inputs_that_fit_have_no_failures() -> None:
    assert not _reasons(
        _SUBNET,
        resourceGroupName="group",
        virtualNetworkName="net",
        addressPrefixes=["10.0.0.0/24"],
        defaultOutboundAccess=False,
        natGateway={"id": "x"},
    )


def test_a_missing_property_is_named() -> None:
    assert _reasons(_SUBNET, resourceGroupName="group") == {
        "virtualNetworkName": "missing required property 'virtualNetworkName'"
    }


def test_a_misspelt_property_is_named_with_those_there_are() -> None:
    reasons = _reasons(
        _SUBNET, resourceGroupName="group", virtualNetworkName="net", adressPrefix="10.0.0.0/24"
    )
    assert list(reasons) == ["adressPrefix"]
    assert "is no property of this type" in reasons["adressPrefix"]
    assert "addressPrefix," in reasons["adressPrefix"]


def test_nested_types_are_checked_with_their_path() -> None:
    reasons = _reasons(
        "azure-native:network:NetworkSecurityGroup",
        resourceGroupName="group",
        securityRules=[{"access": "Allow", "direction": "Sideways", "protocol": "Tcp", "priority": "high"}],
    )
    assert reasons == {
        "securityRules[0].direction": (
            "'securityRules[0].direction' is 'Sideways', not one of Inbound, Outbound"
        ),
        "securityRules[0].priority": "'securityRules[0].priority' should be an integer, not a string",
    }


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("addressPrefixes", "10.0.0.0/24", "should be an array, not a string"),
        ("addressPrefix", ["10.0.0.0/24"], "should be a string, not an array"),
        ("defaultOutboundAccess", "false", "should be a boolean, not a string"),
        ("natGateway", "id", "should be an object, not a string"),
        ("addressPrefixes", [1], "'addressPrefixes[0]' should be a string, not a number"),
    ],
)
def test_a_value_of_another_type_is_refused(name: str, value: object, reason: str) -> None:
    reasons = _reasons(_SUBNET, resourceGroupName="group", virtualNetworkName="net", **{name: value})
    assert len(reasons) == 1
    assert reason in next(iter(reasons.values()))


def test_enumerations_are_compared_without_case() -> None:
    arguments = {"resourceGroupName": "g", "sku": {"name": "standard_lrs"}, "kind": "storagev2"}
    assert not _reasons("azure-native:storage:StorageAccount", **arguments)


def test_whole_numbers_may_come_as_floats() -> None:
    token = "azure-native:network:NatGateway"
    assert not _reasons(token, resourceGroupName="g", idleTimeoutInMinutes=10.0)
    assert _reasons(token, resourceGroupName="g", idleTimeoutInMinutes=10.5)
    assert _reasons(token, resourceGroupName="g", idleTimeoutInMinutes=True)


def test_unknown_values_pass() -> None:
    assert not _reasons(
        _SUBNET, resourceGroupName=UNKNOWN, virtualNetworkName=UNKNOWN, natGateway={"id": UNKNOWN}
    )


def test_items_of_a_map_are_checked() -> None:
    reasons = _reasons(
        "azure-native:managedidentity:UserAssignedIdentity", resourceGroupName="g", tags={"team": 5}
    )
    assert reasons == {"tags['team']": "'tags['team']' should be a string, not a number"}


def test_standalone_parts_are_those_the_sdk_documents() -> None:
    assert sdk.standalone_parts("azure-native:network:VirtualNetwork") == {
        "subnets",
        "virtualNetworkPeerings",
    }
    assert sdk.standalone_parts("azure-native:network:NetworkSecurityGroup") == {"securityRules"}
    assert sdk.standalone_parts(_SUBNET) == frozenset()


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_every_modelled_input_exists_in_the_sdk(token: str) -> None:
    for path in RESOURCE_TYPES[token].modelled:
        shape = sdk.inputs(token)
        for step in path.replace("[]", ".[]").split("."):
            inner = shape.item if step == "[]" else shape.properties.get(step)
            assert inner is not None, f"{token} has no {path}"
            shape = inner


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_every_input_of_an_id_exists_in_the_sdk(token: str) -> None:
    assert set(RESOURCE_TYPES[token].path_inputs) <= sdk.inputs(token).properties.keys()


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_the_sdk_says_which_api_version_it_uses(token: str) -> None:
    assert sdk.api_version(token)[:2] == "20"


def test_a_type_may_be_asked_for_while_its_module_loads() -> None:
    subprocess.run([sys.executable, "-c", _ASK_WHILE_ANOTHER_THREAD_LOADS], check=True, timeout=60)
