"""What azure-native adds to the resource manager: names, regions, previews, imports, its own refusals."""

from typing import Any

import pytest

from emulator.azure.provider import functions
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.resource_manager import arm
from emulator.azure.schema import sdk
from emulator.providers.provider import UNKNOWN, ProviderError, Unknown
from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_subscription import GROUP, Made, Rejected, Subscription, not_modelled, refused

_NETWORK = "network:VirtualNetwork"
_SPACE = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}


@pytest.fixture
def everything(azure: Subscription) -> dict[str, Made]:
    """One resource of each type."""
    kafka, aks = KafkaSite(azure), AksSite(azure)
    made = [
        azure.group("another"),
        kafka.security,
        kafka.address,
        kafka.nat,
        kafka.network,
        kafka.subnet,
        azure.peering(kafka.network, aks.network),
        kafka.identity,
        kafka.storage,
        kafka.grant(),
        kafka.create(),
        azure.registry(),
    ]
    aks.grant()
    made.append(aks.create())
    return {resource.token: resource for resource in made}


# Names


def test_a_resource_without_a_name_gets_a_random_one(azure: Subscription) -> None:
    one = azure.check(_NETWORK, "net", {**GROUP, **_SPACE})
    two = azure.check(_NETWORK, "net", {**GROUP, **_SPACE})
    assert one["virtualNetworkName"][:3] == two["virtualNetworkName"][:3] == "net"
    assert len(one["virtualNetworkName"]) == 11
    assert one["virtualNetworkName"] != two["virtualNetworkName"]
    assert one["__createBeforeDelete"]


def test_a_name_once_given_stays(azure: Subscription) -> None:
    olds = azure.check(_NETWORK, "net", {**GROUP, **_SPACE})
    assert azure.check(_NETWORK, "net", {**GROUP, **_SPACE}, olds) == olds


def test_a_child_is_named_as_in_the_program(azure: Subscription) -> None:
    inputs = {**GROUP, "virtualNetworkName": "net", "addressPrefix": "10.0.0.0/24"}
    kept = azure.check("network:Subnet", "sub", inputs)
    assert kept["subnetName"] == "sub"
    assert "__createBeforeDelete" not in kept


def test_a_role_assignment_is_named_by_a_guid(azure: Subscription) -> None:
    inputs = {"principalId": "p", "roleDefinitionId": "r", "scope": "s"}
    assert len(azure.check("authorization:RoleAssignment", "role", inputs)["roleAssignmentName"]) == 36


# Regions


def test_a_resource_without_a_region_gets_its_groups(azure: Subscription) -> None:
    assert azure.check(_NETWORK, "net", {**GROUP, **_SPACE})["location"] == "westeurope"


def test_the_configured_region_goes_before_the_groups(azure: Subscription) -> None:
    kept, failures = azure.provider.check(
        {"location": "northeurope"}, "urn::net", f"azure-native:{_NETWORK}", {}, {**GROUP, **_SPACE}
    )
    assert not failures
    assert kept["location"] == "northeurope"


def test_the_region_of_an_unknown_group_is_unknown(azure: Subscription) -> None:
    kept = azure.check(_NETWORK, "net", {"resourceGroupName": UNKNOWN, **_SPACE})
    assert isinstance(kept["location"], Unknown)


def test_a_child_has_no_region(azure: Subscription) -> None:
    inputs = {**GROUP, "virtualNetworkName": "net", "addressPrefix": "10.0.0.0/24"}
    assert "location" not in azure.check("network:Subnet", "sub", inputs)


def test_regions_come_back_in_one_spelling(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16", location="West Europe")
    assert net.outputs["location"] == "westeurope"
    assert azure.refresh(net) == []


# What is refused at the check


def test_an_unknown_type_is_refused_by_name(azure: Subscription) -> None:
    with not_modelled("resource type azure-native:compute:VirtualMachine"):
        azure.check("compute:VirtualMachine", "machine", {})


def test_an_unknown_function_is_refused_by_name(azure: Subscription) -> None:
    with not_modelled("function azure-native:storage:listStorageAccountKeys"):
        azure.provider.invoke({}, "azure-native:storage:listStorageAccountKeys", {})


def test_misspelt_inputs_are_rejected_before_anything_is_made(azure: Subscription) -> None:
    with pytest.raises(Rejected, match="adressSpace"):
        azure.check(_NETWORK, "net", {**GROUP, "adressSpace": {}})


def test_inputs_that_say_nothing_are_no_matter(azure: Subscription) -> None:
    azure.check(_NETWORK, "net", {**GROUP, **_SPACE, "enableDdosProtection": False, "subnets": []})


def test_unmodelled_inputs_are_refused_even_while_unknown(azure: Subscription) -> None:
    with not_modelled("network:VirtualNetwork's ddosProtectionPlan"):
        azure.check(_NETWORK, "net", {**GROUP, **_SPACE, "ddosProtectionPlan": UNKNOWN})


# Previews


def test_a_preview_makes_nothing(azure: Subscription) -> None:
    kept = azure.check(_NETWORK, "net", {**GROUP, **_SPACE, "virtualNetworkName": "net"})
    resource_id, outputs = azure.provider.create({}, "urn::net", f"azure-native:{_NETWORK}", kept, True, 0)
    assert resource_id == ""
    assert azure.world.networks == {}
    assert outputs["location"] == "westeurope"
    assert outputs["addressSpace"]["addressPrefixes"] == ["10.0.0.0/16"]
    assert isinstance(outputs["resourceGuid"], Unknown)
    assert isinstance(outputs["addressSpace"]["ipamPoolPrefixAllocations"], Unknown)


def test_a_preview_keeps_what_is_unknown(azure: Subscription) -> None:
    space = {"addressSpace": {"addressPrefixes": [UNKNOWN]}, "tags": UNKNOWN}
    kept = azure.check(_NETWORK, "net", {**GROUP, **space})
    _, outputs = azure.provider.create({}, "urn::net", f"azure-native:{_NETWORK}", kept, True, 0)
    assert isinstance(outputs["addressSpace"]["addressPrefixes"][0], Unknown)
    assert isinstance(outputs["tags"], Unknown)


def test_a_preview_of_an_update_knows_what_never_changes(azure: Subscription) -> None:
    net = azure.network("net", "10.0.0.0/16")
    outputs = azure.provider.update({}, net.urn, net.token, net.id, net.outputs, net.inputs, True, 0)
    assert outputs["name"] == "net"
    assert isinstance(outputs["etag"], Unknown)


# All types alike


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_outputs_have_the_sdks_names(everything: dict[str, Made], token: str) -> None:
    known = sdk.outputs(token).properties
    outputs = everything[token].outputs
    assert set(outputs) <= set(known)
    assert _unknown_names(sdk.outputs(token), outputs) == []
    assert {"name", "type", "azureApiVersion"} <= set(outputs)


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_a_refresh_finds_only_what_azure_itself_lets_drift(
    azure: Subscription, everything: dict[str, Made], token: str
) -> None:
    # The gateway shows up at the address once it has it, and azure-native takes it for an input.
    drifting = {"azure-native:network:PublicIPAddress": ["natGateway"]}
    assert azure.refresh(everything[token]) == drifting.get(token, [])


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_a_resource_can_be_imported(azure: Subscription, everything: dict[str, Made], token: str) -> None:
    made = everything[token]
    read = azure.provider.read({}, made.urn, token, made.id, {}, {})
    assert read is not None
    for name in RESOURCE_TYPES[token].path_inputs:
        assert read[1][name].strip("/") == str(made.inputs[name]).strip("/")


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_a_resource_that_is_gone_reads_as_gone(
    azure: Subscription, everything: dict[str, Made], token: str
) -> None:
    for made in reversed(everything.values()):
        azure.delete(made)
    made = everything[token]
    assert azure.provider.read({}, made.urn, token, made.id, made.inputs, made.outputs) is None
    azure.delete(made)


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_every_part_of_an_id_replaces(azure: Subscription, everything: dict[str, Made], token: str) -> None:
    made = everything[token]
    for name in RESOURCE_TYPES[token].path_inputs:
        assert name in azure.diff(made, **{name: f"{made.inputs[name]}x"}).replace


def test_deleting_the_group_deletes_everything(azure: Subscription, everything: dict[str, Made]) -> None:
    group = azure.cloud.find(arm.resource_group_id("group"))
    assert group is not None
    azure.provider.delete({}, group.urn, group.token, group.id, {}, 0)
    assert azure.world.networks == {}
    assert {"delete mykafka", "delete aks"} <= set(azure.runtimes.calls)
    assert [record.name for record in azure.cloud.everything()] == ["another"]


# Regions that can't change in place, where azure-native doesn't know


@pytest.mark.parametrize(
    "token", ["azure-native:network:NetworkSecurityGroup", "azure-native:network:NatGateway"]
)
def test_another_region_is_planned_in_place_and_refused(
    azure: Subscription, everything: dict[str, Made], token: str
) -> None:
    made = everything[token]
    assert azure.diff(made, location="northeurope").replace == []
    with refused("InvalidResourceLocation", "westeurope"):
        azure.update(made, location="northeurope")


@pytest.mark.parametrize(
    "token",
    [
        "azure-native:resources:ResourceGroup",
        "azure-native:network:VirtualNetwork",
        "azure-native:network:PublicIPAddress",
        "azure-native:managedidentity:UserAssignedIdentity",
        "azure-native:storage:StorageAccount",
        "azure-native:containerregistry:Registry",
        "azure-native:containerservice:ManagedCluster",
    ],
)
def test_another_region_replaces(azure: Subscription, everything: dict[str, Made], token: str) -> None:
    assert azure.diff(everything[token], location="northeurope").replace == ["location"]


# azure-native's own refusal, and functions


def test_what_is_there_already_is_not_created(azure: Subscription) -> None:
    azure.network("net", "10.0.0.0/16")
    with pytest.raises(ProviderError, match="cannot create already existing resource '/subscriptions/"):
        azure.create(_NETWORK, "another", **GROUP, **_SPACE, virtualNetworkName="net")


def test_the_client_is_known(azure: Subscription) -> None:
    client = azure.provider.invoke({}, functions.CLIENT_CONFIG, {})
    assert client["subscriptionId"] == arm.SUBSCRIPTION
    assert client["tenantId"] == arm.TENANT


def _unknown_names(shape: Any, value: Any, path: str = "") -> list[str]:
    if shape.kind == "object" and isinstance(value, dict):
        wrong = [f"{path}.{name}" for name in value if name not in shape.properties]
        inner = [(shape.properties[name], value[name], name) for name in value if name in shape.properties]
        return wrong + [
            bad for item, part, name in inner for bad in _unknown_names(item, part, f"{path}.{name}")
        ]
    if shape.kind == "array" and isinstance(value, list) and shape.item:
        return [bad for part in value for bad in _unknown_names(shape.item, part, f"{path}[]")]
    if shape.kind == "map" and isinstance(value, dict) and shape.item:
        return [bad for part in value.values() for bad in _unknown_names(shape.item, part, f"{path}{{}}")]
    return []
