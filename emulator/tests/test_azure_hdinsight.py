"""Requests for a cluster that HDInsight refuses, and those that are not modelled."""

import pytest

from emulator.azure.hdinsight.credentials import weakness
from emulator.providers.provider import ProviderError
from emulator.tests.azure_clusters import PASSWORD, KafkaSite
from emulator.tests.azure_subscription import Subscription, not_modelled, refused
from emulator.tests.hdinsight_requests import (
    Change,
    account_of,
    gateway_of,
    linux_profile_of,
    role_of,
    set_password,
)

# The code of the refusal, a part of its message, and the change that makes the request wrong.
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
    ("VmSizeMissing", "'headnode'", lambda r: role_of(r, 0).update(hardwareProfile={})),
    ("InvalidNodeCount", "'headnode' must have 2", lambda r: role_of(r, 0).update(targetInstanceCount=1)),
    (
        "InvalidNodeCount",
        "'zookeepernode' must have 3",
        lambda r: role_of(r, 2).update(targetInstanceCount=5),
    ),
    (
        "InvalidNodeCount",
        "at least 3 worker nodes, not 2",
        lambda r: role_of(r, 1).update(targetInstanceCount=2),
    ),
    (
        "BadRequest",
        "'standard_d2_v2' for role 'workernode'",
        lambda r: role_of(r, 1).update(hardwareProfile={"vmSize": "Standard_D2_V2"}),
    ),
    (
        "BadRequest",
        "'standard_a1_v2' for role 'headnode'",
        lambda r: role_of(r, 0).update(hardwareProfile={"vmSize": "Standard_A1_V2"}),
    ),
    (
        "BadRequest",
        "8 data disks, not 9",
        lambda r: role_of(r, 1).update(dataDisksGroups=[{"disksPerNode": 9}]),
    ),
    ("DataDisksMissing", "dataDisksGroups", lambda r: role_of(r, 1).pop("dataDisksGroups")),
    (
        "DataDisksMissing",
        "disksPerNode",
        lambda r: role_of(r, 1).update(dataDisksGroups=[{"disksPerNode": 0}]),
    ),
    ("VirtualNetworkMissing", "'headnode'", lambda r: role_of(r, 0).pop("virtualNetworkProfile")),
    ("RolesInDifferentSubnets", "'workernode'", lambda r: role_of(r, 1).pop("virtualNetworkProfile")),
    (
        "GatewayCredentialsMissing",
        "isEnabled",
        lambda r: gateway_of(r).update({"restAuthCredential.isEnabled": False}),
    ),
    (
        "InvalidUserName",
        "'ad-min'",
        lambda r: gateway_of(r).update({"restAuthCredential.username": "ad-min"}),
    ),
    ("InvalidPassword", "at least 10 characters", lambda r: set_password(r, "Short-1")),
    ("SshUserNameMissing", "'headnode'", lambda r: linux_profile_of(r).pop("username")),
    ("InvalidSshUserName", "'SshUser'", lambda r: linux_profile_of(r).update(username="SshUser")),
    ("SshUserNameSameAsClusterLogin", "'admin'", lambda r: linux_profile_of(r).update(username="admin")),
    ("SshCredentialsMissing", "'sshuser'", lambda r: linux_profile_of(r).pop("sshProfile")),
    ("InvalidSshPassword", "at least 10", lambda r: linux_profile_of(r).update(password="Short-1")),
    (
        "DefaultStorageAccountMissing",
        "not 0",
        lambda r: account_of(r).update(isDefault=False),
    ),
    ("ResourceNotFound", "storageAccounts", lambda r: account_of(r).update(resourceId="nowhere")),
    ("InvalidStorageAccountName", "kafkastorage.dfs.", lambda r: account_of(r).update(name="kafkastorage")),
    ("FileSystemMissing", "kafkastorage", lambda r: account_of(r).pop("fileSystem")),
    ("ManagedIdentityNotAssigned", "msiResourceId", lambda r: account_of(r).pop("msiResourceId")),
    ("ManagedIdentityNotAssigned", "msiResourceId", lambda r: r.pop("identity")),
]


@pytest.mark.parametrize(("code", "part", "change"), _WRONG_REQUESTS)
def test_a_wrong_request_is_refused(
    azure: Subscription, kafka_site: KafkaSite, code: str, part: str, change: Change
) -> None:
    request = kafka_site.request()
    change(request)
    with refused(code, part):
        kafka_site.create(request)
    assert azure.runtimes.calls == []


_UNMODELLED: list[tuple[str, Change]] = [
    ("HDInsight's tier Premium", lambda r: r["properties"].update(tier="Premium")),
    ("kind 'Spark'", lambda r: r["properties"]["clusterDefinition"].update(kind="Spark")),
    (
        "configuration core-kafka_site",
        lambda r: r["properties"]["clusterDefinition"]["configurations"].update({"core-kafka_site": {}}),
    ),
    ("role edgenode", lambda r: role_of(r, 2).update(name="edgenode")),
    ("by key", lambda r: account_of(r).update(key="secret")),
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
def test_what_is_not_modelled_is_refused_by_name(kafka_site: KafkaSite, part: str, change: Change) -> None:
    request = kafka_site.request()
    change(request)
    with not_modelled(part):
        kafka_site.create(request)


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
def test_weak_passwords_are_refused_without_being_quoted(
    kafka_site: KafkaSite, password: str, reason: str
) -> None:
    request = kafka_site.request()
    set_password(request, password)
    with pytest.raises(ProviderError, match=reason) as caught:
        kafka_site.create(request)
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", [PASSWORD, "aB3$aB3$aB", "ÄÖÜäöü-Ab1x", "Ad-m1n-Ad-m1n"])
def test_strong_passwords_are_accepted(password: str) -> None:
    assert weakness(password, "admin") is None
