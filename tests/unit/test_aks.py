"""AKS in a subnet of ours, with its identity allowed there first, and a kubeconfig nobody sees."""

from dataclasses import replace

import pulumi
import pytest

from components.aks import AksCluster, AksClusterArgs
from components.roles import Role
from tests.unit.recording import GROUP, Deployment, deploy

SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/aks-network/subnets/aks-subnet"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/contoso_aks-identity"
ARGS = AksClusterArgs(
    name="contoso_aks",
    resource_group="test",
    location="westeurope",
    subnet_id=SUBNET,
    kubernetes_version="",
    node_count=2,
    node_size="Standard_D2s_v5",
    max_pods=30,
    service_cidr="10.30.0.0/16",
    dns_service_ip="10.30.0.10",
    pod_cidr=None,
    tags={"team": "kafka"},
)


def declare(args: AksClusterArgs = ARGS) -> Deployment:
    def program() -> None:
        aks = AksCluster("aks", args)
        pulumi.export("kubeconfig", aks.kubeconfig)
        pulumi.export("kubeletPrincipalId", aks.kubelet_principal_id)

    return deploy(program)


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
        "serviceCidr": "10.30.0.0/16",
        "dnsServiceIP": "10.30.0.10",
        "outboundType": "loadBalancer",
        "loadBalancerSku": "standard",
    }


def test_pods_of_an_overlay_have_a_range_of_their_own() -> None:
    profile = declare(replace(ARGS, pod_cidr="10.40.0.0/16"))["aks-cluster"].inputs["networkProfile"]
    assert profile["networkPluginMode"] == "overlay"
    assert profile["podCidr"] == "10.40.0.0/16"


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
    assert (
        declare(replace(ARGS, kubernetes_version="1.34"))["aks-cluster"].inputs["kubernetesVersion"] == "1.34"
    )


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
