"""AKS in a subnet of ours, with its identity allowed there first, and a kubeconfig nobody sees."""

import base64
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pulumi
import pytest

from components.aks import AksCluster, AksClusterArgs
from components.roles import Role
from components.settings.objects.aks_entra import AksEntra
from tests.unit.configurations import ENTRA_GROUP
from tests.unit.recording import GROUP, Answers, Deployment, deploy
from tests.unit.test_kubernetes_login import entra, plugin_in

SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/aks-network/subnets/aks-subnet"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/contoso_aks-identity"
ARGS = AksClusterArgs(
    name="contoso_aks",
    resource_group="test",
    location="westeurope",
    subnet_id=SUBNET,
    kubernetes_version="",
    upgrade_channel="patch",
    node_os_upgrade_channel="NodeImage",
    api_source_ranges=["203.0.113.7/32"],
    entra=AksEntra(),
    node_count=2,
    max_node_count=None,
    node_size="Standard_D2s_v5",
    zones=[],
    max_pods=30,
    network_policy="cilium",
    service_cidr="10.30.0.0/16",
    dns_service_ip="10.30.0.10",
    pod_cidr=None,
    never_replace=False,
    made_with={},
    tags={"team": "kafka"},
)


CREDENTIALS = "azure-native:containerservice:listManagedClusterUserCredentials"


def declare(args: AksClusterArgs = ARGS, answers: Answers = MappingProxyType({})) -> Deployment:
    def program() -> None:
        aks = AksCluster("aks", args)
        pulumi.export("kubeconfig", aks.kubeconfig)
        pulumi.export("kubeletPrincipalId", aks.kubelet_principal_id)

    return deploy(program, answers=answers)


def test_a_program_can_have_several_clusters() -> None:
    def program() -> None:
        for name in ("aks", "second"):
            AksCluster(name, replace(ARGS, name=f"contoso-{name}"))

    both = deploy(program)
    assert both["second-cluster"].inputs["resourceName"] == "contoso-second"


@pytest.fixture(scope="module")
def aks() -> Deployment:
    return declare()


def test_nodes_lie_in_the_given_subnet(aks: Deployment) -> None:
    [pool] = aks["aks-cluster"].inputs["agentPoolProfiles"]
    assert pool["vnetSubnetID"] == SUBNET
    assert (pool["count"], pool["vmSize"], pool["maxPods"]) == (2, "Standard_D2s_v5", 30)
    assert (pool["mode"], pool["osType"], pool["type"]) == ("System", "Linux", "VirtualMachineScaleSets")
    # AKS's rule for pool names, which a user can't change here.
    assert pool["name"].isalnum()
    assert pool["name"].islower()
    assert len(pool["name"]) <= 12


def test_pods_have_addresses_of_the_subnet(aks: Deployment) -> None:
    assert aks["aks-cluster"].inputs["networkProfile"] == {
        "networkPlugin": "azure",
        "networkPolicy": "cilium",
        "networkDataplane": "cilium",
        "serviceCidr": "10.30.0.0/16",
        "dnsServiceIP": "10.30.0.10",
        "outboundType": "loadBalancer",
        "loadBalancerSku": "standard",
    }


def test_pods_of_an_overlay_have_a_range_of_their_own() -> None:
    profile = declare(replace(ARGS, pod_cidr="10.40.0.0/16"))["aks-cluster"].inputs["networkProfile"]
    assert profile["networkPluginMode"] == "overlay"
    assert profile["podCidr"] == "10.40.0.0/16"


@pytest.mark.parametrize("policy", ["azure", "calico"])
def test_only_cilium_has_a_data_plane_of_its_own(policy: str) -> None:
    profile = declare(replace(ARGS, network_policy=policy))["aks-cluster"].inputs["networkProfile"]
    assert profile["networkPolicy"] == policy
    assert "networkDataplane" not in profile


def test_no_policy_is_what_aks_calls_none() -> None:
    profile = declare(replace(ARGS, network_policy="none"))["aks-cluster"].inputs["networkProfile"]
    assert "networkPolicy" not in profile


def test_callers_of_the_api_are_limited_unless_everybody_may() -> None:
    access = {"authorizedIPRanges": ["203.0.113.7/32"]}
    assert declare()["aks-cluster"].inputs["apiServerAccessProfile"] == access
    assert (
        "apiServerAccessProfile" not in declare(replace(ARGS, api_source_ranges=None))["aks-cluster"].inputs
    )


def test_entra_id_is_asked_where_it_is_set_alone(aks: Deployment) -> None:
    assert not {"aadProfile", "disableLocalAccounts"} & aks["aks-cluster"].inputs.keys()


@pytest.mark.parametrize(
    ("settings", "profile", "disabled"),
    [
        (
            {"adminGroups": [ENTRA_GROUP]},
            {"managed": True, "enableAzureRBAC": False, "adminGroupObjectIDs": [ENTRA_GROUP]},
            None,
        ),
        (
            {"azureRbac": True, "disableLocalAccounts": True},
            {"managed": True, "enableAzureRBAC": True},
            True,
        ),
    ],
)
def test_entra_id_and_local_accounts_are_as_set(
    settings: dict[str, Any], profile: dict[str, Any], disabled: bool | None
) -> None:
    cluster = declare(replace(ARGS, entra=AksEntra.model_validate(settings)))["aks-cluster"].inputs
    assert cluster["aadProfile"] == profile
    assert cluster.get("disableLocalAccounts") is disabled


@pytest.mark.parametrize(("entra", "count"), [({}, 0), ({"azureRbac": True}, 1)])
def test_that_kubelogin_is_missing_is_said_before_there_is_a_cluster(
    monkeypatch: pytest.MonkeyPatch, entra: dict[str, Any], count: int
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, resource: said.append(message))
    monkeypatch.setenv("PATH", "")
    declare(replace(ARGS, entra=AksEntra.model_validate(entra)))
    assert len(said) == count
    assert all("az aks install-cli" in text for text in said)


def test_a_new_cluster_s_kubeconfig_asks_nobody_for_a_device_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kubelogin = tmp_path / "kubelogin"
    kubelogin.write_text("")
    kubelogin.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    value = base64.b64encode(entra("--login", "devicecode").encode()).decode()
    answers = {CREDENTIALS: lambda _: {"kubeconfigs": [{"name": "clusterUser", "value": value}]}}
    made = declare(replace(ARGS, entra=AksEntra.model_validate({"azureRbac": True})), answers)
    assert plugin_in(made.outputs["kubeconfig"])["args"][-2:] == ["--login", "azurecli"]
    assert "kubeconfig" in made.secret_outputs


def test_pool_that_grows_begins_with_the_fewest_nodes_and_keeps_what_aks_made_of_them() -> None:
    cluster = declare(replace(ARGS, max_node_count=5, zones=["1", "3"]))["aks-cluster"]
    [pool] = cluster.inputs["agentPoolProfiles"]
    assert {name: pool[name] for name in ("enableAutoScaling", "count", "minCount", "maxCount")} == {
        "enableAutoScaling": True,
        "count": 2,
        "minCount": 2,
        "maxCount": 5,
    }
    assert pool["availabilityZones"] == ["1", "3"]
    assert "agentPoolProfiles[0].count" in cluster.options.ignoreChanges


def test_pool_of_fixed_size_has_no_autoscaler(aks: Deployment) -> None:
    [pool] = aks["aks-cluster"].inputs["agentPoolProfiles"]
    assert not {"enableAutoScaling", "minCount", "maxCount", "availabilityZones"} & pool.keys()
    assert "agentPoolProfiles[0].count" not in aks["aks-cluster"].options.ignoreChanges


def test_what_azure_never_changes_of_a_pool_makes_a_new_cluster(aks: Deployment) -> None:
    options = aks["aks-cluster"].options
    assert set(options.replaceOnChanges) == {
        "agentPoolProfiles[*].vmSize",
        "agentPoolProfiles[*].maxPods",
        "agentPoolProfiles[*].availabilityZones",
        "agentPoolProfiles[*].vnetSubnetID",
    }
    assert options.deleteBeforeReplace


def test_identity_may_join_the_subnet_before_the_cluster_exists(aks: Deployment) -> None:
    role = aks["aks-joins-subnet"].inputs
    assert role["scope"] == SUBNET
    assert role["principalId"] == "principal-of-contoso_aks-identity"
    assert role["roleDefinitionId"].endswith(Role.NETWORK_CONTRIBUTOR)
    cluster = aks["aks-cluster"]
    assert cluster.inputs["identity"] == {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}
    assert "aks-joins-subnet" in cluster.depends_on


def test_version_is_left_to_aks_unless_given(aks: Deployment) -> None:
    assert "kubernetesVersion" not in aks["aks-cluster"].inputs
    left = {"kubernetesVersion", "agentPoolProfiles[0].orchestratorVersion"}
    assert left <= set(aks["aks-cluster"].options.ignoreChanges)


def test_version_that_is_given_is_that_of_the_nodes_too() -> None:
    cluster = declare(replace(ARGS, kubernetes_version="1.34"))["aks-cluster"]
    assert cluster.inputs["kubernetesVersion"] == "1.34"
    assert cluster.inputs["agentPoolProfiles"][0]["orchestratorVersion"] == "1.34"
    assert not cluster.options.ignoreChanges


def test_aks_brings_updates_by_itself(aks: Deployment) -> None:
    assert aks["aks-cluster"].inputs["autoUpgradeProfile"] == {
        "upgradeChannel": "patch",
        "nodeOSUpgradeChannel": "NodeImage",
    }


@pytest.mark.parametrize(
    ("name", "prefix"), [("contoso_aks", "contoso-aks"), ("a" * 63, "a" * 54), ("a" * 53 + "_b", "a" * 53)]
)
def test_dns_prefix_keeps_to_its_own_rule(name: str, prefix: str) -> None:
    assert declare(replace(ARGS, name=name))["aks-cluster"].inputs["dnsPrefix"] == prefix


def test_kubeconfig_is_a_secret_wherever_it_goes(aks: Deployment) -> None:
    assert aks.outputs["kubeconfig"] == "kubeconfig of contoso_aks"
    assert "kubeconfig" in aks.secret_outputs
    assert "kubeconfig" in aks["aks-kubernetes"].secrets


def test_provider_is_known_by_the_cluster_not_by_its_credentials(aks: Deployment) -> None:
    cluster = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/contoso_aks"
    assert aks["aks-kubernetes"].inputs["clusterIdentifier"] == cluster


def test_what_a_killed_run_has_created_is_taken_over(aks: Deployment) -> None:
    inputs = aks["aks-kubernetes"].inputs
    assert (inputs["upsertExistingObjects"], inputs["enablePatchForce"]) == ("true", "true")


def test_kubelet_is_who_pulls(aks: Deployment) -> None:
    assert aks.outputs["kubeletPrincipalId"] == "principal-of-kubelet"
