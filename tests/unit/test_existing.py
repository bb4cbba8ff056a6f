"""The whole program where more than AKS exists: what is ours then, and what would not go together."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.existing import not_found_code
from components.roles import Role, assignment_name
from components.settings import WrongSettings
from components.settings.validation.mistakes import Mistake
from tests.unit.configurations import ALL_EXISTS, BESIDE_THEIR_NETWORK, REQUIRED, encoded
from tests.unit.existing_site import HDINSIGHT_NETWORK, KUBELET, OTHER, OWN, REGISTRY, Site, in_shop
from tests.unit.recording import Deployment, Refusal
from tests.unit.test_main import CHECKOUT, run

ALL = dict(ALL_EXISTS)
NEW_KAFKA = {
    name: REQUIRED[name]
    for name in ("kafkaClusterName", "storageAccountName", "ambariSourceRanges", "sshPublicKey")
}
SUBNET = in_shop("brokers", subnet="kafka")
AKS_SUBNET = in_shop("nodes", subnet="aks-subnet")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.chdir(CHECKOUT)
    return Site()


def deployed(site: Site, settings: Mapping[str, Any]) -> Deployment:
    return run(encoded(settings), site.answers())


def mistakes(site: Site, settings: Mapping[str, Any]) -> list[Mistake]:
    with pytest.raises(WrongSettings) as raised:
        deployed(site, settings)
    return raised.value.mistakes


def of_azure(program: Deployment) -> set[str]:
    return {name for name, resource in program.resources.items() if resource.type.startswith("azure-native:")}


def test_only_peering_advertising_and_app_are_ours_where_all_exists(site: Site) -> None:
    program = deployed(site, ALL)
    assert of_azure(program) == {"hdinsight-to-aks", "aks-to-hdinsight", "aks-pulls-images"}
    assert program.outputs["resourceGroup"] == "theirs"
    assert program.outputs["registryLoginServer"] == "images.azurecr.io"
    assert program.outputs["ambariUrl"] == "https://Brokers.azurehdinsight.net"
    assert program.outputs["hdinsightVnetId"] == HDINSIGHT_NETWORK
    advertising = program["ip-advertising"].inputs
    assert (advertising["clusterName"], advertising["workers"]) == ("Brokers", 4)
    assert not program["ip-advertising"].options.deletedWith
    assert {"hdinsight-to-aks", "aks-to-hdinsight", "ip-advertising"} <= program["app"].depends_on


def test_in_one_network_aks_reaches_kafka_without_a_peering_and_can_have_none(site: Site) -> None:
    subnet = f"{HDINSIGHT_NETWORK}/subnets/other"
    site.aks["agentPoolProfiles"] = [{"name": "nodepool1", "count": 2, "vnetSubnetID": subnet}]
    assert of_azure(deployed(site, {**ALL, "peering": False})) == {"aks-pulls-images"}
    [mistake] = mistakes(site, ALL)
    assert (mistake.setting, mistake.right) == ("peering", "false")
    assert "AKS and HDInsight are both in the network brokers" in mistake.rule


def test_each_half_of_the_peering_lies_with_its_network(site: Site) -> None:
    program = deployed(site, ALL)
    halves = {
        "hdinsight-to-aks": ("data", "brokers"),
        "aks-to-hdinsight": ("MC_shop_k8s_westeurope", "aks-vnet-12345678"),
    }
    for name, place in halves.items():
        inputs = program[name].inputs
        assert (inputs["resourceGroupName"], inputs["virtualNetworkName"]) == place
        assert inputs["virtualNetworkPeeringName"] == "aks-kafka-test"


def test_others_may_rely_on_addresses_after_a_destroy(site: Site) -> None:
    assert deployed(site, ALL)["ip-advertising"].inputs["keepOnDelete"] is False
    kept = deployed(site, ALL | {"keepIpAdvertising": True})
    assert kept["ip-advertising"].inputs["keepOnDelete"] is True


def test_connected_networks_get_no_peering(site: Site) -> None:
    program = deployed(site, ALL | {"peering": False})
    assert of_azure(program) == {"aks-pulls-images"}


def test_networks_that_are_peered_already_are_not_peered_again(site: Site) -> None:
    theirs = {
        "name": "by-hand",
        "peeringState": "Connected",
        "remoteVirtualNetwork": {"id": HDINSIGHT_NETWORK.upper()},
    }
    site.aks_network["virtualNetworkPeerings"] = [
        {**theirs, "remoteAddressSpace": site.hdinsight_network["addressSpace"]}
    ]
    there = deployed(site, ALL | {"peering": False}).outputs["aksVnetId"]
    back = {"name": "back-by-hand", "peeringState": "Connected", "remoteVirtualNetwork": {"id": there}}
    site.hdinsight_network["virtualNetworkPeerings"] = [
        {**back, "remoteAddressSpace": site.aks_network["addressSpace"]}
    ]
    [found] = mistakes(site, ALL)
    assert (found.setting, found.right) == ("peering", "false")
    assert deployed(site, ALL | {"peering": False}).outputs


def test_image_is_built_in_the_registry_that_exists(site: Site) -> None:
    build = deployed(site, ALL)["image-build"].inputs
    where = build["environment"]
    assert (where["REGISTRY"], where["GROUP"], where["SUBSCRIPTION"]) == ("Images", "shop", OWN)
    assert '--resource-group "$GROUP" --subscription "$SUBSCRIPTION"' in build["create"]


@pytest.mark.parametrize(
    ("state", "rule", "option"),
    [
        (
            {"roleAssignmentMode": "AbacRepositoryPermissions"},
            "must honour the role AcrPull",
            "--role-assignment-mode rbac",
        ),
        ({"publicNetworkAccess": "Disabled"}, "must have public access", "--public-network-enabled true"),
    ],
)
def test_registry_that_takes_no_image_is_refused_but_for_a_stack_that_has_one(
    site: Site, monkeypatch: pytest.MonkeyPatch, state: dict[str, str], rule: str, option: str
) -> None:
    site.registry |= state
    [found] = mistakes(site, ALL)
    assert (found.setting, found.value) == ("registry.existing", "images in resource group shop")
    assert found.rule.startswith(rule)
    assert found.right == f"az acr update --name images --resource-group shop {option}"

    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    image = {"urn:pulumi:test::aks-kafka::aks-kafka:index:AppImage::image": {"outputs": {}}}
    answers = {**site.answers(), "pulumi:pulumi:readStackResourceOutputs": lambda _: {"outputs": image}}
    assert run(encoded(ALL), answers).outputs
    [warning] = [text for text in said if text.startswith("registry.existing ")]
    assert rule in warning
    assert option in warning


def test_a_ready_image_is_pulled_from_the_registry_that_exists_and_not_built(site: Site) -> None:
    image = {"appImage": "images.azurecr.io/kafka-test-app:1.0"}
    program = deployed(site, ALL | image)
    assert "image-build" not in program.resources
    assert program["aks-pulls-images"].inputs["scope"] == REGISTRY
    assert "aks-pulls-images" in program["app"].depends_on
    assert program.outputs["registryLoginServer"] == "images.azurecr.io"


@pytest.mark.parametrize(
    ("state", "warned"),
    [
        ({"roleAssignmentMode": "AbacRepositoryPermissions"}, ["must honour the role AcrPull"]),
        ({"publicNetworkAccess": "Disabled"}, []),
    ],
)
def test_for_a_ready_image_a_registry_need_not_build_any(
    site: Site, monkeypatch: pytest.MonkeyPatch, state: dict[str, str], warned: list[str]
) -> None:
    site.registry |= state
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    assert deployed(site, ALL | {"appImage": "images.azurecr.io/kafka-test-app:1.0"}).outputs
    of_registry = [text for text in said if text.startswith("registry.existing ")]
    assert [rule in text for rule, text in zip(warned, of_registry, strict=True)] == [True] * len(warned)


def test_registry_that_az_can_not_show_is_taken(site: Site) -> None:
    def refuse(asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked["command"].startswith("az acr show "):
            raise Refusal("exit status 1")
        return answers["command:local:run"](asked)

    answers = site.answers()
    assert run(encoded(ALL), {**answers, "command:local:run": refuse}).outputs


@pytest.mark.parametrize(
    ("principal", "name", "ours"),
    [
        (KUBELET, assignment_name(REGISTRY, KUBELET, Role.ACR_PULL, "aks-kafka/test"), True),
        (KUBELET, assignment_name(REGISTRY, KUBELET, Role.ACR_PULL, "aks-kafka/other"), False),
        (KUBELET, "5a0bcdef-0000-0000-0000-000000000000", False),
        ("somebody else", "5a0bcdef-0000-0000-0000-000000000000", True),
    ],
)
def test_attached_cluster_is_not_attached_again(site: Site, principal: str, name: str, ours: bool) -> None:
    site.assignments = [{"principalId": principal, "name": name}]
    assert ("aks-pulls-images" in of_azure(deployed(site, ALL))) == ours
    [asked] = [call for call in site.asked("run") if "role" in call["command"]]
    assert asked["environment"] == {"ROLE": "AcrPull", "SCOPE": REGISTRY}


def test_what_lies_in_another_subscription_is_asked_there(site: Site) -> None:
    site.aks["id"] = site.aks["id"].replace(OWN, OTHER)
    program = deployed(site, ALL | {"aks": in_shop("k8s", subscription=OTHER)})
    [provider] = program.of_type("pulumi:providers:azure-native")
    assert provider.inputs["subscriptionId"] == OTHER
    assert f"::{provider.name}::" in program["aks-to-hdinsight"].provider
    assert not program["hdinsight-to-aks"].provider
    [listing] = [call for call in site.asked("run") if "vnet" in call["command"]]
    assert listing["environment"]["SUBSCRIPTION"] == OTHER


def test_kafka_cluster_of_another_subscription_gets_its_half_there(site: Site) -> None:
    profile = site.kafka["computeProfile"]["roles"][1]["virtualNetworkProfile"]
    profile |= {name: value.replace(OWN, OTHER) for name, value in profile.items()}
    program = deployed(site, ALL | {"kafka": in_shop("brokers", subscription=OTHER)})
    [provider] = program.of_type("pulumi:providers:azure-native")
    assert provider.inputs["subscriptionId"] == OTHER
    assert f"::{provider.name}::" in program["hdinsight-to-aks"].provider
    assert not program["aks-to-hdinsight"].provider


def test_new_clusters_go_into_subnets_that_exist(site: Site) -> None:
    program = deployed(
        site, BESIDE_THEIR_NETWORK | {"hdinsightNetwork": SUBNET, "aksNetwork": AKS_SUBNET, "peering": False}
    )
    assert not program.of_type("azure-native:network:VirtualNetwork")
    assert not program.of_type("azure-native:network:NetworkSecurityGroup")
    [pool] = program["aks-cluster"].inputs["agentPoolProfiles"]
    assert pool["vnetSubnetID"] == "the first subnet"
    roles = program["kafka-cluster"].inputs["properties"]["computeProfile"]["roles"]
    assert {role["virtualNetworkProfile"]["subnet"] for role in roles} == {
        f"{HDINSIGHT_NETWORK}/subnets/kafka"
    }


@pytest.mark.parametrize(
    ("settings", "setting", "rule"),
    [
        (ALL | {"resourceGroup": "mine"}, "resourceGroup", "must be left out"),
        (ALL | {"registryName": "mineandmine"}, "registryName", "must be left out"),
        (ALL | {"kafkaWorkers": 5}, "kafkaWorkers", "must be left out"),
        (ALL | {"aksNetwork": AKS_SUBNET}, "aksNetwork", "must be left out"),
        (ALL | {"hdinsightNetwork": SUBNET}, "hdinsightNetwork", "must be left out"),
        (dict(REQUIRED) | {"peering": False}, "peering", "must be true"),
        (
            BESIDE_THEIR_NETWORK | {"hdinsightNetwork": SUBNET, "location": "northeurope"},
            "location",
            "must be the region of brokers, where HDInsight goes",
        ),
        (
            BESIDE_THEIR_NETWORK | {"hdinsightNetwork": SUBNET, "kafkaWorkers": 300},
            "hdinsightNetwork.existing",
            "must have 312 addresses",
        ),
        (
            dict(REQUIRED)
            | {"aksNetwork": AKS_SUBNET, "aksNodeCount": 1000, "aksMaxPods": 100, "aksPodNetwork": "flat"},
            "aksNetwork.existing",
            "must have",
        ),
        (
            BESIDE_THEIR_NETWORK | {"hdinsightNetwork": in_shop("brokers", subnet="absent")},
            "hdinsightNetwork.existing",
            "must be one of the subnets of brokers",
        ),
        (
            BESIDE_THEIR_NETWORK
            | {"hdinsightNetwork": SUBNET, "aksAddressSpace": "10.61.0.0/16", "aksSubnet": "10.61.0.0/22"},
            "aksAddressSpace",
            "must not overlap the network brokers of hdinsightNetwork.existing, 10.61.0.0/16",
        ),
        (
            dict(REQUIRED) | {"aksNetwork": AKS_SUBNET, "serviceCidr": "10.239.0.0/16"},
            "serviceCidr",
            "must not overlap the network nodes of aksNetwork.existing, 10.224.0.0/12",
        ),
        (
            ALL | {"topics": [{"name": "a", "replicationFactor": 5}]},
            "topics[0].replicationFactor",
            "must be at most 4, as many brokers as Brokers has",
        ),
    ],
)
def test_mistake(site: Site, settings: Mapping[str, Any], setting: str, rule: str) -> None:
    [found] = mistakes(site, settings)
    assert found.setting == setting
    assert found.rule.startswith(rule)


def test_two_that_exist_and_overlap_can_t_be_put_together(site: Site) -> None:
    site.hdinsight_network["addressSpace"] = {"addressPrefixes": ["10.230.0.0/16"]}
    [found] = mistakes(site, ALL)
    assert found.setting == "kafka.existing"
    assert found.rule == "must not overlap the network aks-vnet-12345678 of aks.existing, 10.224.0.0/12"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"clusterDefinition": {"kind": "SPARK"}}, "must be a cluster of kind Kafka, not SPARK"),
        ({"clusterState": "Error"}, "must be running, and is in state Error"),
        (
            {"clusterState": "Accepted", "provisioningState": "Failed"},
            "must be running, and is in state Accepted",
        ),
        ({"clusterState": "DeleteQueued"}, "must be running, and is in state DeleteQueued"),
        (
            {
                "clusterState": "Accepted",
                "provisioningState": "InProgress",
                "connectivityEndpoints": None,
            },
            "must be running, and is in state Accepted: Azure is still making it",
        ),
        ({"computeProfile": {"roles": [{"name": "workernode"}]}}, "must be in a virtual network"),
    ],
)
def test_kafka_cluster_that_can_t_be_used(site: Site, change: dict[str, Any], rule: str) -> None:
    site.kafka |= change
    [found] = mistakes(site, ALL)
    assert (found.setting, found.value) == ("kafka.existing", "brokers in resource group shop")
    assert found.rule.startswith(rule)


def test_a_cluster_that_hdinsight_does_not_know_is_missing() -> None:
    # azure-native shows the whole body of a refusal that has no `error` around it, as HDInsight's have none.
    body = '{"code":"NotFound","message":"Cluster with id \'brokers\' not found"}'
    assert not_found_code(Exception(f'Status=404 Code="NotFound" Message="{body}"')) == "NotFound"
    refused = body.replace("NotFound", "BadRequest")
    assert not_found_code(Exception(f'Status=400 Code="BadRequest" Message="{refused}"')) is None


@pytest.mark.parametrize(("workers", "said"), [(3, False), (240, True)])
def test_a_subnet_of_theirs_into_which_a_new_cluster_only_just_fits_is_worth_a_word(
    site: Site, workers: int, said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: warned.append(text))
    theirs = {"hdinsightNetwork": SUBNET, "aksNetwork": AKS_SUBNET, "peering": False, "kafkaWorkers": workers}
    deployed(site, BESIDE_THEIR_NETWORK | theirs)
    tight = [text for text in warned if text.startswith("hdinsightNetwork.existing: ")]
    assert ["has room for the machines" in text for text in tight] == [True] * said


@pytest.mark.parametrize("state", ["Accepted", "HdInsightConfiguration", "AzureVMConfiguration"])
def test_kafka_cluster_that_azure_is_changing_can_be_used(site: Site, state: str) -> None:
    site.kafka["clusterState"] = state
    assert deployed(site, ALL).outputs["ambariUrl"] == "https://Brokers.azurehdinsight.net"


def test_kafka_cluster_without_passwords_is_told_so_by_who_may_ask(site: Site) -> None:
    site.gateway = {"isCredentialEnabled": "false", "restAuthEntraUsers": []}
    [found] = mistakes(site, ALL)
    assert found.setting == "kafka.existing"
    assert found.rule.startswith("must let users sign in to Ambari with a password")

    def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
        raise Refusal('Status=403 Code="AuthorizationFailed" Message="..."')

    answers = {**site.answers(), "azure-native:hdinsight:getClusterGatewaySettings": refuse}
    assert run(encoded(ALL), answers).outputs


def test_everything_that_is_wrong_with_what_exists_is_in_one_message(site: Site) -> None:
    site.kafka["clusterState"] = "Error"
    site.aks["powerState"] = {"code": "Stopped"}
    assert {found.setting for found in mistakes(site, ALL)} == {"kafka.existing", "aks.existing"}


def test_ambari_users_are_asked_for_only_where_they_are_let_in(site: Site) -> None:
    new = ALL | NEW_KAFKA
    del new["kafka"], new["ambariSourceRanges"]
    assert [found.setting for found in mistakes(site, new)] == ["ambariSourceRanges"]
    assert deployed(site, new | {"hdinsightNetwork": SUBNET}).outputs
