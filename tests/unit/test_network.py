"""Two networks, peered both ways, with ways in and out that are all explicit."""

from ipaddress import IPv4Network

import pytest

from components.network import NewNetwork, PeeredNetworks, PeeredNetworksArgs, PeeringRepair
from tests.unit.recording import GROUP, Deployment, deploy


@pytest.fixture(scope="module")
def networks() -> Deployment:
    args = PeeredNetworksArgs(
        resource_group="test",
        location="westeurope",
        hdinsight=NewNetwork([IPv4Network("10.10.0.0/16")], IPv4Network("10.10.0.0/24")),
        aks=NewNetwork(
            [IPv4Network("10.20.0.0/16"), IPv4Network("192.168.0.0/20")], IPv4Network("10.20.0.0/22")
        ),
        peering=True,
        repair=PeeringRepair(),
        ambari_source_ranges=["203.0.113.7/32", "198.51.100.0/24"],
        tags={"team": "kafka"},
    )
    return deploy(lambda: PeeredNetworks("networks", args))


SPACES = {"hdinsight": ["10.10.0.0/16"], "aks": ["10.20.0.0/16", "192.168.0.0/20"]}


@pytest.mark.parametrize("name", SPACES)
def test_network_has_its_space_and_no_inline_subnets(networks: Deployment, name: str) -> None:
    inputs = networks[f"{name}-network"].inputs
    assert inputs["virtualNetworkName"] == f"{name}-network"
    assert inputs["addressSpace"] == {"addressPrefixes": SPACES[name]}
    assert "subnets" not in inputs
    assert inputs["tags"] == {"team": "kafka"}


def test_hdinsight_subnet_has_a_guard_and_a_way_out(networks: Deployment) -> None:
    inputs = networks["hdinsight-subnet"].inputs
    assert inputs["addressPrefix"] == "10.10.0.0/24"
    assert inputs["virtualNetworkName"] == "hdinsight-network"
    assert inputs["defaultOutboundAccess"] is False
    providers = f"{GROUP}/providers/Microsoft.Network"
    assert inputs["networkSecurityGroup"] == {"id": f"{providers}/networkSecurityGroups/hdinsight-security"}
    assert inputs["natGateway"] == {"id": f"{providers}/natGateways/hdinsight-nat"}


def test_aks_subnet_leaves_its_ways_to_aks(networks: Deployment) -> None:
    inputs = networks["aks-subnet"].inputs
    assert inputs["virtualNetworkName"] == "aks-network"
    assert inputs["addressPrefix"] == "10.20.0.0/22"
    assert inputs["defaultOutboundAccess"] is False
    assert not {"networkSecurityGroup", "natGateway"} & inputs.keys()


def test_without_ranges_for_ambari_only_hdinsight_itself_may_come_in() -> None:
    subnet = IPv4Network("10.20.0.0/22")
    args = PeeredNetworksArgs(
        resource_group="test",
        location="westeurope",
        hdinsight=NewNetwork([IPv4Network("10.10.0.0/16")], IPv4Network("10.10.0.0/24")),
        aks=NewNetwork([subnet], subnet),
    )
    rules = deploy(lambda: PeeredNetworks("networks", args))["hdinsight-security"].inputs["securityRules"]
    assert [rule["name"] for rule in rules] == ["hdinsight-service"]


def test_only_hdinsight_itself_and_the_given_ranges_may_come_in(networks: Deployment) -> None:
    rules = networks["hdinsight-security"].inputs["securityRules"]
    assert len({rule["priority"] for rule in rules}) == len(rules)
    for rule in rules:
        assert (rule["direction"], rule["access"], rule["protocol"]) == ("Inbound", "Allow", "Tcp")
        assert rule["destinationPortRange"] == "443"
    sources = [rule.get("sourceAddressPrefix") or rule["sourceAddressPrefixes"] for rule in rules]
    assert sources == ["HDInsight", ["203.0.113.7/32", "198.51.100.0/24"]]


def test_outbound_address_is_static_and_of_the_tier_that_nat_gateways_take(networks: Deployment) -> None:
    address = networks["hdinsight-outbound"].inputs
    assert address["publicIPAllocationMethod"] == "Static"
    assert address["sku"] == {"name": "Standard"}
    nat = networks["hdinsight-nat"].inputs
    assert nat["sku"] == {"name": "Standard"}
    assert [used["id"].rsplit("/", 1)[-1] for used in nat["publicIpAddresses"]] == ["hdinsight-outbound"]


@pytest.mark.parametrize(("local", "remote"), [("hdinsight", "aks"), ("aks", "hdinsight")])
def test_peering_goes_both_ways(networks: Deployment, local: str, remote: str) -> None:
    peering = networks[f"{local}-to-{remote}"].inputs
    assert peering["virtualNetworkName"] == f"{local}-network"
    assert peering["remoteVirtualNetwork"]["id"].endswith(f"/virtualNetworks/{remote}-network")
    assert peering["allowVirtualNetworkAccess"] is True


@pytest.mark.parametrize(("local", "remote"), [("hdinsight", "aks"), ("aks", "hdinsight")])
def test_peering_is_synced_when_the_other_network_changes(
    networks: Deployment, local: str, remote: str
) -> None:
    peering = networks[f"{local}-to-{remote}"].inputs
    assert peering["remoteAddressSpace"] == {"addressPrefixes": SPACES[remote]}
    assert peering["syncRemoteAddressSpace"] == "true"


def test_peerings_wait_for_all_subnets_and_for_each_other(networks: Deployment) -> None:
    subnets = {"hdinsight-subnet", "aks-subnet"}
    assert subnets <= networks["hdinsight-to-aks"].depends_on
    assert subnets | {"hdinsight-to-aks"} <= networks["aks-to-hdinsight"].depends_on


def test_what_later_resources_change_in_earlier_ones_is_no_drift(networks: Deployment) -> None:
    for peering in ("hdinsight-to-aks", "aks-to-hdinsight"):
        assert set(networks[peering].options.ignoreChanges) == {"peeringState", "peeringSyncLevel"}
    assert list(networks["hdinsight-outbound"].options.ignoreChanges) == ["natGateway"]


def test_everything_is_parented_to_the_component(networks: Deployment) -> None:
    assert {resource.parent for resource in networks.resources.values() if resource.name != "networks"} == {
        "networks"
    }
