"""Derives the settings that change from the properties of resources that they decide.

A preview holds only the new configuration; the resources tell the old settings, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .differences import Difference, differences
from .phrases import SECRET, Phrase, Quoted, value
from .preview import Operation, Preview
from .resource_types import AKS, KAFKA

_ADVERTISING = "pulumi-python:dynamic/kafka:IpAdvertising"
_ROLES = r"properties\.computeProfile\.roles"
_POOL = r"agentPoolProfiles\[.*\]"
_SERVER = r"spec\.template\.spec\.containers\[serve\]"


@dataclass(frozen=True)
class Decided:
    """The property that a setting decides: of resources of a type, or of the resource with a name."""

    setting: str
    resource: str
    path: str
    """A regular expression for the property's whole path."""
    optional: bool = False
    """Whether the resource exists only if the setting is set. For other new resources no setting is named."""
    label: str = ""
    """The text in place of the setting's name, where other settings decide the property, too."""


DECIDED = (
    Decided("resourceGroup", "azure-native:resources:ResourceGroup", "resourceGroupName"),
    Decided("location", "azure-native:resources:ResourceGroup", "location"),
    Decided("tags", "azure-native:resources:ResourceGroup", r"tags\..*"),
    Decided("kafkaClusterName", KAFKA, "clusterName"),
    Decided("kafkaWorkers", "kafka-workers", r"environment\.WORKERS"),
    Decided("kafkaWorkerSize", KAFKA, rf"{_ROLES}\[workernode\]\.hardwareProfile\.vmSize"),
    Decided("kafkaDisksPerWorker", KAFKA, rf"{_ROLES}\[workernode\]\.dataDisksGroups"),
    Decided("kafkaHeadSize", KAFKA, rf"{_ROLES}\[headnode\]\.hardwareProfile\.vmSize"),
    Decided("kafkaZookeeperSize", KAFKA, rf"{_ROLES}\[zookeepernode\]\.hardwareProfile\.vmSize"),
    Decided("kafkaEncryptionInTransit", KAFKA, r"properties\.encryptionInTransitProperties\..*"),
    Decided("storageAccountName", "azure-native:storage:StorageAccount", "accountName"),
    Decided("ambariPassword", "kafka-gateway-password", "stdin"),
    Decided(
        "ambariSourceRanges", "hdinsight-security", r"securityRules\[ambari-users\]\.sourceAddressPrefixes"
    ),
    Decided("aksClusterName", AKS, "resourceName"),
    Decided("kubernetesVersion", AKS, "kubernetesVersion"),
    Decided("aksUpgradeChannel", AKS, r"autoUpgradeProfile\.upgradeChannel"),
    Decided("aksNodeOsUpgradeChannel", AKS, r"autoUpgradeProfile\.nodeOSUpgradeChannel"),
    Decided("aksApiSourceRanges", AKS, r"apiServerAccessProfile\.authorizedIPRanges"),
    Decided("aksEntra", AKS, r"aadProfile\..*|disableLocalAccounts"),
    Decided("aksNodeCount", AKS, rf"{_POOL}\.(count|minCount)"),
    Decided("aksMaxNodeCount", AKS, rf"{_POOL}\.maxCount"),
    Decided("aksNodeSize", AKS, rf"{_POOL}\.vmSize"),
    Decided("aksZones", AKS, rf"{_POOL}\.availabilityZones"),
    Decided("aksMaxPods", AKS, rf"{_POOL}\.maxPods"),
    Decided("aksNetworkPolicy", AKS, r"networkProfile\.networkPolicy"),
    Decided("serviceCidr", AKS, r"networkProfile\.serviceCidr"),
    Decided("podCidr", AKS, r"networkProfile\.podCidr"),
    Decided("registryName", "azure-native:containerregistry:Registry", "registryName"),
    Decided("hdinsightAddressSpace", "hdinsight-network", r"addressSpace\.addressPrefixes"),
    Decided("hdinsightSubnet", "hdinsight-subnet", "addressPrefix"),
    Decided("aksAddressSpace", "aks-network", r"addressSpace\.addressPrefixes"),
    Decided("aksSubnet", "aks-subnet", "addressPrefix"),
    Decided("namespace", "namespace", r"metadata\.name"),
    Decided("appExposure", "kafka-test-app-service", r"spec\.type"),
    Decided("appPort", "kafka-test-app-service", r"spec\.ports\[http\]\.port"),
    Decided("appSourceRanges", "kafka-test-app-service", r"spec\.loadBalancerSourceRanges"),
    Decided("appReplicas", "kafka-test-app", r"spec\.replicas"),
    Decided("appImage", "kafka-test-app", rf"{_SERVER}\.image", label="Image of the application"),
    Decided("appHosts", "kafka-test-app", rf"{_SERVER}\.env\[APP_HOSTS\]\.value"),
    Decided("topic", "kafka-test-app", rf"{_SERVER}\.env\[KAFKA_TOPIC\]\.value"),
    Decided("appAccessToken", "access-token", r"stringData(\.token)?", optional=True),
    Decided("kafkaProtocol", "kafka-test-app", rf"{_SERVER}\.env\[KAFKA_PROTOCOL\]\.value"),
    Decided("kafkaSaslMechanism", "kafka-test-app", rf"{_SERVER}\.env\[KAFKA_SASL_MECHANISM\]\.value"),
    Decided("kafkaCa", "kafka-login", r"stringData\.KAFKA_CA"),
    Decided("kafkaUser", "kafka-login", r"stringData\.KAFKA_USER"),
    Decided("kafkaPassword", "kafka-login", r"stringData\.KAFKA_PASSWORD"),
    Decided("protect", KAFKA, "protect"),
    Decided("restart", _ADVERTISING, "restart"),
    Decided("restartUnit", _ADVERTISING, "unit"),
    Decided("restartBatch", _ADVERTISING, "batch"),
    Decided("restartStrict", _ADVERTISING, "strict"),
    Decided("restartSettleSeconds", _ADVERTISING, "settleSeconds"),
    Decided("keepIpAdvertising", _ADVERTISING, "keepOnDelete"),
)
"""The settings whose change is reported with both values. Topics are reported by `topics`."""


def changed(preview: Preview) -> Iterator[Phrase]:
    """The settings that change, each in words and by its name, with both values."""
    for decided in DECIDED:
        title = (
            (decided.label,)
            if decided.label
            else (f"{words(decided.setting)} (", Quoted(decided.setting), ")")
        )
        phrases = [(*title, ": ", *_values(difference)) for difference in _differences(preview, decided)]
        yield from dict.fromkeys(phrases)


def words(name: str) -> str:
    """The name of a setting as words: "Kafka workers" for kafkaWorkers."""
    parts: list[str] = [part.lower() for part in re.findall(r"[A-Z]?[^A-Z]+", name)]
    written = " ".join(_WRITTEN.get(part) or part for part in parts)
    return written[:1].upper() + written[1:]


_WRITTEN = {
    "aks": "AKS",
    "api": "API",
    "ca": "CA",
    "cidr": "CIDR",
    "hdinsight": "HDInsight",
    "ip": "IP",
    "os": "OS",
    "sasl": "SASL",
}


def _differences(preview: Preview, decided: Decided) -> Iterator[Difference]:
    for change in preview.changes:
        stays = change.operation in (Operation.UPDATE, Operation.REPLACE)
        if decided.resource in (change.type, change.name) and (stays or decided.optional):
            yield from (one for one in differences(change) if re.fullmatch(decided.path, one.path))


def _values(difference: Difference) -> Phrase:
    before, after = difference.before, difference.after
    if SECRET not in (before, after):
        return (value(before), " → ", value(after))
    if before is None:
        return ("a secret is set",)
    return ("the secret is taken away",) if after is None else ("another secret",)
