"""An AKS cluster that exists: found with its network, checked, reached, and otherwise left alone."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest

from components.existing import Found, aks_cluster, find_existing
from components.mistakes import Mistake
from components.network import NewNetwork, PeeredNetworks, PeeredNetworksArgs
from components.settings import Settings, WrongSettings
from tests.unit.recording import Deployment, Refusal, deploy
from tests.unit.test_aks import ARGS
from tests.unit.test_settings import parse

OWN = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
CLUSTER = f"/subscriptions/{OWN}/resourceGroups/shop/providers/Microsoft.ContainerService/managedClusters/k8s"
NETWORKS = f"/subscriptions/{OWN}/resourceGroups/%s/providers/Microsoft.Network/virtualNetworks"
THEIRS = {"peerCompleteVnets": True, "remoteAddressSpace": {"addressPrefixes": ["10.50.0.0/16"]}}

Call = tuple[str, Mapping[str, Any]]


class Shop:
    """A subscription with an AKS cluster in it: what Azure answers, and what it was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.cluster: dict[str, Any] = {
            "id": CLUSTER,
            "name": "k8s",
            "location": "westeurope",
            "nodeResourceGroup": "MC_shop_k8s_westeurope",
            "powerState": {"code": "Running"},
            "agentPoolProfiles": [{"name": "nodepool1", "count": 2}],
            "identityProfile": {"kubeletidentity": {"objectId": "principal-of-their-kubelet"}},
            "networkProfile": {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "serviceCidr": "10.0.0.0/16",
                "podCidr": "10.244.0.0/16",
            },
        }
        self.network: dict[str, Any] = {
            "location": "westeurope",
            "addressSpace": {"addressPrefixes": ["10.224.0.0/12", "fd00::/48"]},
            "subnets": [{"id": "the first subnet", "name": "aks-subnet"}],
            "virtualNetworkPeerings": [],
        }
        self.listed = ["aks-vnet-12345678"]

    def answers(self) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        def noted(token: str, answer: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Any:
            def call(arguments: Mapping[str, Any]) -> dict[str, Any]:
                self.calls.append((token.rpartition(":")[2], arguments))
                return answer(arguments)

            return call

        answers = {
            "azure-native:authorization:getClientConfig": lambda _: {"subscriptionId": OWN},
            "azure-native:containerservice:getManagedCluster": lambda _: self.cluster,
            "azure-native:network:getVirtualNetwork": self._network,
            "command:local:run": self._listing,
        }
        return {token: noted(token, answer) for token, answer in answers.items()}

    def asked(self, function: str) -> list[Mapping[str, Any]]:
        return [arguments for name, arguments in self.calls if name == function]

    def _network(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        folder = NETWORKS % arguments["resourceGroupName"]
        name = arguments["virtualNetworkName"]
        return {"id": f"{folder}/{name}", "name": name, **self.network}

    def _listing(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        folder = NETWORKS % arguments["environment"]["GROUP"]
        return {"stdout": json.dumps([{"id": f"{folder}/{name}"} for name in self.listed]), "stderr": ""}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def adopting(**changed: Any) -> Settings:
    adopted = {"resourceGroup": "shop", "name": "k8s"}
    return parse(aks=json.dumps({"existing": adopted}), **changed)


def find(shop: Shop, settings: Settings) -> Found:
    found = []
    deploy(lambda: found.append(find_existing(settings)), answers=shop.answers())
    return found[0]


def mistake(shop: Shop, **changed: Any) -> Mistake:
    with pytest.raises(WrongSettings) as raised:
        find(shop, adopting(**changed))
    [only] = raised.value.mistakes
    return only


def declare(shop: Shop, settings: Settings) -> Deployment:
    def program() -> None:
        existing = find_existing(settings)
        assert existing.aks
        networks = PeeredNetworks(
            "networks",
            PeeredNetworksArgs(
                resource_group="test",
                location="westeurope",
                hdinsight=NewNetwork("10.10.0.0/16", "10.10.0.0/24"),
                aks=existing.aks.network,
                ambari_source_ranges=["203.0.113.7/32"],
                tags={},
            ),
        )
        aks = aks_cluster("aks", existing.aks, ARGS)
        pulumi.export("aksVnetId", networks.aks_network_id)
        pulumi.export("kubeconfig", aks.kubeconfig)
        pulumi.export("kubelet", aks.kubelet_principal_id)

    return deploy(program, answers=shop.answers())


def test_nothing_is_asked_where_nothing_is_adopted(shop: Shop) -> None:
    assert find(shop, parse()) == Found()
    assert shop.calls == []


def test_network_that_aks_made_is_found_by_listing_its_resource_group(shop: Shop) -> None:
    aks = find(shop, adopting()).aks
    assert aks
    assert aks.network.id == NETWORKS % "MC_shop_k8s_westeurope" + "/aks-vnet-12345678"
    assert [str(space) for space in aks.network.address_space] == ["10.224.0.0/12"]
    [listing] = shop.asked("run")
    assert listing["environment"] == {"GROUP": "MC_shop_k8s_westeurope", "SUBSCRIPTION": OWN}
    assert listing["logging"] == "none"


def test_network_that_was_brought_along_is_that_of_the_pools(shop: Shop) -> None:
    subnet = NETWORKS % "Hub" + "/hub-network/subnets/nodes"
    shop.cluster["agentPoolProfiles"] = [{"name": "a", "vnetSubnetID": subnet}]
    aks = find(shop, adopting()).aks
    assert aks
    assert (aks.network.resource_group, aks.network.name) == ("Hub", "hub-network")
    assert aks.network.subnet_id == subnet
    assert shop.asked("run") == []


@pytest.mark.parametrize(
    ("space", "rule"),
    [
        ("10.230.0.0/16", "must not overlap the network aks-vnet-12345678 of AKS cluster k8s in resource"),
        (
            "10.0.0.0/17",
            "must not overlap the Services of AKS cluster k8s in resource group shop, 10.0.0.0/16",
        ),
        ("10.244.0.0/16", "must not overlap the pods"),
        ("10.50.7.0/24", "must not overlap a network that is peered already (to-hub)"),
    ],
)
def test_hdinsight_stays_apart_from_what_pods_see(shop: Shop, space: str, rule: str) -> None:
    shop.network["addressSpace"] = {"addressPrefixes": ["10.224.0.0/13", "10.232.0.0/16"]}
    if space.startswith("10.230"):
        shop.network["addressSpace"] = {"addressPrefixes": ["10.224.0.0/12"]}
        shop.cluster["networkProfile"]["podCidr"] = "192.168.0.0/16"
    shop.network["virtualNetworkPeerings"] = [{"name": "to-hub", **THEIRS}]
    found = mistake(shop, hdinsightAddressSpace=space, hdinsightSubnet=space)
    assert found.rule.startswith(rule)
    assert (found.setting, found.value) == ("hdinsightAddressSpace", space)
    assert find(shop, adopting(hdinsightAddressSpace=found.right, hdinsightSubnet=found.right)).aks


def test_our_own_peering_is_no_obstacle(shop: Shop) -> None:
    peering = {"remoteAddressSpace": {"addressPrefixes": ["10.10.0.0/16"]}}
    shop.network["virtualNetworkPeerings"] = [{"name": "aks-kafka-test", **peering}]
    assert find(shop, adopting()).aks


def test_pods_with_addresses_of_the_network_have_no_range_of_their_own(shop: Shop) -> None:
    del shop.cluster["networkProfile"]["networkPluginMode"]
    aks = find(shop, adopting(hdinsightAddressSpace="10.100.0.0/16", hdinsightSubnet="10.100.0.0/24")).aks
    assert aks
    assert aks.pod_ranges == ()


def _stopped(shop: Shop) -> None:
    shop.cluster["powerState"] = {"code": "Stopped"}


def _without_identity(shop: Shop) -> None:
    del shop.cluster["identityProfile"]


def _locked(shop: Shop) -> None:
    shop.cluster["nodeResourceGroupProfile"] = {"restrictionLevel": "ReadOnly"}


def _with_two_networks(shop: Shop) -> None:
    shop.listed = ["aks-vnet-12345678", "another"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_stopped, "must be running"),
        (_without_identity, "must use managed identities"),
        (_locked, "must not lock its node resource group"),
        (_with_two_networks, "must have one network in its node resource group MC_shop_k8s_westeurope"),
    ],
)
def test_cluster_that_can_t_be_used(shop: Shop, change: Callable[[Shop], None], rule: str) -> None:
    change(shop)
    found = mistake(shop)
    assert found.rule.startswith(rule)
    assert (found.setting, found.value) == ("aks.existing", "k8s in resource group shop")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ResourceGroupNotFound", WrongSettings), ("ExpiredAuthenticationToken", Exception)],
)
def test_cluster_that_is_not_there_is_a_mistake_and_other_failures_are_not(
    shop: Shop, code: str, expected: type[Exception]
) -> None:
    def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
        raise Refusal(f'Status=4xx Code="{code}" Message="..."')

    answers = {**shop.answers(), "azure-native:containerservice:getManagedCluster": refuse}
    with pytest.raises(expected, match=code) as raised:
        deploy(lambda: find_existing(adopting()), answers=answers)
    assert isinstance(raised.value, WrongSettings) == (expected is WrongSettings)


def test_only_the_peering_is_added(shop: Shop) -> None:
    program = declare(shop, adopting())
    ours = {"hdinsight-to-aks": "hdinsight-network", "aks-to-hdinsight": "aks-vnet-12345678"}
    for name, network in ours.items():
        assert program[name].inputs["virtualNetworkName"] == network
    back = program["aks-to-hdinsight"].inputs
    assert back["resourceGroupName"] == "MC_shop_k8s_westeurope"
    assert back["virtualNetworkPeeringName"] == "aks-kafka-test"
    theirs = [
        resource.name
        for resource in program.resources.values()
        if "shop" in str(resource.inputs.get("resourceGroupName")) and resource.name != "aks-to-hdinsight"
    ]
    assert theirs == []
    assert program.of_type("azure-native:containerservice:ManagedCluster") == []


def test_outputs_are_those_of_a_new_cluster(shop: Shop) -> None:
    program = declare(shop, adopting())
    assert program.outputs["aksVnetId"].endswith("/aks-vnet-12345678")
    assert program.outputs["kubeconfig"] == "kubeconfig of k8s"
    assert "kubeconfig" in program.secret_outputs
    assert program.outputs["kubelet"] == "principal-of-their-kubelet"
    assert program["aks-kubernetes"].inputs["clusterIdentifier"] == CLUSTER


@pytest.mark.parametrize(
    ("setting", "value"), [("aksClusterName", "mine"), ("aksNodeCount", "5"), ("aksSubnet", "10.20.4.0/22")]
)
def test_settings_of_a_new_cluster_are_mistakes(setting: str, value: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        adopting(**{setting: value})
    [found] = raised.value.mistakes
    assert found.setting == setting
    assert found.rule.startswith("must be left out")
    assert found.right == f"pulumi config rm {setting}"


def test_ranges_of_a_new_cluster_are_not_in_the_way() -> None:
    settings = adopting(hdinsightAddressSpace="10.20.0.0/16", hdinsightSubnet="10.20.0.0/24")
    assert str(settings.hdinsight_address_space) == "10.20.0.0/16"


@pytest.mark.parametrize(
    ("existing", "place"),
    [
        ({"name": "k8s"}, "aks.existing.resourceGroup"),
        ({"resourceGroup": "shop", "name": CLUSTER}, "aks.existing.name"),
        ({"resourceGroup": "shop", "name": "k8s", "subscription": "mine"}, "aks.existing.subscription"),
        ({"resourceGroup": "shop", "name": "k8s", "group": "shop"}, "aks.existing.group"),
    ],
)
def test_name_of_what_exists_has_rules(existing: dict[str, str], place: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        parse(aks=json.dumps({"existing": existing}))
    assert place in {found.setting for found in raised.value.mistakes}
