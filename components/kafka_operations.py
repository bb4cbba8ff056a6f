"""Operations that HDInsight has for a running Kafka cluster: workers, gateway password, tags, through `az`.

HDInsight takes no PUT of a changed cluster, which is what an update by azure-native is. Each operation is a
command without `create`: a cluster is created with current values, so that only a later change runs anything.
Its resource is named for the component, `name`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pulumi
from pulumi_azure_native import hdinsight
from pulumi_command import local

_CLUSTER = '--name "$CLUSTER" --resource-group "$GROUP" --subscription "$SUBSCRIPTION" --only-show-errors'
_COUNT = "properties.computeProfile.roles[?name=='workernode'].targetInstanceCount | [0]"
# `az hdinsight wait --updated` would not do: it looks at provisioningState alone, which can be Succeeded
# while the cluster is being changed; after a change that failed it fails for ever; and it gives up silently.
_STATE = f"join(' ', map(&to_string(@), [properties.provisioningState, properties.clusterState, {_COUNT}]))"
# A killed run may have left a resize under way or finished: wait for it, 50 minutes at most of the command's
# 90, and resize only if still needed.
_RESIZE = f"""
for look in $(seq 100); do
  state=$(az hdinsight show {_CLUSTER} --query "{_STATE}" --output tsv) || exit 1
  case $state in
    Deleting*|*' Error '*) break ;;
    InProgress*) sleep 30 ;;
    *' Running '*)
      [ "${{state##* }}" = "$WORKERS" ] ||
        az hdinsight resize {_CLUSTER} --workernode-count "$WORKERS" --output none
      exit ;;
    *) sleep 30 ;;
  esac
done
echo "$CLUSTER can't be resized: provisioningState, clusterState and workers are $state" >&2
exit 1"""
# `=@-` keeps the password off the command line, and a leading hyphen of it from looking like an option.
_SET_PASSWORD = (
    f'az hdinsight credentials update {_CLUSTER} --http-user "$GATEWAY_USER" --http-password=@- --yes '
    "--output none"
)


def keep_worker_count(
    name: str, cluster: hdinsight.Cluster, workers: int, opts: pulumi.ResourceOptions
) -> pulumi.Output[int]:
    """Add workers when the number grows; returns the number, known once all of them exist.

    HDInsight removes none (InvalidKafkaScaleDownRequestErrorCode). New workers hold no partitions yet: see
    https://learn.microsoft.com/azure/hdinsight/kafka/apache-kafka-high-availability.
    """
    command = local.Command(
        f"{name}-workers",
        update=_RESIZE,
        environment={**_names(cluster), "WORKERS": str(workers)},
        opts=_options(cluster, opts),
    )
    return command.environment.apply(lambda environment: int((environment or {})["WORKERS"]))


def keep_gateway_password(
    name: str,
    cluster: hdinsight.Cluster,
    user: str,
    password: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> None:
    """Change the password of the gateway's user, who is Ambari's administrator, when the setting changes.

    Needs Azure CLI 2.79, the first with `az hdinsight credentials update`.
    """
    local.Command(
        f"{name}-gateway-password",
        update=_SET_PASSWORD,
        stdin=pulumi.Output.secret(password),
        environment={**_names(cluster), "GATEWAY_USER": user},
        opts=_options(cluster, opts),
    )


def keep_tags(
    name: str, cluster: hdinsight.Cluster, tags: Mapping[str, str], opts: pulumi.ResourceOptions
) -> None:
    """Change the cluster's tags when the setting changes."""
    local.Command(
        f"{name}-tags",
        update='az rest --method patch --url "$ID?api-version=2021-06-01" --body "$BODY" --output none',
        environment={"ID": cluster.id, "BODY": json.dumps({"tags": dict(tags)}, sort_keys=True)},
        opts=_options(cluster, opts),
    )


def _names(cluster: hdinsight.Cluster) -> dict[str, pulumi.Input[str]]:
    parts = cluster.id.apply(lambda cluster_id: cluster_id.split("/"))
    return {
        "SUBSCRIPTION": parts.apply(lambda found: found[2]),
        "GROUP": parts.apply(lambda found: found[4]),
        "CLUSTER": cluster.name,
    }


def _options(cluster: hdinsight.Cluster, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
    """Options of a command on the cluster; a replaced cluster is created with current values."""
    timeouts = pulumi.CustomTimeouts(create="90m", update="90m")
    return pulumi.ResourceOptions.merge(
        opts, pulumi.ResourceOptions(replace_with=[cluster], custom_timeouts=timeouts)
    )
