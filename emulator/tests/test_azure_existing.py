"""What programs read that made none of it: functions of azure-native, and `az network vnet list`."""

from typing import Any

import pytest

from emulator.azure.authorization.role_assignments import list_assignments
from emulator.azure.network.networks import list_networks
from emulator.azure.registry.operations import RegistryOperations
from emulator.azure.registry.registries import refusal_to_pull
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.refusals import Refused
from emulator.tests.azure_clusters import aks_without_a_subnet
from emulator.tests.azure_subscription import (
    ACR_PULL,
    NETWORK_CONTRIBUTOR,
    Made,
    Subscription,
    not_modelled,
    refused,
)


@pytest.fixture
def aks(azure: Subscription) -> Made:
    return aks_without_a_subnet(azure)


def get(azure: Subscription, function: str, **arguments: str) -> Any:
    return azure.provider.invoke({}, f"azure-native:{function}", {"resourceGroupName": "group", **arguments})


def networks_of(azure: Subscription, aks: Made) -> list[dict[str, Any]]:
    return list_networks(azure.cloud, aks.outputs["nodeResourceGroup"], None)


def test_aks_without_a_subnet_makes_a_network_in_its_own_group(azure: Subscription, aks: Made) -> None:
    [network] = networks_of(azure, aks)
    assert network["name"].startswith("aks-vnet-")
    assert network["resourceGroup"] == "MC_group_aks_westeurope"
    assert network["addressSpace"] == {"addressPrefixes": ["10.224.0.0/12"]}
    [subnet] = network["subnets"]
    assert (subnet["name"], subnet["addressPrefix"]) == ("aks-subnet", "10.224.0.0/16")
    assert azure.exists(subnet["networkSecurityGroup"]["id"])
    [specification] = azure.runtimes.specifications
    assert specification.network == network["id"]
    assert specification.subnet_prefix == "10.224.0.0/16"


def test_the_cluster_does_not_say_where_that_is(aks: Made) -> None:
    [pool] = aks.outputs["agentPoolProfiles"]
    assert "vnetSubnetID" not in pool


def test_its_networks_have_names_of_their_own(azure: Subscription, aks: Made) -> None:
    other = aks_without_a_subnet(azure, resourceName="b")
    [one], [two] = networks_of(azure, aks), networks_of(azure, other)
    assert one["name"] != two["name"]


def test_its_identity_is_its_own(azure: Subscription, aks: Made) -> None:
    identity = aks.outputs["identity"]
    assert identity["type"] == "SystemAssigned"
    azure.create(
        "authorization:RoleAssignment",
        "role",
        principalId=identity["principalId"],
        principalType="ServicePrincipal",
        roleDefinitionId="4d97b98b-1d4f-4787-a291-c67834d212e7",
        scope=aks.id,
    )


def test_its_network_goes_with_it(azure: Subscription, aks: Made) -> None:
    [network] = networks_of(azure, aks)
    azure.delete(aks)
    assert not azure.exists(network["id"])
    assert azure.world.networks == {}


def test_it_comes_back_with_its_network(azure: Subscription, aks: Made) -> None:
    [network] = networks_of(azure, aks)
    azure.restart()
    azure.cloud.revive()
    assert networks_of(azure, aks) == [network]
    assert list(azure.world.networks) == [network["id"]]


def test_services_keep_out_of_that_network(azure: Subscription) -> None:
    ranges = {"networkPlugin": "azure", "serviceCidr": "10.230.0.0/16", "dnsServiceIP": "10.230.0.10"}
    with refused("ServiceCidrOverlapExistingSubnetsCidr", "10.224.0.0/12"):
        aks_without_a_subnet(azure, networkProfile=ranges)


def test_functions_answer_as_reads_do_and_leave_no_trace(azure: Subscription, aks: Made) -> None:
    before = azure.cloud.find(aks.id)
    answer = get(azure, "containerservice:getManagedCluster", resourceName="aks")
    assert answer == {"id": aks.id, **aks.outputs}
    assert azure.cloud.find(aks.id) == before

    [network] = networks_of(azure, aks)
    answer = azure.provider.invoke(
        {},
        "azure-native:network:getVirtualNetwork",
        {"resourceGroupName": network["resourceGroup"], "virtualNetworkName": network["name"]},
    )
    assert answer["subnets"] == network["subnets"]
    assert get(azure, "resources:getResourceGroup")["location"] == "westeurope"


def test_what_is_not_there_is_not_found(azure: Subscription) -> None:
    with refused("ResourceNotFound", "managedClusters/aks"):
        get(azure, "containerservice:getManagedCluster", resourceName="aks")
    with refused("ResourceGroupNotFound", "'elsewhere'"):
        get(azure, "containerregistry:getRegistry", resourceGroupName="elsewhere", registryName="r")


def test_a_read_with_more_is_not_modelled(azure: Subscription) -> None:
    azure.network("net", "10.0.0.0/16")
    with not_modelled("virtualNetworks with expand"):
        get(azure, "network:getVirtualNetwork", virtualNetworkName="net", expand="subnets")


@pytest.mark.parametrize(
    ("code", "group", "subscription"),
    [
        ("ResourceGroupNotFound", "elsewhere", None),
        ("SubscriptionNotFound", "group", "11111111-0000-0000-0000-000000000000"),
    ],
)
def test_networks_are_listed_where_there_is_something(
    azure: Subscription, code: str, group: str, subscription: str | None
) -> None:
    with pytest.raises(Refused) as raised:
        list_networks(azure.cloud, group, subscription)
    assert raised.value.code == code


def test_assignments_are_listed_by_role_and_scope(azure: Subscription) -> None:
    identity, group = azure.identity(), arm.resource_group_id("group")
    registry, other = azure.registry(), azure.registry("registry2")
    wanted = azure.role(identity, ACR_PULL, registry.id, "wanted")
    azure.role(identity, ACR_PULL, other.id, "elsewhere")
    azure.role(identity, ACR_PULL, group, "above")
    azure.role(identity, NETWORK_CONTRIBUTOR, registry.id, "another")
    [listed] = list_assignments(azure.cloud, "AcrPull", registry.id.upper())
    assert listed["id"] == wanted.id
    assert listed["name"] == wanted.outputs["name"]
    assert listed["principalId"] == identity.outputs["principalId"]


def test_a_registry_with_permissions_by_repository_takes_no_build_and_no_acrpull(azure: Subscription) -> None:
    operations = RegistryOperations(azure.cloud)
    registry, puller = azure.registry("images"), azure.identity()
    azure.role(puller, ACR_PULL, registry.id)
    principal = puller.outputs["principalId"]
    assert operations.show("group", "Images", None)["roleAssignmentMode"] == "LegacyRegistryPermissions"
    assert refusal_to_pull(azure.cloud, "images.azurecr.io", principal) is None
    assert operations.login("images", None) == "images.azurecr.io"
    operations.update("group", "images", None, mode="rbac-abac")
    assert operations.show("group", "images", None)["roleAssignmentMode"] == "AbacRepositoryPermissions"
    assert "401 Unauthorized" in str(refusal_to_pull(azure.cloud, "images.azurecr.io", principal))
    with pytest.raises(Refused, match="UNAUTHORIZED"):
        operations.login("images", None)
    with pytest.raises(Refused, match="ResourceNotFound"):
        operations.show("group", "absent", None)


def test_a_registry_without_public_access_takes_no_build(azure: Subscription) -> None:
    operations = RegistryOperations(azure.cloud)
    azure.registry("images")
    operations.update("group", "images", None, public=False)
    with pytest.raises(Refused, match="DENIED"):
        operations.login("images", None)
    operations.update("group", "images", None, public=True)
    assert operations.login("images", None) == "images.azurecr.io"
    with pytest.raises(Refused, match="ResourceNotFound"):
        operations.login("absent", None)
