"""Requests for a cluster that AKS refuses, and those that are not modelled."""

import pytest

from emulator.tests.aks_requests import (
    Change,
    pool_of,
    set_api_callers,
    set_autoscaling,
    set_overlay,
    set_service_range,
)
from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_subscription import Subscription, not_modelled, refused

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
    ("InvalidParameter", "mode System", lambda r: pool_of(r).update(mode="User")),
    ("AgentPoolNamesMustBeUnique", "nodepool1", lambda r: r["agentPoolProfiles"].append(pool_of(r))),
    ("InvalidResourceName", "'Pool'", lambda r: pool_of(r).update(name="Pool")),
    ("InvalidResourceName", "'1pool'", lambda r: pool_of(r).update(name="1pool")),
    ("InvalidResourceName", "1 to 12", lambda r: pool_of(r).update(name="a" * 13)),
    ("InvalidParameter", "no vmSize", lambda r: pool_of(r).pop("vmSize")),
    ("InvalidParameter", "at least one node", lambda r: pool_of(r).update(count=0)),
    ("InvalidParameter", "not None and None", lambda r: pool_of(r).update(enableAutoScaling=True)),
    ("InvalidParameter", "not 3 and 2", lambda r: set_autoscaling(r, 3, 2)),
    ("InvalidParameter", "not 2 and 1001", lambda r: set_autoscaling(r, 2, 1001)),
    ("InvalidParameter", "no enableAutoScaling", lambda r: pool_of(r).update(maxCount=3)),
    ("AvailabilityZoneNotSupported", "4", lambda r: pool_of(r).update(availabilityZones=["1", "4"])),
    (
        "InvalidParameter",
        "cilium needs cilium",
        lambda r: r["networkProfile"].update(networkDataplane="cilium"),
    ),
    ("InvalidParameter", "cilium needs cilium", lambda r: r["networkProfile"].update(networkPolicy="cilium")),
    ("InvalidAuthorizedIPRanges", "'here'", lambda r: set_api_callers(r, "here")),
    ("InvalidAuthorizedIPRanges", "not public", lambda r: set_api_callers(r, "10.1.0.0/16")),
    (
        "InvalidAuthorizedIPRanges",
        "at most 200",
        lambda r: set_api_callers(r, *(f"20.0.{n}.1" for n in range(201))),
    ),
    ("InvalidMaxPods", "9", lambda r: pool_of(r).update(maxPods=9)),
    ("ServiceCidrTooLarge", "10.96.0.0/12", lambda r: set_service_range(r, "10.96.0.0/12", "10.96.0.10")),
    ("InvalidCIDRNotation", "serviceCidr", lambda r: set_service_range(r, "10.100.0.1/16", "10.100.0.10")),
    ("ReservedRangeInUse", "172.30.0.0/16", lambda r: set_service_range(r, "172.30.4.0/24", "172.30.4.10")),
    ("ReservedRangeInUse", "192.0.2.0/24", lambda r: set_service_range(r, "192.0.2.0/25", "192.0.2.10")),
    (
        "ServiceCidrOverlapExistingSubnetsCidr",
        "'aks-network'",
        lambda r: set_service_range(r, "10.20.128.0/24", "10.20.128.10"),
    ),
    (
        "DnsServiceIpOutOfServiceCidr",
        "10.101.0.10",
        lambda r: r["networkProfile"].update(dnsServiceIP="10.101.0.10"),
    ),
    ("InvalidDNSServiceIP", "10.100.0.1 ", lambda r: r["networkProfile"].update(dnsServiceIP="10.100.0.1")),
    ("InvalidDNSServiceIP", "10.100.0.0 ", lambda r: r["networkProfile"].update(dnsServiceIP="10.100.0.0")),
    ("InvalidDNSServiceIP", "no address", lambda r: r["networkProfile"].update(dnsServiceIP="dns")),
    ("InsufficientSubnetSize", "1054", lambda r: pool_of(r).update(count=33)),
    ("InsufficientSubnetSize", "1054", lambda r: set_autoscaling(r, 2, 33)),
    (
        "InsufficientSubnetSize",
        "Pre-allocated IPs 768 exceeds IPs available 512 in Subnet Cidr 10.40.0.0/23",
        lambda r: set_overlay(r, "10.40.0.0/23"),
    ),
    ("NetworkProfileCIDROverlapVNET", "10.20.0.0/16", lambda r: set_overlay(r, "10.20.64.0/18")),
    ("PodCidrOverlapServiceCidr", "10.100.0.0/16", lambda r: set_overlay(r, "10.96.0.0/12")),
    ("ReservedRangeInUse", "172.30.0.0/16", lambda r: set_overlay(r, "172.16.0.0/12")),
    ("InvalidCIDRNotation", "podCidr", lambda r: set_overlay(r, "10.40.0.1/16")),
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
    ("ResourceNotFound", "nowhere", lambda r: pool_of(r).update(vnetSubnetID="nowhere")),
]


@pytest.mark.parametrize(("code", "part", "change"), _WRONG_REQUESTS)
def test_a_wrong_request_is_refused(
    azure: Subscription, aks_site: AksSite, code: str, part: str, change: Change
) -> None:
    request = aks_site.request()
    change(request)
    with refused(code, part):
        aks_site.create(request)
    assert azure.runtimes.calls == []


_UNMODELLED: list[tuple[str, Change]] = [
    ("network plug-in kubenet", lambda r: r["networkProfile"].update(networkPlugin="kubenet")),
    ("network plug-in kubenet", lambda r: r.pop("networkProfile")),
    ("leave out 203.0.113.1", lambda r: set_api_callers(r, "198.51.100.0/24", "127.0.0.1/32")),
    ("another version than its cluster", lambda r: pool_of(r).update(orchestratorVersion="1.32")),
    ("outbound type", lambda r: r["networkProfile"].update(outboundType="userDefinedRouting")),
    ("Windows", lambda r: pool_of(r).update(osType="Windows")),
    ("type AvailabilitySet", lambda r: pool_of(r).update(type="AvailabilitySet")),
    (
        "different subnets",
        lambda r: r["agentPoolProfiles"].append({**pool_of(r), "name": "two", "vnetSubnetID": "other"}),
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
def test_what_is_not_modelled_is_refused_by_name(aks_site: AksSite, part: str, change: Change) -> None:
    request = aks_site.request()
    change(request)
    with not_modelled(part):
        aks_site.create(request)


def test_services_must_not_hide_a_peered_network(azure: Subscription, aks_site: AksSite) -> None:
    kafka = azure.network("kafka-network", "10.10.0.0/16")
    azure.peering(aks_site.network, kafka)
    request = aks_site.request()
    set_service_range(request, "10.10.64.0/20", "10.10.64.10")
    with refused("ServiceCidrOverlapExistingSubnetsCidr", "10.10.0.0/16", "'kafka-network'"):
        aks_site.create(request)


def test_nor_must_an_overlay(azure: Subscription, aks_site: AksSite) -> None:
    azure.peering(aks_site.network, azure.network("kafka-network", "10.10.0.0/16"))
    request = aks_site.request()
    set_overlay(request, "10.10.0.0/16")
    with refused("NetworkProfileCIDROverlapVNET", "10.10.0.0/16", "'kafka-network'"):
        aks_site.create(request)


@pytest.mark.parametrize(
    ("prefix", "hiding"),
    [("10.100.8.0/24", "service CIDR 10.100.0.0/16"), ("10.40.8.0/24", "pod CIDR 10.40.0.0/16")],
)
def test_a_peer_must_not_lie_in_a_range_of_the_cluster(
    azure: Subscription, aks_site: AksSite, prefix: str, hiding: str
) -> None:
    request = aks_site.request()
    set_overlay(request, "10.40.0.0/16")
    aks_site.create(request)
    hidden = azure.network("hidden", prefix)
    for one, other in ((aks_site.network, hidden), (hidden, aks_site.network)):
        with not_modelled(f"'hidden' ({prefix})", f"{hiding} of AKS cluster 'aks'"):
            azure.peering(one, other)


def test_a_network_in_a_reserved_range_is_refused(azure: Subscription) -> None:
    aks_site = AksSite(azure, "172.31.0.0/16", "172.31.0.0/22")
    aks_site.grant()
    with refused("ReservedRangeInUse", "172.31.0.0/16"):
        aks_site.create()


def test_the_subnet_holds_every_pod_and_a_node_for_upgrades(azure: Subscription, aks_site: AksSite) -> None:
    request = aks_site.request()
    # (31 + 1) * (30 + 1) = 992 of 1019
    pool_of(request).update(count=31)
    assert aks_site.create(request).outputs["agentPoolProfiles"][0]["count"] == 31


def test_an_overlay_takes_of_the_subnet_only_its_nodes(azure: Subscription, aks_site: AksSite) -> None:
    request = aks_site.request()
    set_overlay(request, "10.40.0.0/21")
    pool_of(request).update(count=8, maxPods=250)
    with refused("InsufficientSubnetSize", "Pre-allocated IPs 2304 exceeds IPs available 2048"):
        aks_site.create(request)
    # 7 nodes and one for upgrades have a /24 each.
    pool_of(request).update(count=7)
    aks_site.create(request)
    assert azure.runtimes.specifications[-1].pod_cidr == "10.40.0.0/21"


def test_the_identity_needs_its_role_on_the_subnet(azure: Subscription) -> None:
    aks_site = AksSite(azure)
    with refused("LinkedAuthorizationFailed", "subnets/join/action", "Network Contributor"):
        aks_site.create()
    aks_site.grant()
    aks_site.create()


def test_a_subnet_with_kafka_in_it_is_not_modelled(azure: Subscription, aks_site: AksSite) -> None:
    kafka = KafkaSite(azure)
    kafka.grant()
    kafka.create()
    request = aks_site.request()
    pool_of(request).update(vnetSubnetID=kafka.subnet.id)
    with not_modelled("in the subnet of", "clusters/mykafka"):
        aks_site.create(request)
