"""An existing Kafka cluster of HDInsight."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_azure_native import hdinsight

from ..kafka_access import https_url
from ..settings.existing import ExistingResource
from ..settings.mistakes import Mistake
from .azure import Azure, Unusable
from .network import ExistingNetwork, read_network

SETTING = "kafka.existing"
PLANNING = "https://learn.microsoft.com/azure/hdinsight/hdinsight-plan-virtual-network-deployment"


@dataclass(frozen=True)
class ExistingKafka:
    """An existing Kafka cluster. `name` is spelt as Ambari spells it, where upper and lower case differ."""

    reference: ExistingResource
    name: str
    ambari_url: str
    workers: int
    premium: bool
    """Of the tier for clusters with Kerberos (Enterprise Security Package)."""
    network: ExistingNetwork


def read_kafka(azure: Azure, reference: ExistingResource) -> ExistingKafka:
    """Read the cluster that `reference` identifies. Raises Unusable."""
    cluster = azure.read(SETTING, reference, hdinsight.get_cluster, cluster_name=reference.name)
    properties = cluster.properties
    if (properties.cluster_definition.kind or "").lower() != "kafka":
        raise _unusable(
            reference, f"must be a cluster of kind Kafka, not {properties.cluster_definition.kind}"
        )
    if properties.cluster_state != "Running":
        raise _unusable(reference, f"must be running, and is in state {properties.cluster_state}")
    roles = properties.compute_profile.roles if properties.compute_profile else None
    workers = next((role for role in roles or () if (role.name or "").lower() == "workernode"), None)
    if workers is None or not workers.virtual_network_profile or not workers.virtual_network_profile.id:
        raise _unusable(
            reference, "must be in a virtual network, where no cluster can be moved later", PLANNING
        )
    return ExistingKafka(
        reference=reference,
        name=cluster.name,
        ambari_url=https_url(properties.connectivity_endpoints),
        workers=workers.target_instance_count or 0,
        premium=(properties.tier or "").lower() == "premium",
        network=read_network(
            azure,
            SETTING,
            workers.virtual_network_profile.id,
            workers.virtual_network_profile.subnet or "",
        ),
    )


def _unusable(reference: ExistingResource, rule: str, source: str = "") -> Unusable:
    return Unusable(Mistake(SETTING, str(reference), rule, source, "another cluster, or none to make one"))
