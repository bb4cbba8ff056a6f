"""AKS: what it refuses, and how it answers."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from emulator.azure.provider import functions
from emulator.providers.provider import ProviderError
from emulator.specifications import KubernetesSpec
from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_subscription import Subscription, not_modelled, refused

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def site(azure: Subscription) -> AksSite:
    site = AksSite(azure)
    site.grant()
    return site


def _pool(request: dict[str, Any]) -> dict[str, Any]:
    return request["agentPoolProfiles"][0]


def _autoscaling(request: dict[str, Any], least: int, most: int) -> None:
    _pool(request).update(enableAutoScaling=True, minCount=least, maxCount=most)


def _callers(request: dict[str, Any], *ranges: str) -> None:
    request["apiServerAccessProfile"] = {"authorizedIPRanges": list(ranges)}


def _overlay(request: dict[str, Any], cidr: str | None = None) -> None:
    request["networkProfile"]["networkPluginMode"] = "overlay"
    if cidr:
        request["networkProfile"]["podCidr"] = cidr


def _services(request: dict[str, Any], cidr: str, dns: str) -> None:
    request["networkProfile"].update(serviceCidr=cidr, dnsServiceIP=dns)


_WRONG_REQUESTS: list[tuple[str, str, Change]] = [
    ("InvalidResourceName", "'-aks'", lambda r: r.update(resourceName="-aks")),
    ("InvalidResourceName", "1 to 63", lambda r: r.update(resourceName="a" * 64)),
    ("InvalidParameter", "dnsPrefix", lambda r: r.pop("dnsPrefix")),
    ("DnsPrefixInvalid", "'aks-'", lambda r: r.update(dnsPrefix="aks-")),
    ("K8sVersionNotSupported", "'latest'", lambda r: r.update(kubernetesVersion="latest")),
    (
        "LoadBalancerSkuNotSupported",
        "'basic'",
        lambda r: r["networkProfile"].update(loadBalancerSku="basic"),
    ),
    ("InvalidParameter", "mode System", lambda r: _pool(r).update(mode="User")),
    ("AgentPoolNamesMustBeUnique", "nodepool1", lambda r: r["agentPoolProfiles"].append(_pool(r))),
    ("InvalidResourceName", "'Pool'", lambda r: _pool(r).update(name="Pool")),
    ("InvalidResourceName", "'1pool'", lambda r: _pool(r).update(name="1pool")),
    ("InvalidResourceName", "1 to 12", lambda r: _pool(r).update(name="a" * 13)),
    ("InvalidParameter", "no vmSize", lambda r: _pool(r).pop("vmSize")),
    ("InvalidParameter", "at least one node", lambda r: _pool(r).update(count=0)),
    ("InvalidParameter", "not None and None", lambda r: _pool(r).update(enableAutoScaling=True)),
    ("InvalidParameter", "not 3 and 2", lambda r: _autoscaling(r, 3, 2)),
    ("InvalidParameter", "not 2 and 1001", lambda r: _autoscaling(r, 2, 1001)),
    ("InvalidParameter", "no enableAutoScaling", lambda r: _pool(r).update(maxCount=3)),
    ("AvailabilityZoneNotSupported", "4", lambda r: _pool(r).update(availabilityZones=["1", "4"])),
    (
        "InvalidParameter",
        "cilium needs cilium",
        lambda r: r["networkProfile"].update(networkDataplane="cilium"),
    ),
    ("InvalidParameter", "cilium needs cilium", lambda r: r["networkProfile"].update(networkPolicy="cilium")),
    ("InvalidAuthorizedIPRanges", "'here'", lambda r: _callers(r, "here")),
    ("InvalidAuthorizedIPRanges", "not public", lambda r: _callers(r, "10.1.0.0/16")),
    ("InvalidAuthorizedIPRanges", "at most 200", lambda r: _callers(r, *(f"20.0.{n}.1" for n in range(201)))),
    ("InvalidMaxPods", "9", lambda r: _pool(r).update(maxPods=9)),
    ("ServiceCidrTooLarge", "10.96.0.0/12", lambda r: _services(r, "10.96.0.0/12", "10.96.0.10")),
    ("InvalidCIDRNotation", "serviceCidr", lambda r: _services(r, "10.100.0.1/16", "10.100.0.10")),
    ("ReservedRangeInUse", "172.30.0.0/16", lambda r: _services(r, "172.30.4.0/24", "172.30.4.10")),
    ("ReservedRangeInUse", "192.0.2.0/24", lambda r: _services(r, "192.0.2.0/25", "192.0.2.10")),
    (
        "ServiceCidrOverlapExistingSubnetsCidr",
        "'aks-network'",
        lambda r: _services(r, "10.20.128.0/24", "10.20.128.10"),
    ),
    (
        "DnsServiceIpOutOfServiceCidr",
        "10.101.0.10",
        lambda r: r["networkProfile"].update(dnsServiceIP="10.101.0.10"),
    ),
    ("InvalidDNSServiceIP", "10.100.0.1 ", lambda r: r["networkProfile"].update(dnsServiceIP="10.100.0.1")),
    ("InvalidDNSServiceIP", "10.100.0.0 ", lambda r: r["networkProfile"].update(dnsServiceIP="10.100.0.0")),
    ("InvalidDNSServiceIP", "no address", lambda r: r["networkProfile"].update(dnsServiceIP="dns")),
    ("InsufficientSubnetSize", "1054", lambda r: _pool(r).update(count=33)),
    ("InsufficientSubnetSize", "1054", lambda r: _autoscaling(r, 2, 33)),
    (
        "InsufficientSubnetSize",
        "Pre-allocated IPs 768 exceeds IPs available 512 in Subnet Cidr 10.40.0.0/23",
        lambda r: _overlay(r, "10.40.0.0/23"),
    ),
    ("NetworkProfileCIDROverlapVNET", "10.20.0.0/16", lambda r: _overlay(r, "10.20.64.0/18")),
    ("PodCidrOverlapServiceCidr", "10.100.0.0/16", lambda r: _overlay(r, "10.96.0.0/12")),
    ("ReservedRangeInUse", "172.30.0.0/16", lambda r: _overlay(r, "172.16.0.0/12")),
    ("InvalidCIDRNotation", "podCidr", lambda r: _overlay(r, "10.40.0.1/16")),
    (
        "InvalidUserAssignedIdentity",
        "exactly one",
        lambda r: r["identity"].update(userAssignedIdentities=[]),
    ),
    (
        "UserAssignedIdentityNotFound",
        "nobody",
        lambda r: r["identity"].update(userAssignedIdentities=["nobody"]),
    ),
    ("VnetSubnetInDifferentLocation", "northeurope", lambda r: r.update(location="northeurope")),
    ("ResourceNotFound", "nowhere", lambda r: _pool(r).update(vnetSubnetID="nowhere")),
]


@pytest.mark.parametrize(("code", "part", "change"), _WRONG_REQUESTS)
def test_a_wrong_request_is_refused(
    azure: Subscription, site: AksSite, code: str, part: str, change: Change
) -> None:
    request = site.request()
    change(request)
    with refused(code, part):
        site.create(request)
    assert azure.runtimes.calls == []


_UNMODELLED: list[tuple[str, Change]] = [
    ("network plug-in kubenet", lambda r: r["networkProfile"].update(networkPlugin="kubenet")),
    ("network plug-in kubenet", lambda r: r.pop("networkProfile")),
    ("leave out 203.0.113.1", lambda r: _callers(r, "198.51.100.0/24", "127.0.0.1/32")),
    ("another version than its cluster", lambda r: _pool(r).update(orchestratorVersion="1.32")),
    ("outbound type", lambda r: r["networkProfile"].update(outboundType="userDefinedRouting")),
    ("Windows", lambda r: _pool(r).update(osType="Windows")),
    ("type AvailabilitySet", lambda r: _pool(r).update(type="AvailabilitySet")),
    (
        "different subnets",
        lambda r: r["agentPoolProfiles"].append({**_pool(r), "name": "two", "vnetSubnetID": "other"}),
    ),
    ("identity 'SystemAssigned'", lambda r: r.update(identity={"type": "SystemAssigned"})),
    (
        "apiServerAccessProfile.enablePrivateCluster",
        lambda r: r.update(apiServerAccessProfile={"enablePrivateCluster": True}),
    ),
    ("aadProfile", lambda r: r.update(aadProfile={"managed": True, "enableAzureRBAC": True})),
    ("disableLocalAccounts", lambda r: r.update(disableLocalAccounts=True)),
]


@pytest.mark.parametrize(("part", "change"), _UNMODELLED)
def test_what_is_not_modelled_is_refused_by_name(site: AksSite, part: str, change: Change) -> None:
    request = site.request()
    change(request)
    with not_modelled(part):
        site.create(request)


def test_services_must_not_hide_a_peered_network(azure: Subscription, site: AksSite) -> None:
    kafka = azure.network("kafka-network", "10.10.0.0/16")
    azure.peering(site.network, kafka)
    request = site.request()
    _services(request, "10.10.64.0/20", "10.10.64.10")
    with refused("ServiceCidrOverlapExistingSubnetsCidr", "10.10.0.0/16", "'kafka-network'"):
        site.create(request)


def test_nor_must_an_overlay(azure: Subscription, site: AksSite) -> None:
    azure.peering(site.network, azure.network("kafka-network", "10.10.0.0/16"))
    request = site.request()
    _overlay(request, "10.10.0.0/16")
    with refused("NetworkProfileCIDROverlapVNET", "10.10.0.0/16", "'kafka-network'"):
        site.create(request)


@pytest.mark.parametrize(
    ("prefix", "hiding"),
    [("10.100.8.0/24", "service CIDR 10.100.0.0/16"), ("10.40.8.0/24", "pod CIDR 10.40.0.0/16")],
)
def test_a_peer_must_not_lie_in_a_range_of_the_cluster(
    azure: Subscription, site: AksSite, prefix: str, hiding: str
) -> None:
    request = site.request()
    _overlay(request, "10.40.0.0/16")
    site.create(request)
    hidden = azure.network("hidden", prefix)
    for one, other in ((site.network, hidden), (hidden, site.network)):
        with not_modelled(f"'hidden' ({prefix})", f"{hiding} of AKS cluster 'aks'"):
            azure.peering(one, other)


def test_a_network_in_a_reserved_range_is_refused(azure: Subscription) -> None:
    site = AksSite(azure, "172.31.0.0/16", "172.31.0.0/22")
    site.grant()
    with refused("ReservedRangeInUse", "172.31.0.0/16"):
        site.create()


def test_the_subnet_holds_every_pod_and_a_node_for_upgrades(azure: Subscription, site: AksSite) -> None:
    request = site.request()
    # (31 + 1) * (30 + 1) = 992 of 1019
    _pool(request).update(count=31)
    assert site.create(request).outputs["agentPoolProfiles"][0]["count"] == 31


def test_an_overlay_takes_of_the_subnet_only_its_nodes(azure: Subscription, site: AksSite) -> None:
    request = site.request()
    _overlay(request, "10.40.0.0/21")
    _pool(request).update(count=8, maxPods=250)
    with refused("InsufficientSubnetSize", "Pre-allocated IPs 2304 exceeds IPs available 2048"):
        site.create(request)
    # 7 nodes and one for upgrades have a /24 each.
    _pool(request).update(count=7)
    site.create(request)
    assert azure.runtimes.specifications[-1].pod_cidr == "10.40.0.0/21"


def test_the_identity_needs_its_role_on_the_subnet(azure: Subscription) -> None:
    site = AksSite(azure)
    with refused("LinkedAuthorizationFailed", "subnets/join/action", "Network Contributor"):
        site.create()
    site.grant()
    site.create()


def test_a_subnet_with_kafka_in_it_is_not_modelled(azure: Subscription, site: AksSite) -> None:
    kafka = KafkaSite(azure)
    kafka.grant()
    kafka.create()
    request = site.request()
    _pool(request).update(vnetSubnetID=kafka.subnet.id)
    with not_modelled("in the subnet of", "clusters/mykafka"):
        site.create(request)


# What it makes


def test_the_cluster_is_run_as_asked(azure: Subscription, site: AksSite) -> None:
    cluster = site.create({**site.request(), "kubernetesVersion": "1.32.4"})
    assert azure.runtimes.specifications == [
        KubernetesSpec(
            name="aks",
            network=site.network.id,
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


def test_it_makes_a_resource_group_of_its_own_and_removes_it(azure: Subscription, site: AksSite) -> None:
    cluster = site.create()
    group = cluster.outputs["nodeResourceGroup"]
    assert group == "MC_group_aks_westeurope"
    kubelet = cluster.outputs["identityProfile"]["kubeletidentity"]
    assert f"/resourcegroups/{group}/" in kubelet["resourceId"]
    assert azure.exists(kubelet["resourceId"])
    azure.delete(cluster)
    assert not azure.exists(kubelet["resourceId"])
    assert azure.runtimes.calls == ["create aks", "delete aks"]


def test_its_resource_group_can_be_named(site: AksSite) -> None:
    cluster = site.create({**site.request(), "nodeResourceGroup": "nodes"})
    assert cluster.outputs["nodeResourceGroup"] == "nodes"


# How it answers


def test_it_answers_with_what_it_added(site: AksSite) -> None:
    outputs = site.create().outputs
    assert outputs["fqdn"].startswith("aks-")
    assert outputs["fqdn"].endswith(".hcp.westeurope.azmk8s.io")
    assert outputs["kubernetesVersion"] == "1.33"
    assert outputs["currentKubernetesVersion"].startswith("1.33.")
    assert outputs["networkProfile"]["loadBalancerSku"] == "standard"
    assert "podCidr" not in outputs["networkProfile"]
    assert outputs["agentPoolProfiles"][0]["osSKU"] == "Ubuntu"


def test_an_overlay_has_a_range_of_its_own_and_is_no_drift(azure: Subscription, site: AksSite) -> None:
    request = site.request()
    _overlay(request)
    del request["networkProfile"]["podCidr"], _pool(request)["maxPods"]
    cluster = site.create(request)
    assert cluster.outputs["agentPoolProfiles"][0]["maxPods"] == 250
    profile = cluster.outputs["networkProfile"]
    assert (profile["networkPluginMode"], profile["podCidr"]) == ("overlay", "10.244.0.0/16")
    assert azure.refresh(cluster) == []
    assert azure.diff(cluster).changed == []
    del request["networkProfile"]["networkPluginMode"]
    planned = azure.diff(cluster, networkProfile=request["networkProfile"])
    assert planned.replace == ["networkProfile.networkPluginMode"]


def test_its_identity_comes_back_with_its_principal(site: AksSite) -> None:
    identity = site.create().outputs["identity"]["userAssignedIdentities"][site.identity.id]
    assert identity["principalId"] == site.identity.outputs["principalId"]


def test_what_it_added_is_no_drift(azure: Subscription, site: AksSite) -> None:
    cluster = site.create()
    assert azure.refresh(cluster) == []
    assert azure.diff(cluster).changed == []


def test_credentials_are_handed_out(azure: Subscription, site: AksSite) -> None:
    site.create()
    arguments = {"resourceGroupName": "group", "resourceName": "aks"}
    answer = azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)
    assert base64.b64decode(answer["kubeconfigs"][0]["value"]) == b"kubeconfig of aks"


def test_a_cluster_that_is_not_there_has_no_credentials(azure: Subscription) -> None:
    arguments = {"resourceGroupName": "group", "resourceName": "aks"}
    with refused("ResourceNotFound", "managedClusters/aks"):
        azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)


def test_a_cluster_that_failed_has_no_credentials(azure: Subscription, site: AksSite) -> None:
    azure.runtimes.failure.append(OSError("no room"))
    with pytest.raises(ProviderError, match="no room"):
        site.create()
    arguments = {"resourceGroupName": "group", "resourceName": "aks"}
    with refused("ClusterNotReady", "Failed"):
        azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)


def test_credentials_in_another_format_are_not_modelled(azure: Subscription) -> None:
    arguments = {"resourceGroupName": "group", "resourceName": "aks", "format": "exec"}
    with not_modelled("argument format"):
        azure.provider.invoke({}, functions.USER_CREDENTIALS, arguments)


# What changes


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("dnsPrefix", {"dnsPrefix": "other"}),
        ("nodeResourceGroup", {"nodeResourceGroup": "other"}),
        ("location", {"location": "northeurope"}),
        ("resourceName", {"resourceName": "other"}),
    ],
)
def test_some_properties_replace_the_cluster(
    azure: Subscription, site: AksSite, path: str, changes: dict[str, Any]
) -> None:
    assert azure.diff(site.create(), **changes).replace == [path]


def test_ranges_replace_the_cluster(azure: Subscription, site: AksSite) -> None:
    cluster = site.create()
    request = site.request()
    _services(request, "10.101.0.0/16", "10.101.0.10")
    planned = azure.diff(cluster, networkProfile=request["networkProfile"])
    assert set(planned.replace) == {"networkProfile.serviceCidr", "networkProfile.dnsServiceIP"}


@pytest.mark.parametrize(
    "changes", [{"vmSize": "Standard_D4s_v5"}, {"maxPods": 50}, {"availabilityZones": ["2"]}]
)
def test_pools_keep_what_they_are(azure: Subscription, site: AksSite, changes: dict[str, Any]) -> None:
    cluster = site.create()
    request = site.request()
    _pool(request).update(changes)
    with refused("PropertyChangeNotAllowed", next(iter(changes)), "'nodepool1'"):
        azure.update(cluster, agentPoolProfiles=request["agentPoolProfiles"])


def test_callers_channels_and_limits_of_a_pool_change_in_place(azure: Subscription, site: AksSite) -> None:
    cluster = site.create()
    request = site.request()
    _callers(request, "203.0.113.1/32", "198.51.100.0/24")
    _autoscaling(request, 2, 5)
    azure.update(
        cluster,
        agentPoolProfiles=request["agentPoolProfiles"],
        apiServerAccessProfile=request["apiServerAccessProfile"],
        autoUpgradeProfile={"upgradeChannel": "stable"},
    )
    assert cluster.outputs["apiServerAccessProfile"] == request["apiServerAccessProfile"]
    assert cluster.outputs["autoUpgradeProfile"] == {
        "upgradeChannel": "stable",
        "nodeOSUpgradeChannel": "NodeImage",
    }
    assert cluster.outputs["agentPoolProfiles"][0]["maxCount"] == 5
    assert azure.runtimes.calls == ["create aks"]


def test_network_policy_and_zones_are_as_asked(azure: Subscription, site: AksSite) -> None:
    request = site.request()
    request["networkProfile"].update(networkPolicy="cilium", networkDataplane="cilium")
    _pool(request).update(availabilityZones=["1", "2", "3"])
    cluster = site.create(request)
    assert cluster.outputs["networkProfile"]["networkDataplane"] == "cilium"
    assert cluster.outputs["agentPoolProfiles"][0]["availabilityZones"] == ["1", "2", "3"]
    assert azure.refresh(cluster) == []


def test_scaling_is_not_modelled(azure: Subscription, site: AksSite) -> None:
    cluster = site.create()
    request = site.request()
    _pool(request).update(count=3)
    with not_modelled("in place: agentPoolProfiles[0].count"):
        azure.update(cluster, agentPoolProfiles=request["agentPoolProfiles"])


def test_tags_change_in_place(azure: Subscription, site: AksSite) -> None:
    cluster = site.create()
    azure.update(cluster, tags={"team": "data"})
    assert cluster.outputs["tags"] == {"team": "data"}
    assert azure.runtimes.calls == ["create aks"]
