"""Two subscriptions: each with resources of its own, and what leads from one to the other."""

import pytest

from emulator.azure.authorization.role_assignments import list_assignments
from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.azure.network.networks import list_networks
from emulator.azure.registry.registries import find_registry, refusal_to_pull
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.refusals import Refused
from emulator.tests.azure_clusters import aks_without_a_subnet
from emulator.tests.azure_subscription import ACR_PULL, Made, Subscription, not_modelled, refused

HERE, THERE = arm.SUBSCRIPTIONS
NOWHERE = "11111111-0000-0000-0000-000000000000"


@pytest.fixture
def there(azure: Subscription) -> Made:
    """A resource group of the same name in the other subscription."""
    with azure.within(THERE):
        return azure.group()


def test_a_provider_s_resources_lie_in_its_subscription(azure: Subscription, there: Made) -> None:
    here = azure.network("net", "10.1.0.0/16")
    with azure.within(THERE):
        other = azure.network("net", "10.2.0.0/16")
        assert azure.invoke("authorization:getClientConfig")["subscriptionId"] == THERE
        found = azure.invoke("network:getVirtualNetwork", resourceGroupName="group", virtualNetworkName="net")
    assert there.id == f"/subscriptions/{THERE}/resourceGroups/group"
    assert here.id == other.id.replace(THERE, HERE)
    assert found["id"] == other.id
    assert set(azure.world.networks) == {here.id, other.id}
    assert azure.invoke("authorization:getClientConfig")["subscriptionId"] == HERE


def test_groups_are_a_subscription_s_own(azure: Subscription, there: Made) -> None:
    azure.network("net", "10.1.0.0/16")
    azure.delete(there)
    assert azure.exists(arm.resource_group_id("group"))
    with azure.within(THERE), refused("ResourceGroupNotFound", "'group'"):
        azure.network("net", "10.2.0.0/16", location="westeurope")


def test_an_unknown_subscription_is_refused(azure: Subscription) -> None:
    with azure.within(NOWHERE):
        with refused("SubscriptionNotFound", f"The subscription '{NOWHERE}' could not be found."):
            azure.group()
        with refused("SubscriptionNotFound"):
            azure.invoke("resources:getResourceGroup", resourceGroupName="group")
        with refused("SubscriptionNotFound"):
            azure.invoke(
                "containerservice:listManagedClusterUserCredentials",
                resourceGroupName="group",
                resourceName="aks",
            )
    with pytest.raises(Refused, match="SubscriptionNotFound"):
        HdinsightOperations(azure.cloud).show("group", "mykafka", NOWHERE)


def test_networks_of_two_subscriptions_are_peered_from_each(azure: Subscription, there: Made) -> None:
    one = azure.network("one", "10.1.0.0/16")
    with azure.within(THERE):
        two = azure.network("two", "10.2.0.0/16")
        azure.peering(two, one)
    half = azure.peering(one, two)
    assert half.outputs["peeringState"] == "Connected"
    assert azure.world.peers == {one.id: {two.id: ["10.2.0.0/16"]}, two.id: {one.id: ["10.1.0.0/16"]}}


def test_a_network_of_another_subscription_is_not_found_in_this_one(azure: Subscription, there: Made) -> None:
    one = azure.network("one", "10.1.0.0/16")
    with azure.within(THERE):
        two = azure.network("two", "10.2.0.0/16")
    with refused("ResourceNotFound", "virtualNetworks/two"):
        azure.peering(two, one)


def test_aks_keeps_what_it_makes_in_its_subscription(azure: Subscription, there: Made) -> None:
    with azure.within(THERE):
        aks = aks_without_a_subnet(azure)
        credentials = azure.invoke(
            "containerservice:listManagedClusterUserCredentials",
            resourceGroupName="group",
            resourceName="aks",
        )
    assert credentials["kubeconfigs"]
    kubelet = aks.outputs["identityProfile"]["kubeletidentity"]
    assert kubelet["resourceId"].startswith(f"/subscriptions/{THERE}/resourcegroups/MC_")
    [network] = list_networks(azure.cloud, aks.outputs["nodeResourceGroup"], THERE)
    assert network["id"].startswith(f"/subscriptions/{THERE}/resourceGroups/MC_")
    assert azure.invoke("authorization:getClientConfig")["subscriptionId"] == HERE
    with refused("ResourceNotFound", "managedClusters/aks"):
        azure.invoke("containerservice:getManagedCluster", resourceGroupName="group", resourceName="aks")

    azure.restart()
    azure.cloud.revive()
    assert list(azure.world.networks) == [network["id"]]
    azure.delete(aks)
    assert azure.world.networks == {}
    assert not [record for record in azure.cloud.everything() if "MC_" in record.id]


def test_registry_is_found_where_it_is_and_the_right_to_pull_given_there(
    azure: Subscription, there: Made
) -> None:
    identity = azure.identity()
    with azure.within(THERE):
        registry = azure.registry("images")
    assert find_registry(azure.cloud, "images", THERE)
    assert find_registry(azure.cloud, "images", HERE) is None
    puller = identity.outputs["principalId"]
    assert "401" in str(refusal_to_pull(azure.cloud, "images.azurecr.io", puller))
    role = azure.role(identity, ACR_PULL, registry.id)
    assert refusal_to_pull(azure.cloud, "images.azurecr.io", puller) is None
    assert role.outputs["roleDefinitionId"].startswith(f"/subscriptions/{THERE}/")
    assert [found["id"] for found in list_assignments(azure.cloud, "AcrPull", registry.id)] == [role.id]


def test_a_role_on_all_of_a_subscription_ends_with_it(azure: Subscription, there: Made) -> None:
    identity = azure.identity()
    with azure.within(THERE):
        azure.registry("images")
    azure.role(identity, ACR_PULL, f"/subscriptions/{HERE}")
    puller = identity.outputs["principalId"]
    assert "401" in str(refusal_to_pull(azure.cloud, "images.azurecr.io", puller))
    azure.role(identity, ACR_PULL, f"/subscriptions/{THERE}", "there")
    assert refusal_to_pull(azure.cloud, "images.azurecr.io", puller) is None


def test_names_that_are_unique_in_azure_are_so_across_subscriptions(azure: Subscription, there: Made) -> None:
    azure.registry("images")
    with azure.within(THERE), refused("AlreadyInUse", "images.azurecr.io"):
        azure.registry("images")


def test_what_lies_in_another_subscription_is_joined_by_peerings_only(
    azure: Subscription, there: Made
) -> None:
    guard = azure.security_group()
    with azure.within(THERE):
        net = azure.network("net", "10.1.0.0/16")
        with not_modelled("another subscription"):
            azure.subnet(net, "sub", "10.1.0.0/24", networkSecurityGroup={"id": guard.id})


def test_two_aks_clusters_of_one_name_are_not_modelled(azure: Subscription, there: Made) -> None:
    aks_without_a_subnet(azure)
    with azure.within(THERE), not_modelled("two AKS clusters with one name"):
        aks_without_a_subnet(azure)
