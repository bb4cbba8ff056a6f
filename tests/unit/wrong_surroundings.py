"""What exists and can't be used, or leaves no room for what is to be made; see wrong_configurations.

The messages are those of a subscription with something of everything in it, and something wrong with it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from components.existing import read_existing
from components.settings import Settings, WrongSettings
from tests.unit.configurations import ALL_EXISTS, REQUIRED, encoded
from tests.unit.existing_site import HDINSIGHT_NETWORK, NETWORKS, OTHER, OWN, Site, in_shop
from tests.unit.recording import deploy

NEW: Mapping[str, Any] = REQUIRED
ALL: Mapping[str, Any] = ALL_EXISTS
AKS: Mapping[str, Any] = {**NEW, "aks": in_shop("k8s")}
THEIR_SUBNET: Mapping[str, Any] = {
    **{name: value for name, value in NEW.items() if name != "ambariSourceRanges"},
    "aksApiSourceRanges": ["203.0.113.7/32"],
    "hdinsightNetwork": in_shop("brokers", subnet="kafka"),
}
NODES = in_shop("nodes", subnet="aks-subnet")


def _stopped(site: Site) -> None:
    site.aks["powerState"] = {"code": "Stopped"}
    site.kafka["clusterState"] = "Error"


def _without_identity_and_of_another_kind(site: Site) -> None:
    del site.aks["identityProfile"]
    site.kafka["clusterDefinition"] = {"kind": "SPARK"}


def _locked_and_in_no_network(site: Site) -> None:
    site.aks["nodeResourceGroupProfile"] = {"restrictionLevel": "ReadOnly"}
    site.kafka["computeProfile"] = {"roles": [{"name": "workernode"}]}


def _with_two_networks(site: Site) -> None:
    site.networks_of_aks.append("another")


def _in_the_making(site: Site) -> None:
    site.kafka |= {"clusterState": "Accepted", "connectivityEndpoints": None}


def _without_passwords(site: Site) -> None:
    site.gateway = {"isCredentialEnabled": "false"}


def _without_linux_on_x64(site: Site) -> None:
    site.aks["agentPoolProfiles"] = [
        {"name": "win", "osType": "Windows", "vmSize": "Standard_D2s_v5"},
        {"name": "arm", "osType": "Linux", "vmSize": "Standard_D2ps_v5"},
    ]


def _with_a_registry_out_of_reach(site: Site) -> None:
    site.registry = {"publicNetworkAccess": "Disabled", "roleAssignmentMode": "AbacRepositoryPermissions"}


def _gone(site: Site) -> None:
    site.gone = True


def _overlapping(site: Site) -> None:
    site.hdinsight_network["addressSpace"] = {"addressPrefixes": ["10.230.0.0/16"]}


def _peered_with_a_hub(site: Site) -> None:
    space = {"addressPrefixes": ["10.10.0.0/16"]}
    site.aks_network["virtualNetworkPeerings"] = [{"name": "to-hub", "remoteAddressSpace": space}]


def _peered_by_hand(site: Site) -> None:
    there = {"id": NETWORKS % "MC_shop_k8s_westeurope" + "/aks-vnet-12345678"}
    site.hdinsight_network["virtualNetworkPeerings"] = [
        {"name": "by-hand", "peeringState": "Connected", "remoteVirtualNetwork": there}
    ]
    site.aks_network["virtualNetworkPeerings"] = [half("back-by-hand", "Connected")]


def _in_one_network(site: Site) -> None:
    subnet = f"{HDINSIGHT_NETWORK}/subnets/other"
    site.aks["agentPoolProfiles"] = [{"name": "nodepool1", "count": 2, "vnetSubnetID": subnet}]


def _left_over(site: Site) -> None:
    site.aks_network["virtualNetworkPeerings"] = [half("of-a-former-stack", "Disconnected")]


def _own_that_was_forgotten(site: Site) -> None:
    site.aks_network["virtualNetworkPeerings"] = [half("aks-kafka-test", "Initiated")]


def half(name: str, state: str) -> dict[str, Any]:
    """A half of a peering, in AKS's network."""
    network = NETWORKS % "MC_shop_k8s_westeurope" + "/aks-vnet-12345678"
    return {
        "id": f"{network}/virtualNetworkPeerings/{name}",
        "name": name,
        "peeringState": state,
        "remoteVirtualNetwork": {"id": HDINSIGHT_NETWORK},
    }


def _of_another_subscription(site: Site) -> None:
    site.hdinsight_network["id"] = HDINSIGHT_NETWORK.replace(OWN, OTHER)


def _as_it_is(_: Site) -> None:
    pass


Case = tuple[Callable[[Site], None], Mapping[str, Any]]

FOUND: Mapping[str, Sequence[Case]] = {
    "existing-that-can-not-be-used": [
        (_stopped, ALL),
        (_without_identity_and_of_another_kind, ALL),
        (_locked_and_in_no_network, ALL),
        (_in_the_making, ALL),
        (_without_linux_on_x64, ALL),
        (_with_a_registry_out_of_reach, ALL),
        (_without_passwords, ALL),
        (_with_two_networks, AKS),
        (_gone, ALL),
        (_as_it_is, {**THEIR_SUBNET, "hdinsightNetwork": in_shop("brokers", subnet="absent")}),
    ],
    "existing-that-leaves-no-room": [
        (_overlapping, ALL),
        (_peered_with_a_hub, AKS),
        (_peered_by_hand, ALL),
        (_in_one_network, ALL),
        (_left_over, ALL),
        (_own_that_was_forgotten, ALL),
        (
            _of_another_subscription,
            {**THEIR_SUBNET, "hdinsightNetwork": in_shop("brokers", subnet="kafka", subscription=OTHER)},
        ),
        (_as_it_is, {**AKS, "hdinsightAddressSpace": "10.0.0.0/16", "hdinsightSubnet": "10.0.0.0/24"}),
        (_as_it_is, {**AKS, "hdinsightAddressSpace": "10.244.0.0/16", "hdinsightSubnet": "10.244.0.0/24"}),
        (_as_it_is, {**THEIR_SUBNET, "aksAddressSpace": "10.61.0.0/16", "aksSubnet": "10.61.0.0/22"}),
        (_as_it_is, {**NEW, "aksNetwork": NODES, "serviceCidr": "10.239.0.0/16"}),
        (
            _as_it_is,
            {**NEW, "aksNetwork": NODES, "aksNodeCount": 1000, "aksMaxPods": 100, "aksPodNetwork": "flat"},
        ),
        (_as_it_is, {**THEIR_SUBNET, "location": "northeurope", "kafkaWorkers": 300}),
        (_as_it_is, {**ALL, "topics": [{"name": "orders", "replicationFactor": 5}]}),
    ],
}


def messages(kind: str) -> str:
    """All messages of a kind."""
    return "\n\n".join(_message(*case) for case in FOUND[kind]) + "\n"


def _message(change: Callable[[Site], None], values: Mapping[str, Any]) -> str:
    site = Site()
    change(site)
    plain = {name.removeprefix("aks-kafka:"): value for name, value in encoded(values).items()}
    settings = Settings.parse(plain, {"ambariPassword"}, stack="dev")
    try:
        deploy(lambda: read_existing(settings), answers=site.answers())
    except WrongSettings as error:
        return str(error)
    raise AssertionError(f"nothing is wrong beside {change.__name__} with {values}")
