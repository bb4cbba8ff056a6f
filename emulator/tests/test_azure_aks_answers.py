"""The AKS cluster that Azure creates, how it answers, and its credentials."""

import base64

import pytest

from emulator.azure.provider import functions
from emulator.providers.provider import ProviderError
from emulator.specifications import KubernetesSpec
from emulator.tests.aks_requests import pool_of, set_overlay
from emulator.tests.azure_clusters import AksSite
from emulator.tests.azure_subscription import Subscription, not_modelled, refused


def test_the_cluster_is_run_as_asked(azure: Subscription, aks_site: AksSite) -> None:
    cluster = aks_site.create({**aks_site.request(), "kubernetesVersion": "1.32.4"})
    assert azure.runtimes.specifications == [
        KubernetesSpec(
            name="aks",
            network=aks_site.network.id,
            subnet_prefix="10.20.0.0/22",
            reserved=[],
            node_count=2,
            service_cidr="10.100.0.0/16",
            kubelet_identity=cluster.outputs["identityProfile"]["kubeletidentity"]["objectId"],
            version="1.32.4",
            pod_cidr=None,
        )
    ]
    assert azure.runtimes.calls == ["create aks"]


def test_it_makes_a_resource_group_of_its_own_and_removes_it(azure: Subscription, aks_site: AksSite) -> None:
    cluster = aks_site.create()
    group = cluster.outputs["nodeResourceGroup"]
    assert group == "MC_group_aks_westeurope"
    kubelet = cluster.outputs["identityProfile"]["kubeletidentity"]
    assert f"/resourcegroups/{group}/" in kubelet["resourceId"]
    assert azure.exists(kubelet["resourceId"])
    azure.delete(cluster)
    assert not azure.exists(kubelet["resourceId"])
    assert azure.runtimes.calls == ["create aks", "delete aks"]


def test_its_resource_group_can_be_named(aks_site: AksSite) -> None:
    cluster = aks_site.create({**aks_site.request(), "nodeResourceGroup": "nodes"})
    assert cluster.outputs["nodeResourceGroup"] == "nodes"


def test_it_answers_with_what_it_added(aks_site: AksSite) -> None:
    outputs = aks_site.create().outputs
    assert outputs["fqdn"].startswith("aks-")
    assert outputs["fqdn"].endswith(".hcp.westeurope.azmk8s.io")
    assert outputs["kubernetesVersion"] == "1.33"
    assert outputs["currentKubernetesVersion"].startswith("1.33.")
    assert outputs["networkProfile"]["loadBalancerSku"] == "standard"
    assert "podCidr" not in outputs["networkProfile"]
    assert outputs["agentPoolProfiles"][0]["osSKU"] == "Ubuntu"


def test_an_overlay_has_a_range_of_its_own_and_is_no_drift(azure: Subscription, aks_site: AksSite) -> None:
    request = aks_site.request()
    set_overlay(request)
    del request["networkProfile"]["podCidr"], pool_of(request)["maxPods"]
    cluster = aks_site.create(request)
    assert cluster.outputs["agentPoolProfiles"][0]["maxPods"] == 250
    profile = cluster.outputs["networkProfile"]
    assert (profile["networkPluginMode"], profile["podCidr"]) == ("overlay", "10.244.0.0/16")
    assert azure.refresh(cluster) == []
    assert azure.diff(cluster).changed == []
    del request["networkProfile"]["networkPluginMode"]
    planned = azure.diff(cluster, networkProfile=request["networkProfile"])
    assert planned.replace == ["networkProfile.networkPluginMode"]


def test_its_identity_comes_back_with_its_principal(aks_site: AksSite) -> None:
    identity = aks_site.create().outputs["identity"]["userAssignedIdentities"][aks_site.identity.id]
    assert identity["principalId"] == aks_site.identity.outputs["principalId"]


def test_what_it_added_is_no_drift(azure: Subscription, aks_site: AksSite) -> None:
    cluster = aks_site.create()
    assert azure.refresh(cluster) == []
    assert azure.diff(cluster).changed == []


def test_credentials_are_handed_out(azure: Subscription, aks_site: AksSite) -> None:
    aks_site.create()
    arguments = {"resourceGroupName": "group", "resourceName": "aks"}
    answer = azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)
    assert base64.b64decode(answer["kubeconfigs"][0]["value"]) == b"kubeconfig of aks"


def test_a_cluster_that_is_not_there_has_no_credentials(azure: Subscription) -> None:
    arguments = {"resourceGroupName": "group", "resourceName": "aks"}
    with refused("ResourceNotFound", "managedClusters/aks"):
        azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)


def test_a_cluster_that_failed_has_no_credentials(azure: Subscription, aks_site: AksSite) -> None:
    azure.runtimes.failure.append(OSError("no room"))
    with pytest.raises(ProviderError, match="no room"):
        aks_site.create()
    arguments = {"resourceGroupName": "group", "resourceName": "aks"}
    with refused("ClusterNotReady", "Failed"):
        azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)


def test_credentials_in_another_format_are_not_modelled(azure: Subscription) -> None:
    arguments = {"resourceGroupName": "group", "resourceName": "aks", "format": "exec"}
    with not_modelled("argument format"):
        azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)


def test_network_policy_and_zones_are_as_asked(azure: Subscription, aks_site: AksSite) -> None:
    request = aks_site.request()
    request["networkProfile"].update(networkPolicy="cilium", networkDataplane="cilium")
    pool_of(request).update(availabilityZones=["1", "2", "3"])
    cluster = aks_site.create(request)
    assert cluster.outputs["networkProfile"]["networkDataplane"] == "cilium"
    assert cluster.outputs["agentPoolProfiles"][0]["availabilityZones"] == ["1", "2", "3"]
    assert azure.refresh(cluster) == []
