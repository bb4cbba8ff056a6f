"""Functions of azure-native."""

import base64
from typing import Any

from emulator.azure import arm
from emulator.azure.cloud import Cloud
from emulator.azure.managed_clusters import ManagedCluster
from emulator.azure.refusals import NotModelled, Refused

USER_CREDENTIALS = "azure-native:containerservice:listManagedClusterUserCredentials"
CLIENT_CONFIG = "azure-native:authorization:getClientConfig"


def call(cloud: Cloud, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The result of a function. Raises Refused and NotModelled."""
    match token:
        case _ if token == USER_CREDENTIALS:
            return _user_credentials(cloud, arguments)
        case _ if token == CLIENT_CONFIG:
            return {
                "clientId": arm.CLIENT,
                "objectId": arm.OBJECT,
                "subscriptionId": arm.SUBSCRIPTION,
                "tenantId": arm.TENANT,
            }
        case _:
            raise NotModelled(f"function {token}")


def _user_credentials(cloud: Cloud, arguments: dict[str, Any]) -> dict[str, Any]:
    for name in ("format", "serverFqdn"):
        if arguments.get(name):
            raise NotModelled(f"{USER_CREDENTIALS}'s argument {name}")
    cluster_id = arm.resource_id(
        arguments["resourceGroupName"], ManagedCluster.kind, arguments["resourceName"]
    )
    cluster = cloud.require(ManagedCluster.kind, cluster_id)
    runtime = cloud.kubernetes.get(arm.key(cluster_id))
    if runtime is None:
        message = f"The cluster '{cluster.name}' is in state {cluster.state} and has no credentials."
        raise Refused(409, "ClusterNotReady", message)
    value = base64.b64encode(runtime.kubeconfig().encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": value}]}
