"""The functions of azure-native that the emulator has: reads of existing resources and of credentials."""

import base64
from typing import Any

from emulator.azure.aks.managed_clusters import ManagedCluster
from emulator.azure.hdinsight.clusters import HdinsightCluster, require_cluster
from emulator.azure.hdinsight.request import ClusterRequest
from emulator.azure.network.networks import VirtualNetwork
from emulator.azure.network.peerings import VirtualNetworkPeering
from emulator.azure.network.security_groups import NetworkSecurityGroup
from emulator.azure.network.subnets import Subnet
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.registry.registries import Registry
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.resource_manager.resource_groups import ResourceGroup
from emulator.azure.resource_manager.resource_type import ResourceType
from emulator.azure.resource_manager.subscriptions import require_subscription
from emulator.azure.schema import sdk

USER_CREDENTIALS = "azure-native:containerservice:listManagedClusterUserCredentials"
GATEWAY_SETTINGS = "azure-native:hdinsight:getClusterGatewaySettings"
CLIENT_CONFIG = "azure-native:authorization:getClientConfig"
_READABLE: tuple[type[ResourceType], ...] = (
    ResourceGroup,
    VirtualNetwork,
    VirtualNetworkPeering,
    Subnet,
    NetworkSecurityGroup,
    Registry,
    HdinsightCluster,
    ManagedCluster,
)
GETTERS: dict[str, ResourceType] = {
    token.rpartition(":")[0] + f":get{token.rpartition(':')[2]}": RESOURCE_TYPES[token]
    for token in (readable.token for readable in _READABLE)
}
"""Types that a function reads, by the function's token, such as azure-native:network:getSubnet."""


def call(cloud: Cloud, subscription: str, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Calls a function in a subscription, and returns its result. Raises Refused and NotModelled."""
    match token:
        case _ if token == USER_CREDENTIALS:
            return _user_credentials(cloud, subscription, arguments)
        case _ if token == GATEWAY_SETTINGS:
            return _gateway_settings(cloud, subscription, arguments)
        case _ if token == CLIENT_CONFIG:
            return {
                "clientId": arm.CLIENT,
                "objectId": arm.OBJECT,
                "subscriptionId": subscription,
                "tenantId": arm.TENANT,
            }
        case _ if token in GETTERS:
            return _get(cloud, subscription, GETTERS[token], arguments)
        case _:
            raise NotModelled(f"function {token}")


def _get(
    cloud: Cloud, subscription: str, resource_type: ResourceType, arguments: dict[str, Any]
) -> dict[str, Any]:
    """Returns the outputs of a resource, which an invoke doesn't make part of the engine's state."""
    require_subscription(subscription)
    given = {name: value for name, value in arguments.items() if value is not None}
    options = sorted(given.keys() - set(resource_type.path_inputs))
    if options:
        raise NotModelled(f"a read of {resource_type.kind} with {', '.join(options)}")
    resource_id = resource_type.id_of(given, subscription)
    if cloud.location_of_group(given["resourceGroupName"], subscription) is None:
        message = f"Resource group '{given['resourceGroupName']}' could not be found."
        raise Refused(404, "ResourceGroupNotFound", message)
    record = cloud.find(resource_id)
    if record is None:
        raise resource_type.not_found_error(resource_id)
    known = sdk.outputs(resource_type.token).properties
    shown = {name: value for name, value in cloud.response(record).items() if name in known}
    return {"id": record.id, **shown, "azureApiVersion": sdk.api_version(resource_type.token)}


def _user_credentials(cloud: Cloud, subscription: str, arguments: dict[str, Any]) -> dict[str, Any]:
    require_subscription(subscription)
    for name in ("format", "serverFqdn"):
        if arguments.get(name):
            raise NotModelled(f"{USER_CREDENTIALS}'s argument {name}")
    cluster_id = arm.resource_id(
        arguments["resourceGroupName"],
        ManagedCluster.kind,
        arguments["resourceName"],
        subscription=subscription,
    )
    cluster = cloud.require(ManagedCluster.kind, cluster_id)
    runtime = cloud.kubernetes.get(arm.key(cluster_id))
    if runtime is None:
        message = f"The cluster '{cluster.name}' is in state {cluster.state} and has no credentials."
        raise Refused(409, "ClusterNotReady", message)
    value = base64.b64encode(runtime.kubeconfig().encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": value}]}


def _gateway_settings(cloud: Cloud, subscription: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The gateway's user and its password in plain text, as recorded."""
    require_subscription(subscription)
    cluster_id = arm.resource_id(
        arguments["resourceGroupName"],
        HdinsightCluster.kind,
        arguments["clusterName"],
        subscription=subscription,
    )
    request = ClusterRequest(require_cluster(cloud, cluster_id).inputs)
    return {"isCredentialEnabled": "true", "userName": request.user, "password": request.password}
