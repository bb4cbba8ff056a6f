"""What HDInsight requires around a cluster: network, way out, storage, identity, names."""

from pathlib import Path
from typing import Any

import pytest

from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Propagation
from emulator.providers.provider import ProviderError
from emulator.tests.azure_clusters import AksSite, KafkaSite
from emulator.tests.azure_subscription import Subscription, allow, not_modelled, refused
from emulator.tests.hdinsight_requests import account_of, role_of


def test_a_missing_network_is_refused(azure: Subscription, kafka_site: KafkaSite) -> None:
    request = kafka_site.request()
    azure.delete(kafka_site.network)
    with refused("ResourceNotFound", kafka_site.network.id):
        kafka_site.create(request)


def test_a_subnet_of_another_network_is_refused(azure: Subscription, kafka_site: KafkaSite) -> None:
    other = azure.network("other", "10.30.0.0/16")
    request = kafka_site.request()
    for number in range(3):
        role_of(request, number)["virtualNetworkProfile"]["id"] = other.id
    with refused("SubnetNotInVirtualNetwork"):
        kafka_site.create(request)


def test_a_network_in_another_region_is_refused(kafka_site: KafkaSite) -> None:
    with refused("VirtualNetworkInDifferentRegion", "northeurope", "westeurope"):
        kafka_site.create({**kafka_site.request(), "location": "northeurope"})


def test_a_network_of_another_subscription_is_refused(azure: Subscription, kafka_site: KafkaSite) -> None:
    with azure.within(arm.OTHER_SUBSCRIPTION):
        azure.group()
        theirs = azure.network("net", "10.30.0.0/16")
    request = kafka_site.request()
    for number in range(3):
        profile = role_of(request, number)["virtualNetworkProfile"]
        profile.update(id=theirs.id, subnet=f"{theirs.id}/subnets/kafka")
    with refused("BadRequest", f"'{theirs.id}'", f"is not in user subscription '{arm.SUBSCRIPTION}'"):
        kafka_site.create(request)


def test_a_storage_account_in_another_region_is_refused(azure: Subscription, kafka_site: KafkaSite) -> None:
    far = azure.storage("farstorage", location="northeurope")
    request = kafka_site.request()
    account_of(request).update(resourceId=far.id, name="farstorage.dfs.core.windows.net")
    with refused("StorageAccountInDifferentRegion"):
        kafka_site.create(request)


def test_a_subnet_that_is_too_small_is_refused(azure: Subscription) -> None:
    kafka_site = KafkaSite(azure, "10.10.0.0/29")
    kafka_site.grant()
    with refused("SubnetIsFull", "3 addresses left; the cluster needs 10"):
        kafka_site.create()


@pytest.mark.parametrize(
    "rule",
    [
        allow(sourceAddressPrefix="Storage"),
        allow(destinationPortRange="8443"),
        allow(direction="Outbound"),
        allow(protocol="Udp"),
        allow("no-internet", access="Deny", priority=100, sourceAddressPrefix="Internet"),
    ],
)
def test_hdinsights_service_must_be_let_in(
    azure: Subscription, kafka_site: KafkaSite, rule: dict[str, Any]
) -> None:
    rules = [rule, *([allow()] if rule["name"] != "hdinsight" else [])]
    azure.update(kafka_site.security, securityRules=rules)
    with refused("InboundRulesMissing", "443", "HDInsight"):
        kafka_site.create()


@pytest.mark.parametrize(
    "rule",
    [
        allow(sourceAddressPrefix=None, sourceAddressPrefixes=["1.2.3.4/32", "HDInsight.WestEurope"]),
        allow(destinationPortRange=None, destinationPortRanges=["22", "440-450"]),
        allow(protocol="*", destinationPortRange="*", sourceAddressPrefix="Internet"),
    ],
)
def test_it_may_be_let_in_in_other_words(
    azure: Subscription, kafka_site: KafkaSite, rule: dict[str, Any]
) -> None:
    azure.update(kafka_site.security, securityRules=[rule])
    assert kafka_site.create().outputs["properties"]["clusterState"] == "Running"


def test_a_subnet_without_security_group_is_refused(azure: Subscription, kafka_site: KafkaSite) -> None:
    azure.update(kafka_site.subnet, networkSecurityGroup=None)
    with refused("InboundRulesMissing"):
        kafka_site.create()


def test_a_private_subnet_needs_a_nat_gateway(azure: Subscription) -> None:
    kafka_site = KafkaSite(azure, natGateway=None, defaultOutboundAccess=False)
    kafka_site.grant()
    with refused("OutboundConnectivityMissing", "kafka-subnet"):
        kafka_site.create()


def test_a_nat_gateway_needs_an_address(azure: Subscription, kafka_site: KafkaSite) -> None:
    azure.update(kafka_site.nat, publicIpAddresses=[])
    with refused("OutboundConnectivityMissing"):
        kafka_site.create()


@pytest.mark.parametrize("outbound", [None, True])
def test_default_outbound_access_is_a_way_out(azure: Subscription, outbound: bool | None) -> None:
    kafka_site = KafkaSite(azure, natGateway=None, defaultOutboundAccess=outbound)
    kafka_site.grant()
    kafka_site.create()


def test_storage_needs_a_hierarchical_namespace(azure: Subscription, kafka_site: KafkaSite) -> None:
    flat = azure.storage("flatstorage", isHnsEnabled=False)
    request = kafka_site.request()
    account_of(request).update(resourceId=flat.id, name="flatstorage.dfs.core.windows.net")
    with refused("HierarchicalNamespaceNotEnabled", "flatstorage"):
        kafka_site.create(request)


def test_an_identity_that_is_gone_is_refused(azure: Subscription, kafka_site: KafkaSite) -> None:
    azure.delete(kafka_site.identity)
    with refused("ManagedIdentityNotFound", kafka_site.identity.id):
        kafka_site.create()


def test_a_cluster_without_its_identitys_role_fails_and_stays(azure: Subscription) -> None:
    kafka_site = KafkaSite(azure)
    with pytest.raises(ProviderError, match="AmbariClusterCreationFailedErrorCode") as caught:
        kafka_site.create()
    assert "Storage Blob Data Owner" in str(caught.value)
    assert caught.value.partial is not None
    _, outputs = caught.value.partial
    assert outputs["properties"]["clusterState"] == "Error"
    assert azure.runtimes.calls == []
    kafka_site.grant()
    with pytest.raises(ProviderError, match="cannot create already existing resource"):
        kafka_site.create()


def test_the_identitys_role_must_be_effective(tmp_path: Path) -> None:
    azure = Subscription(tmp_path, Propagation(storage=3600))
    azure.group()
    kafka_site = KafkaSite(azure)
    kafka_site.grant()
    with pytest.raises(ProviderError, match="has not taken effect yet"):
        kafka_site.create()


def test_a_clusters_name_is_nobody_elses(azure: Subscription, kafka_site: KafkaSite) -> None:
    kafka_site.create()
    azure.group("other")
    with refused("DnsNameInUse", "mykafka.azurehdinsight.net"):
        kafka_site.create({**kafka_site.request(), "resourceGroupName": "other"})


def test_clusters_in_one_network_differ_in_six_characters(kafka_site: KafkaSite) -> None:
    kafka_site.create()
    with refused("ClusterNamePrefixInUse", "'mykafk'"):
        kafka_site.create({**kafka_site.request(), "clusterName": "MyKafka2"})
    kafka_site.create({**kafka_site.request(), "clusterName": "other"})


def test_a_subnet_with_aks_in_it_is_not_modelled(azure: Subscription) -> None:
    aks = AksSite(azure)
    aks.grant()
    aks.create()
    kafka_site = KafkaSite(azure)
    request = kafka_site.request()
    for number in range(3):
        role_of(request, number)["virtualNetworkProfile"] = {"id": aks.network.id, "subnet": aks.subnet.id}
    with not_modelled("in the subnet of", "managedClusters/aks"):
        kafka_site.create(request)
