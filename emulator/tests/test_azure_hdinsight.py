"""HDInsight: what it refuses, and how it answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.azure.hdinsight.credentials import weakness
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Propagation
from emulator.providers.provider import ProviderError
from emulator.tests.azure_clusters import PASSWORD, AksSite, KafkaSite
from emulator.tests.azure_subscription import Subscription, allow, not_modelled, refused

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def site(azure: Subscription) -> KafkaSite:
    site = KafkaSite(azure)
    site.grant()
    return site


def _gateway(request: dict[str, Any]) -> dict[str, Any]:
    return request["properties"]["clusterDefinition"]["configurations"]["gateway"]


def _role(request: dict[str, Any], number: int) -> dict[str, Any]:
    return request["properties"]["computeProfile"]["roles"][number]


def _linux(request: dict[str, Any], number: int = 0) -> dict[str, Any]:
    return _role(request, number)["osProfile"]["linuxOperatingSystemProfile"]


def _account(request: dict[str, Any]) -> dict[str, Any]:
    return request["properties"]["storageProfile"]["storageaccounts"][0]


def _password(request: dict[str, Any], password: str) -> None:
    _gateway(request)["restAuthCredential.password"] = password


# (code, part of the message, what is wrong with the request)
_WRONG_REQUESTS: list[tuple[str, str, Change]] = [
    ("InvalidResourceName", "'my_kafka'", lambda r: r.update(clusterName="my_kafka")),
    ("InvalidResourceName", "'-kafka'", lambda r: r.update(clusterName="-kafka")),
    ("ReservedResourceName", "'my-Microsoft'", lambda r: r.update(clusterName="my-Microsoft")),
    ("ReservedResourceName", "'login1'", lambda r: r.update(clusterName="login1")),
    ("InvalidResourceName", "3 to 59", lambda r: r.update(clusterName="a" * 60)),
    ("ClusterVersionNotSupported", "'4.0'", lambda r: r["properties"].update(clusterVersion="4.0")),
    ("ClusterVersionNotSupported", "'5.0'", lambda r: r["properties"].update(clusterVersion="5.0")),
    ("OsTypeNotSupported", "'Windows'", lambda r: r["properties"].update(osType="Windows")),
    (
        "MinSupportedTlsVersionNotSupported",
        "'1.1'",
        lambda r: r["properties"].update(minSupportedTlsVersion="1.1"),
    ),
    (
        "ComponentVersionNotSupported",
        "Kafka 2.4",
        lambda r: r["properties"]["clusterDefinition"].update(componentVersion={"Kafka": "2.4"}),
    ),
    (
        "InvalidConfiguration",
        "kafka-env",
        lambda r: r["properties"]["clusterDefinition"]["configurations"].update(
            {"kafka-env": {"content": "x"}}
        ),
    ),
    ("RoleMissing", "'zookeepernode'", lambda r: r["properties"]["computeProfile"]["roles"].pop()),
    ("VmSizeMissing", "'headnode'", lambda r: _role(r, 0).update(hardwareProfile={})),
    ("InvalidNodeCount", "'headnode' must have 2", lambda r: _role(r, 0).update(targetInstanceCount=1)),
    ("InvalidNodeCount", "'zookeepernode' must have 3", lambda r: _role(r, 2).update(targetInstanceCount=5)),
    (
        "InvalidNodeCount",
        "at least 3 worker nodes, not 2",
        lambda r: _role(r, 1).update(targetInstanceCount=2),
    ),
    (
        "BadRequest",
        "'standard_d2_v2' for role 'workernode'",
        lambda r: _role(r, 1).update(hardwareProfile={"vmSize": "Standard_D2_V2"}),
    ),
    (
        "BadRequest",
        "'standard_a1_v2' for role 'headnode'",
        lambda r: _role(r, 0).update(hardwareProfile={"vmSize": "Standard_A1_V2"}),
    ),
    (
        "BadRequest",
        "8 data disks, not 9",
        lambda r: _role(r, 1).update(dataDisksGroups=[{"disksPerNode": 9}]),
    ),
    ("DataDisksMissing", "dataDisksGroups", lambda r: _role(r, 1).pop("dataDisksGroups")),
    ("DataDisksMissing", "disksPerNode", lambda r: _role(r, 1).update(dataDisksGroups=[{"disksPerNode": 0}])),
    ("VirtualNetworkMissing", "'headnode'", lambda r: _role(r, 0).pop("virtualNetworkProfile")),
    ("RolesInDifferentSubnets", "'workernode'", lambda r: _role(r, 1).pop("virtualNetworkProfile")),
    (
        "GatewayCredentialsMissing",
        "isEnabled",
        lambda r: _gateway(r).update({"restAuthCredential.isEnabled": False}),
    ),
    ("InvalidUserName", "'ad-min'", lambda r: _gateway(r).update({"restAuthCredential.username": "ad-min"})),
    ("InvalidPassword", "at least 10 characters", lambda r: _password(r, "Short-1")),
    ("SshUserNameMissing", "'headnode'", lambda r: _linux(r).pop("username")),
    ("InvalidSshUserName", "'SshUser'", lambda r: _linux(r).update(username="SshUser")),
    ("SshUserNameSameAsClusterLogin", "'admin'", lambda r: _linux(r).update(username="admin")),
    ("SshCredentialsMissing", "'sshuser'", lambda r: _linux(r).pop("sshProfile")),
    ("InvalidSshPassword", "at least 10", lambda r: _linux(r).update(password="Short-1")),
    (
        "DefaultStorageAccountMissing",
        "not 0",
        lambda r: _account(r).update(isDefault=False),
    ),
    ("ResourceNotFound", "storageAccounts", lambda r: _account(r).update(resourceId="nowhere")),
    ("InvalidStorageAccountName", "kafkastorage.dfs.", lambda r: _account(r).update(name="kafkastorage")),
    ("FileSystemMissing", "kafkastorage", lambda r: _account(r).pop("fileSystem")),
    ("ManagedIdentityNotAssigned", "msiResourceId", lambda r: _account(r).pop("msiResourceId")),
    ("ManagedIdentityNotAssigned", "msiResourceId", lambda r: r.pop("identity")),
]


@pytest.mark.parametrize(("code", "part", "change"), _WRONG_REQUESTS)
def test_a_wrong_request_is_refused(
    azure: Subscription, site: KafkaSite, code: str, part: str, change: Change
) -> None:
    request = site.request()
    change(request)
    with refused(code, part):
        site.create(request)
    assert azure.runtimes.calls == []


_UNMODELLED: list[tuple[str, Change]] = [
    ("HDInsight's tier Premium", lambda r: r["properties"].update(tier="Premium")),
    ("kind 'Spark'", lambda r: r["properties"]["clusterDefinition"].update(kind="Spark")),
    (
        "configuration core-site",
        lambda r: r["properties"]["clusterDefinition"]["configurations"].update({"core-site": {}}),
    ),
    ("role edgenode", lambda r: _role(r, 2).update(name="edgenode")),
    ("by key", lambda r: _account(r).update(key="secret")),
    (
        "properties.kafkaRestProperties",
        lambda r: r["properties"].update(kafkaRestProperties={"clientGroupInfo": {"groupId": "x"}}),
    ),
    (
        "properties.networkProperties",
        lambda r: r["properties"].update(networkProperties={"resourceProviderConnection": "Outbound"}),
    ),
    ("hdinsight:Cluster's zones", lambda r: r.update(zones=["1"])),
]


@pytest.mark.parametrize(("part", "change"), _UNMODELLED)
def test_what_is_not_modelled_is_refused_by_name(site: KafkaSite, part: str, change: Change) -> None:
    request = site.request()
    change(request)
    with not_modelled(part):
        site.create(request)


# Passwords


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Aa1-Aa1-A", "at least 10 characters"),
        ("Password-Password", "a digit"),
        ("passw0rd-passw0rd", "an upper-case letter"),
        ("PASSW0RD-PASSW0RD", "a lower-case letter"),
        ("Passw0rdPassw0rd", "a non-alphanumeric character"),
        ("Passw0rd'\"\\].Passw0rd", "a non-alphanumeric character"),
        ("My-Adm1n-dmin-x", "three consecutive characters of the user name"),
    ],
)
def test_weak_passwords_are_refused_without_being_quoted(site: KafkaSite, password: str, reason: str) -> None:
    request = site.request()
    _password(request, password)
    with pytest.raises(ProviderError, match=reason) as caught:
        site.create(request)
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", [PASSWORD, "aB3$aB3$aB", "ÄÖÜäöü-Ab1x", "Ad-m1n-Ad-m1n"])
def test_strong_passwords_are_accepted(password: str) -> None:
    assert weakness(password, "admin") is None


# What a cluster finds around it


def test_a_missing_network_is_refused(azure: Subscription, site: KafkaSite) -> None:
    request = site.request()
    azure.delete(site.network)
    with refused("ResourceNotFound", site.network.id):
        site.create(request)


def test_a_subnet_of_another_network_is_refused(azure: Subscription, site: KafkaSite) -> None:
    other = azure.network("other", "10.30.0.0/16")
    request = site.request()
    for number in range(3):
        _role(request, number)["virtualNetworkProfile"]["id"] = other.id
    with refused("SubnetNotInVirtualNetwork"):
        site.create(request)


def test_a_network_in_another_region_is_refused(site: KafkaSite) -> None:
    with refused("VirtualNetworkInDifferentRegion", "northeurope", "westeurope"):
        site.create({**site.request(), "location": "northeurope"})


def test_a_network_of_another_subscription_is_refused(azure: Subscription, site: KafkaSite) -> None:
    with azure.within(arm.OTHER_SUBSCRIPTION):
        azure.group()
        theirs = azure.network("net", "10.30.0.0/16")
    request = site.request()
    for number in range(3):
        profile = _role(request, number)["virtualNetworkProfile"]
        profile.update(id=theirs.id, subnet=f"{theirs.id}/subnets/kafka")
    with refused("BadRequest", f"'{theirs.id}'", f"is not in user subscription '{arm.SUBSCRIPTION}'"):
        site.create(request)


def test_a_storage_account_in_another_region_is_refused(azure: Subscription, site: KafkaSite) -> None:
    far = azure.storage("farstorage", location="northeurope")
    request = site.request()
    _account(request).update(resourceId=far.id, name="farstorage.dfs.core.windows.net")
    with refused("StorageAccountInDifferentRegion"):
        site.create(request)


def test_a_subnet_that_is_too_small_is_refused(azure: Subscription) -> None:
    site = KafkaSite(azure, "10.10.0.0/29")
    site.grant()
    with refused("SubnetIsFull", "3 addresses left; the cluster needs 10"):
        site.create()


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
    azure: Subscription, site: KafkaSite, rule: dict[str, Any]
) -> None:
    rules = [rule, *([allow()] if rule["name"] != "hdinsight" else [])]
    azure.update(site.security, securityRules=rules)
    with refused("InboundRulesMissing", "443", "HDInsight"):
        site.create()


@pytest.mark.parametrize(
    "rule",
    [
        allow(sourceAddressPrefix=None, sourceAddressPrefixes=["1.2.3.4/32", "HDInsight.WestEurope"]),
        allow(destinationPortRange=None, destinationPortRanges=["22", "440-450"]),
        allow(protocol="*", destinationPortRange="*", sourceAddressPrefix="Internet"),
    ],
)
def test_it_may_be_let_in_in_other_words(azure: Subscription, site: KafkaSite, rule: dict[str, Any]) -> None:
    azure.update(site.security, securityRules=[rule])
    assert site.create().outputs["properties"]["clusterState"] == "Running"


def test_a_subnet_without_security_group_is_refused(azure: Subscription, site: KafkaSite) -> None:
    azure.update(site.subnet, networkSecurityGroup=None)
    with refused("InboundRulesMissing"):
        site.create()


def test_a_private_subnet_needs_a_nat_gateway(azure: Subscription) -> None:
    site = KafkaSite(azure, natGateway=None, defaultOutboundAccess=False)
    site.grant()
    with refused("OutboundConnectivityMissing", "kafka-subnet"):
        site.create()


def test_a_nat_gateway_needs_an_address(azure: Subscription, site: KafkaSite) -> None:
    azure.update(site.nat, publicIpAddresses=[])
    with refused("OutboundConnectivityMissing"):
        site.create()


@pytest.mark.parametrize("outbound", [None, True])
def test_default_outbound_access_is_a_way_out(azure: Subscription, outbound: bool | None) -> None:
    site = KafkaSite(azure, natGateway=None, defaultOutboundAccess=outbound)
    site.grant()
    site.create()


def test_storage_needs_a_hierarchical_namespace(azure: Subscription, site: KafkaSite) -> None:
    flat = azure.storage("flatstorage", isHnsEnabled=False)
    request = site.request()
    _account(request).update(resourceId=flat.id, name="flatstorage.dfs.core.windows.net")
    with refused("HierarchicalNamespaceNotEnabled", "flatstorage"):
        site.create(request)


def test_an_identity_that_is_gone_is_refused(azure: Subscription, site: KafkaSite) -> None:
    azure.delete(site.identity)
    with refused("ManagedIdentityNotFound", site.identity.id):
        site.create()


def test_a_cluster_without_its_identitys_role_fails_and_stays(azure: Subscription) -> None:
    site = KafkaSite(azure)
    with pytest.raises(ProviderError, match="AmbariClusterCreationFailedErrorCode") as caught:
        site.create()
    assert "Storage Blob Data Owner" in str(caught.value)
    assert caught.value.partial is not None
    _, outputs = caught.value.partial
    assert outputs["properties"]["clusterState"] == "Error"
    assert azure.runtimes.calls == []
    site.grant()
    with pytest.raises(ProviderError, match="cannot create already existing resource"):
        site.create()


def test_the_identitys_role_must_be_effective(tmp_path: Path) -> None:
    azure = Subscription(tmp_path, Propagation(storage=3600))
    azure.group()
    site = KafkaSite(azure)
    site.grant()
    with pytest.raises(ProviderError, match="has not taken effect yet"):
        site.create()


def test_a_clusters_name_is_nobody_elses(azure: Subscription, site: KafkaSite) -> None:
    site.create()
    azure.group("other")
    with refused("DnsNameInUse", "mykafka.azurehdinsight.net"):
        site.create({**site.request(), "resourceGroupName": "other"})


def test_clusters_in_one_network_differ_in_six_characters(site: KafkaSite) -> None:
    site.create()
    with refused("ClusterNamePrefixInUse", "'mykafk'"):
        site.create({**site.request(), "clusterName": "MyKafka2"})
    site.create({**site.request(), "clusterName": "other"})


def test_a_subnet_with_aks_in_it_is_not_modelled(azure: Subscription) -> None:
    aks = AksSite(azure)
    aks.grant()
    aks.create()
    site = KafkaSite(azure)
    request = site.request()
    for number in range(3):
        _role(request, number)["virtualNetworkProfile"] = {"id": aks.network.id, "subnet": aks.subnet.id}
    with not_modelled("in the subnet of", "managedClusters/aks"):
        site.create(request)


# What it makes


def test_nodes_get_the_first_free_addresses(azure: Subscription, site: KafkaSite) -> None:
    site.create()
    specification = azure.runtimes.specifications[0]
    assert specification.addresses == {
        "hn0": "10.10.0.4",
        "hn1": "10.10.0.5",
        "zk0": "10.10.0.6",
        "zk3": "10.10.0.7",
        "zk5": "10.10.0.8",
        "wn0": "10.10.0.9",
        "wn3": "10.10.0.10",
        "wn4": "10.10.0.11",
    }
    site.create({**site.request(), "clusterName": "second"})
    assert azure.runtimes.specifications[1].addresses["hn0"] == "10.10.0.12"


def test_gateways_get_the_last_addresses(azure: Subscription, site: KafkaSite) -> None:
    inside = [
        endpoint["privateIPAddress"]
        for name in ("mykafka", "second")
        for endpoint in site.create({**site.request(), "clusterName": name}).outputs["properties"][
            "connectivityEndpoints"
        ]
        if endpoint["name"] == "HTTPS-INTERNAL"
    ]
    assert inside == ["10.10.0.254", "10.10.0.252"]


def test_the_cluster_is_run_as_asked(azure: Subscription, site: KafkaSite) -> None:
    request = site.request()
    brokers = {"auto.create.topics.enable": True, "num.partitions": 8}
    request["properties"]["clusterDefinition"]["configurations"]["kafka-broker"] = brokers
    site.create(request)
    specification = azure.runtimes.specifications[0]
    assert specification.network == site.network.id
    assert specification.subnet_prefix == "10.10.0.0/24"
    assert (specification.user, specification.password) == ("admin", PASSWORD)
    assert specification.disks_per_worker == 2
    assert specification.kafka_broker == {"auto.create.topics.enable": "True", "num.partitions": "8"}
    assert specification.domain.endswith("bx.internal.cloudapp.net")
    assert azure.runtimes.calls == ["create mykafka"]


# How it answers


def test_versions_carry_a_build_number(site: KafkaSite) -> None:
    assert site.create().outputs["properties"]["clusterVersion"] == "5.1.3000.0"


@pytest.mark.parametrize("sent", ["Kafka", "KAFKA", "kafka"])
def test_the_kind_comes_back_as_it_was_sent(site: KafkaSite, sent: str) -> None:
    request = site.request()
    request["properties"]["clusterDefinition"]["kind"] = sent
    assert site.create(request).outputs["properties"]["clusterDefinition"]["kind"] == sent


def test_sizes_and_tier_come_back_in_lower_case(site: KafkaSite) -> None:
    properties = site.create().outputs["properties"]
    sizes = {role["hardwareProfile"]["vmSize"] for role in properties["computeProfile"]["roles"]}
    assert sizes == {"standard_e4_v3"}
    assert properties["tier"] == "standard"


def test_no_secret_comes_back(site: KafkaSite) -> None:
    request = site.request()
    _linux(request)["password"] = "Another-Secret-1"
    echoed = json.dumps(site.create(request).outputs)
    assert PASSWORD not in echoed
    assert "Another-Secret-1" not in echoed
    assert "certificateData" not in echoed
    assert "restAuthCredential.username" not in echoed


def test_disks_come_back_with_what_azure_chose(site: KafkaSite) -> None:
    workers = site.create().outputs["properties"]["computeProfile"]["roles"][1]
    assert workers["dataDisksGroups"] == [
        {"disksPerNode": 2, "diskSizeGB": 1023, "storageAccountType": "Standard_LRS"}
    ]


def test_endpoints_say_where_ambari_and_ssh_are(azure: Subscription, site: KafkaSite) -> None:
    endpoints = site.create().outputs["properties"]["connectivityEndpoints"]
    address, port = azure.runtimes.specifications[0].ambari_address
    ssh = {"name": "SSH", "protocol": "TCP", "location": "mykafka-ssh.azurehdinsight.net", "port": 22}
    assert endpoints[:2] == [ssh, {"name": "HTTPS", "protocol": "TCP", "location": address, "port": port}]
    assert address == "127.0.0.1"


def test_the_identity_comes_back_with_its_principal(site: KafkaSite) -> None:
    identity = site.create().outputs["identity"]
    principal = site.identity.outputs["principalId"]
    assert identity["userAssignedIdentities"][site.identity.id]["principalId"] == principal


@pytest.mark.parametrize("encrypted", [True, False])
def test_encryption_in_transit_is_answered_whether_or_not_it_was_asked_for(
    azure: Subscription, site: KafkaSite, encrypted: bool
) -> None:
    request = site.request()
    if encrypted:
        request["properties"]["encryptionInTransitProperties"] = {"isEncryptionInTransitEnabled": True}
    cluster = site.create(request)
    answered = cluster.outputs["properties"]["encryptionInTransitProperties"]
    assert answered == {"isEncryptionInTransitEnabled": encrypted}
    assert azure.refresh(cluster) == []


def test_what_is_spelt_differently_is_no_drift(azure: Subscription, site: KafkaSite) -> None:
    cluster = site.create()
    assert azure.refresh(cluster) == []
    assert azure.diff(cluster).changed == []


# What changes


_IMMUTABLE: list[tuple[str, Change]] = [
    ("properties.clusterVersion", lambda p: p.update(clusterVersion="5.1.3000.0")),
    (
        "properties.computeProfile.roles[1].targetInstanceCount",
        lambda p: p["computeProfile"]["roles"][1].update(targetInstanceCount=4),
    ),
    (
        "restAuthCredential.password",
        lambda p: p["clusterDefinition"]["configurations"]["gateway"].update(
            {"restAuthCredential.password": "An0ther-One"}
        ),
    ),
    (
        "properties.computeProfile.roles[0].hardwareProfile.vmSize",
        lambda p: p["computeProfile"]["roles"][0]["hardwareProfile"].update(vmSize="Standard_D8_v3"),
    ),
]


@pytest.mark.parametrize(("path", "change"), _IMMUTABLE)
def test_hardly_anything_changes_in_place(
    azure: Subscription, site: KafkaSite, path: str, change: Change
) -> None:
    cluster = site.create()
    properties = site.request()["properties"]
    change(properties)
    planned = azure.diff(cluster, properties=properties)
    assert planned.changed
    assert planned.replace == []
    with refused("ClusterCannotBeUpdated", path):
        azure.update(cluster, properties=properties)
    assert azure.runtimes.calls == ["create mykafka"]


def test_a_refusal_to_change_quotes_no_password(azure: Subscription, site: KafkaSite) -> None:
    cluster = site.create()
    request = site.request()
    _password(request, "An0ther-Secret")
    with pytest.raises(ProviderError) as caught:
        azure.update(cluster, properties=request["properties"])
    assert "An0ther-Secret" not in str(caught.value)


def test_the_region_is_refused_too(azure: Subscription, site: KafkaSite) -> None:
    cluster = site.create()
    assert azure.diff(cluster, location="northeurope").replace == []
    with refused("InvalidResourceLocation", "'westeurope'", "'northeurope'"):
        azure.update(cluster, location="northeurope")


def test_tags_change_in_place(azure: Subscription, site: KafkaSite) -> None:
    cluster = site.create()
    azure.update(cluster, tags={"team": "data"})
    assert cluster.outputs["tags"] == {"team": "data"}
    assert azure.runtimes.calls == ["create mykafka"]


def test_another_name_replaces(azure: Subscription, site: KafkaSite) -> None:
    planned = azure.diff(site.create(), clusterName="other")
    assert planned.replace == ["clusterName"]
    assert planned.delete_before_replace


def test_a_cluster_ends_with_its_record(azure: Subscription, site: KafkaSite) -> None:
    cluster = site.create()
    azure.delete(cluster)
    assert azure.runtimes.calls == ["create mykafka", "delete mykafka"]
    assert not azure.exists(cluster.id)
    assert azure.cloud.hdinsight == {}
