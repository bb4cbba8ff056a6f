"""Changes of an AKS cluster: in place, refused, or by a replacement."""

from typing import Any

import pytest

from emulator.tests.aks_requests import pool_of, set_api_callers, set_autoscaling, set_service_range
from emulator.tests.azure_clusters import AksSite
from emulator.tests.azure_subscription import Subscription, not_modelled, refused


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
    azure: Subscription, aks_site: AksSite, path: str, changes: dict[str, Any]
) -> None:
    assert azure.diff(aks_site.create(), **changes).replace == [path]


def test_ranges_replace_the_cluster(azure: Subscription, aks_site: AksSite) -> None:
    cluster = aks_site.create()
    request = aks_site.request()
    set_service_range(request, "10.101.0.0/16", "10.101.0.10")
    planned = azure.diff(cluster, networkProfile=request["networkProfile"])
    assert set(planned.replace) == {"networkProfile.serviceCidr", "networkProfile.dnsServiceIP"}


@pytest.mark.parametrize(
    "changes", [{"vmSize": "Standard_D4s_v5"}, {"maxPods": 50}, {"availabilityZones": ["2"]}]
)
def test_pools_keep_what_they_are(azure: Subscription, aks_site: AksSite, changes: dict[str, Any]) -> None:
    cluster = aks_site.create()
    request = aks_site.request()
    pool_of(request).update(changes)
    with refused("PropertyChangeNotAllowed", next(iter(changes)), "'nodepool1'"):
        azure.update(cluster, agentPoolProfiles=request["agentPoolProfiles"])


def test_callers_channels_and_limits_of_a_pool_change_in_place(
    azure: Subscription, aks_site: AksSite
) -> None:
    cluster = aks_site.create()
    request = aks_site.request()
    set_api_callers(request, "203.0.113.1/32", "198.51.100.0/24")
    set_autoscaling(request, 2, 5)
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


def test_scaling_is_not_modelled(azure: Subscription, aks_site: AksSite) -> None:
    cluster = aks_site.create()
    request = aks_site.request()
    pool_of(request).update(count=3)
    with not_modelled("in place: agentPoolProfiles[0].count"):
        azure.update(cluster, agentPoolProfiles=request["agentPoolProfiles"])


def test_tags_change_in_place(azure: Subscription, aks_site: AksSite) -> None:
    cluster = aks_site.create()
    azure.update(cluster, tags={"team": "data"})
    assert cluster.outputs["tags"] == {"team": "data"}
    assert azure.runtimes.calls == ["create aks"]
