"""An existing Kafka cluster of HDInsight."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from pulumi_azure_native import hdinsight

from ..kafka_access import https_url
from ..settings.objects.existing import ExistingResource
from ..settings.validation.mistakes import Mistake
from .azure import Azure, Unusable
from .network import ExistingNetwork, read_network

SETTING = "kafka.existing"
ENTRA = (
    "https://learn.microsoft.com/azure/hdinsight/hdinsight-with-entra-authentication/"
    "manage-entra-id-enabled-cluster-with-rest-api"
)
_LOST = ("error", "delet", "timedout")
_ENDED = ("failed", "canceled", "deleting")
PLANNING = "https://learn.microsoft.com/azure/hdinsight/hdinsight-plan-virtual-network-deployment"


@dataclass(frozen=True)
class ExistingKafka:
    """An existing Kafka cluster. Ambari may spell `name` in another case, and is asked for it."""

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
    _check_usable(reference, properties)
    _check_passwords(azure, reference)
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


def _check_usable(
    reference: ExistingResource, cluster: hdinsight.outputs.ClusterGetPropertiesResponse
) -> None:
    """Raises Unusable for a cluster that failed, goes, or isn't there yet.

    While Azure changes a cluster, Kafka and Ambari go on: after a change of its identity, recordings have the
    states Accepted and HdInsightConfiguration, with the endpoints that it had.
    """
    state = cluster.cluster_state or ""
    if state.lower().startswith(_LOST) or (cluster.provisioning_state or "").lower() in _ENDED:
        raise _unusable(reference, f"must be running, and is in state {state}")
    if not any(endpoint.name == "HTTPS" for endpoint in cluster.connectivity_endpoints or ()):
        raise _unusable(reference, f"must be running, and is in state {state}: Azure is still making it")


def _check_passwords(azure: Azure, reference: ExistingResource) -> None:
    """Raises Unusable where nobody can sign in to Ambari with a password: a choice for the cluster's life.

    Whoever may not ask is told by Ambari.
    """
    enabled = ""
    with suppress(Exception):  # Pulumi raises nothing more specific
        enabled = azure.read(
            SETTING, reference, hdinsight.get_cluster_gateway_settings, cluster_name=reference.name
        ).is_credential_enabled
    if (enabled or "").lower() == "false":
        raise _unusable(
            reference,
            "must let users sign in to Ambari with a password, as this program does: this cluster was made "
            "for Microsoft Entra ID alone, which can't be changed",
            ENTRA,
        )


def _unusable(reference: ExistingResource, rule: str, source: str = "") -> Unusable:
    return Unusable(Mistake(SETTING, str(reference), rule, source, "another cluster, or none to make one"))
