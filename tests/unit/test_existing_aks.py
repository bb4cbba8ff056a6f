"""An AKS cluster that exists: found with its network, checked, reached, and otherwise left alone."""

import json
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from typing import Any

import pulumi
import pytest

from components.aks import aks_cluster
from components.existing import Existing, read_existing
from components.network import NewNetwork, PeeredNetworks, PeeredNetworksArgs, PeeringRepair
from components.settings import Settings, WrongSettings
from components.settings.validation.mistakes import Mistake
from tests.unit.existing_site import AKS, NETWORKS, OWN, Site, in_shop, locked, stopped, without_identity
from tests.unit.recording import Deployment, Refusal, deploy
from tests.unit.stack_settings import parse

THEIRS = {"peerCompleteVnets": True, "remoteAddressSpace": {"addressPrefixes": ["10.50.0.0/16"]}}


@pytest.fixture
def site() -> Site:
    return Site()


def adopting(**changed: Any) -> Settings:
    return parse(aks=json.dumps(in_shop("k8s")), **changed)


def find(site: Site, settings: Settings) -> Existing:
    found = []
    deploy(lambda: found.append(read_existing(settings)), answers=site.answers())
    return found[0]


def mistake(site: Site, **changed: Any) -> Mistake:
    with pytest.raises(WrongSettings) as raised:
        find(site, adopting(**changed))
    [only] = raised.value.mistakes
    return only


def declare(site: Site, settings: Settings) -> Deployment:
    def program() -> None:
        existing = read_existing(settings)
        assert existing.aks
        networks = PeeredNetworks(
            "networks",
            PeeredNetworksArgs(
                resource_group="test",
                location="westeurope",
                hdinsight=NewNetwork([IPv4Network("10.10.0.0/16")], IPv4Network("10.10.0.0/24")),
                aks=existing.aks.network,
                peering=True,
                repair=PeeringRepair(),
                ambari_source_ranges=["203.0.113.7/32"],
                tags={},
            ),
        )
        aks = aks_cluster("aks", existing.aks)
        pulumi.export("aksVnetId", networks.aks_network_id)
        pulumi.export("kubeconfig", aks.kubeconfig)
        pulumi.export("kubelet", aks.kubelet_principal_id)

    return deploy(program, answers=site.answers())


def test_nothing_is_asked_where_nothing_is_adopted(site: Site) -> None:
    assert find(site, parse()) == Existing()
    assert site.calls == []


def test_network_that_aks_made_is_found_by_listing_its_resource_group(site: Site) -> None:
    aks = find(site, adopting()).aks
    assert aks
    assert aks.network.id == NETWORKS % "MC_shop_k8s_westeurope" + "/aks-vnet-12345678"
    assert [str(space) for space in aks.network.address_space] == ["10.224.0.0/12"]
    [listing] = site.asked("run")
    assert listing["environment"] == {"GROUP": "MC_shop_k8s_westeurope", "SUBSCRIPTION": OWN}
    assert listing["logging"] == "none"


def test_network_that_was_brought_along_is_that_of_the_pools(site: Site) -> None:
    subnet = NETWORKS % "Hub" + "/hub-network/subnets/nodes"
    site.aks["agentPoolProfiles"] = [{"name": "a", "vnetSubnetID": subnet}]
    site.aks_network["subnets"].append({"id": subnet, "name": "Nodes"})
    aks = find(site, adopting()).aks
    assert aks
    assert (aks.network.resource_group, aks.network.name) == ("Hub", "hub-network")
    assert aks.network.subnet_id == subnet
    assert site.asked("run") == []


@pytest.mark.parametrize(
    ("space", "rule"),
    [
        ("10.230.0.0/16", "must not overlap the network aks-vnet-12345678 of aks.existing, 10.224.0.0/12"),
        (
            "10.0.0.0/17",
            "must not overlap the Services of AKS cluster k8s in resource group shop, 10.0.0.0/16",
        ),
        ("10.244.0.0/16", "must not overlap the pods"),
        ("10.50.7.0/24", "must not overlap what aks-vnet-12345678 is peered with already (to-hub)"),
    ],
)
def test_hdinsight_stays_apart_from_what_pods_see(site: Site, space: str, rule: str) -> None:
    site.aks_network["addressSpace"] = {"addressPrefixes": ["10.224.0.0/13", "10.232.0.0/16"]}
    if space.startswith("10.230"):
        site.aks_network["addressSpace"] = {"addressPrefixes": ["10.224.0.0/12"]}
        site.aks["networkProfile"]["podCidr"] = "192.168.0.0/16"
    site.aks_network["virtualNetworkPeerings"] = [{"name": "to-hub", **THEIRS}]
    found = mistake(site, hdinsightAddressSpace=space, hdinsightSubnet=space)
    assert found.rule.startswith(rule)
    assert (found.setting, found.value) == ("hdinsightAddressSpace", space)
    assert find(site, adopting(hdinsightAddressSpace=found.right, hdinsightSubnet=found.right)).aks


def test_each_range_of_ours_stays_apart_from_what_pods_see(site: Site) -> None:
    ours = ["10.1.0.0/16", "10.230.0.0/16", "192.168.0.0/24"]
    found = mistake(site, hdinsightAddressSpace=json.dumps(ours), hdinsightSubnet="192.168.0.0/24")
    assert (found.setting, found.value) == ("hdinsightAddressSpace[1]", "10.230.0.0/16")
    corrected = json.dumps([ours[0], found.right, ours[2]])
    assert find(site, adopting(hdinsightAddressSpace=corrected, hdinsightSubnet="192.168.0.0/24")).aks


def test_our_own_peering_is_no_obstacle(site: Site) -> None:
    peering = {
        "remoteAddressSpace": {"addressPrefixes": ["10.10.0.0/16"]},
        "remoteVirtualNetwork": {"id": NETWORKS % "aks-kafka" + "/hdinsight-network"},
        "peeringState": "Connected",
    }
    site.aks_network["virtualNetworkPeerings"] = [{"name": "aks-kafka-test", **peering}]
    type_ = "aks-kafka:index:PeeredNetworks$azure-native:network:VirtualNetworkPeering"
    state = {f"urn:pulumi:test::aks-kafka::{type_}::aks-to-hdinsight": peering}
    deploy(lambda: read_existing(adopting(), recorded=state), answers=site.answers())
    # Not in the state it is what a stack left over whose state is lost.
    assert "has the name of this stack's own and was not made by it" in mistake(site).rule


def test_pods_with_addresses_of_the_network_have_no_range_of_their_own(site: Site) -> None:
    del site.aks["networkProfile"]["networkPluginMode"]
    aks = find(site, adopting(hdinsightAddressSpace="10.100.0.0/16", hdinsightSubnet="10.100.0.0/24")).aks
    assert aks
    assert aks.pod_ranges == ()


def _with_two_networks(site: Site) -> None:
    site.networks_of_aks = ["aks-vnet-12345678", "another"]


def _without_linux_on_x64(site: Site) -> None:
    site.aks["agentPoolProfiles"] = [
        {"name": "win", "osType": "Windows", "vmSize": "Standard_D2s_v5"},
        {"name": "arm", "osType": "Linux", "vmSize": "standard_d4pds_v5"},
    ]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (_without_linux_on_x64, "must have a pool of Linux nodes with x64 processors"),
        (stopped, "must be running"),
        (without_identity, "must use managed identities"),
        (locked, "must not lock its node resource group"),
        (_with_two_networks, "must have one network in its node resource group MC_shop_k8s_westeurope"),
    ],
)
def test_cluster_that_can_t_be_used(site: Site, change: Callable[[Site], None], rule: str) -> None:
    change(site)
    found = mistake(site)
    assert found.rule.startswith(rule)
    assert (found.setting, found.value) == ("aks.existing", "k8s in resource group shop")


def test_one_pool_for_us_among_others_is_enough(site: Site) -> None:
    _without_linux_on_x64(site)
    site.aks["agentPoolProfiles"].append({"name": "x64", "osType": "Linux", "vmSize": "Standard_D2s_v5"})
    assert find(site, adopting()).aks


def test_private_api_server_is_said_at_preview(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    assert find(site, adopting()).aks
    assert said == []
    site.aks["apiServerAccessProfile"] = {"enablePrivateCluster": True}
    assert find(site, adopting()).aks
    [warning] = said
    assert warning.startswith("The API server of AKS cluster k8s in resource group shop is private: ")
    assert "in the network aks-vnet-12345678 or in one that is peered with it" in warning


def test_another_region_is_said_at_preview_and_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    site.aks["location"] = "northeurope"
    assert find(site, adopting()).aks
    [warning] = said
    assert warning.startswith("HDInsight is in westeurope and AKS in northeurope. ")
    assert "rates of global peering" in warning


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ResourceGroupNotFound", WrongSettings), ("ExpiredAuthenticationToken", Exception)],
)
def test_cluster_that_is_not_there_is_a_mistake_and_other_failures_are_not(
    site: Site, code: str, expected: type[Exception]
) -> None:
    def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
        raise Refusal(f'Status=4xx Code="{code}" Message="..."')

    answers = {**site.answers(), "azure-native:containerservice:getManagedCluster": refuse}
    with pytest.raises(expected, match=code) as raised:
        deploy(lambda: read_existing(adopting()), answers=answers)
    assert isinstance(raised.value, WrongSettings) == (expected is WrongSettings)


def test_only_the_peering_is_added(site: Site) -> None:
    program = declare(site, adopting())
    ours = {"hdinsight-to-aks": "hdinsight-network", "aks-to-hdinsight": "aks-vnet-12345678"}
    for name, network in ours.items():
        assert program[name].inputs["virtualNetworkName"] == network
    there = program["hdinsight-to-aks"].inputs
    assert there["remoteAddressSpace"] == site.aks_network["addressSpace"]
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


def test_outputs_are_those_of_a_new_cluster(site: Site) -> None:
    program = declare(site, adopting())
    assert program.outputs["aksVnetId"].endswith("/aks-vnet-12345678")
    assert program.outputs["kubeconfig"] == "kubeconfig of k8s"
    assert "kubeconfig" in program.secret_outputs
    assert program.outputs["kubelet"] == "principal-of-their-kubelet"
    assert program["aks-kubernetes"].inputs["clusterIdentifier"] == AKS


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
    assert settings.hdinsight_address_space == (IPv4Network("10.20.0.0/16"),)


@pytest.mark.parametrize(
    ("existing", "place"),
    [
        ({"name": "k8s"}, "aks.existing.resourceGroup"),
        ({"resourceGroup": "shop", "name": AKS}, "aks.existing.name"),
        ({"resourceGroup": "shop", "name": "k8s", "subscription": "mine"}, "aks.existing.subscription"),
        ({"resourceGroup": "shop", "name": "k8s", "group": "shop"}, "aks.existing.group"),
    ],
)
def test_name_of_what_exists_has_rules(existing: dict[str, str], place: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        parse(aks=json.dumps({"existing": existing}))
    assert place in {found.setting for found in raised.value.mistakes}
