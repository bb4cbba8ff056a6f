"""Microsoft.ContainerService/managedClusters: AKS."""

import re
import secrets
import string
from typing import Any

from emulator.azure.aks.managed_network import make_managed_network, new_subnet_id
from emulator.azure.aks.ranges import check_ranges, check_ranges_of_managed_network
from emulator.azure.aks.request import MANAGED_CLUSTER_TOKEN, ManagedClusterRequest
from emulator.azure.aks.response import DEFAULT_VERSION, describe_cluster
from emulator.azure.aks.rules import check_request
from emulator.azure.authorization.identities import UserAssignedIdentity
from emulator.azure.authorization.principals import find_identity
from emulator.azure.authorization.roles import has_role
from emulator.azure.network.networks import VirtualNetwork
from emulator.azure.network.occupancy import SUBNET_FACT, clusters_in, taken_addresses
from emulator.azure.network.subnets import Subnet, prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.references import require_same_subscription
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.resource_manager.resource_groups import ResourceGroup
from emulator.azure.resource_manager.resource_type import ResourceType, new_digits, new_etag, new_guid, now
from emulator.azure.resource_manager.runtimes import KubernetesRuntime
from emulator.azure.schema import differences
from emulator.azure.schema.locations import normal_location
from emulator.specifications import KubernetesSpec

_NETWORK_ROLES = frozenset({"Network Contributor", "Contributor", "Owner"})
_FQDN_ALPHABET = string.ascii_lowercase + string.digits
_MAX_NODE_GROUP_LENGTH = 80

_NETWORK_PROFILE = (
    "dnsServiceIP",
    "networkDataplane",
    "networkMode",
    "networkPlugin",
    "networkPluginMode",
    "networkPolicy",
    "outboundType",
    "podCidr",
    "serviceCidr",
    "serviceCidrs",
)
# AKS refuses a change of these in an existing pool: "Changing property ... is not allowed".
_IMMUTABLE_POOL_PROPERTIES = ("availabilityZones", "maxPods", "osType", "type", "vmSize", "vnetSubnetID")
# AKS changes these in place, and here nothing that runs depends on them.
_CHANGED_IN_PLACE = re.compile(
    r"tags|apiServerAccessProfile|autoUpgradeProfile|agentPoolProfiles\[\d+\]\.(enableAutoScaling|(min|max)Count)"
)


class ManagedCluster(ResourceType):
    """An AKS cluster: nodes in the given subnet, or in the subnet of a virtual network that AKS makes.

    Pods get addresses of that subnet, or of an overlay (Azure CNI Overlay).
    """

    token = MANAGED_CLUSTER_TOKEN
    kind = "Microsoft.ContainerService/managedClusters"
    path = (
        "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}"
        "/providers/Microsoft.ContainerService/managedClusters/{resourceName}"
    )
    replaced_by = frozenset(
        {
            "diskEncryptionSetID",
            "dnsPrefix",
            "fqdnSubdomain",
            "linuxProfile",
            "location",
            "nodeResourceGroup",
            "windowsProfile",
            *(f"networkProfile.{name}" for name in _NETWORK_PROFILE),
        }
    )
    bare_errors = True
    modelled = frozenset(
        {
            # A preview accepts these four; at creation, `check_request` refuses them.
            "aadProfile.adminGroupObjectIDs",
            "aadProfile.enableAzureRBAC",
            "aadProfile.managed",
            "disableLocalAccounts",
            "agentPoolProfiles[].availabilityZones",
            "agentPoolProfiles[].count",
            "agentPoolProfiles[].enableAutoScaling",
            "agentPoolProfiles[].maxCount",
            "agentPoolProfiles[].maxPods",
            "agentPoolProfiles[].minCount",
            "agentPoolProfiles[].mode",
            "agentPoolProfiles[].name",
            "agentPoolProfiles[].orchestratorVersion",
            "agentPoolProfiles[].osDiskSizeGB",
            "agentPoolProfiles[].osDiskType",
            "agentPoolProfiles[].osSKU",
            "agentPoolProfiles[].osType",
            "agentPoolProfiles[].type",
            "agentPoolProfiles[].upgradeSettings.maxSurge",
            "agentPoolProfiles[].vmSize",
            "agentPoolProfiles[].vnetSubnetID",
            "apiServerAccessProfile.authorizedIPRanges",
            "autoUpgradeProfile",
            "dnsPrefix",
            "enableRBAC",
            "identity.type",
            "identity.userAssignedIdentities",
            "kubernetesVersion",
            "networkProfile.dnsServiceIP",
            "networkProfile.loadBalancerSku",
            "networkProfile.networkDataplane",
            "networkProfile.networkPlugin",
            "networkProfile.networkPluginMode",
            "networkProfile.networkPolicy",
            "networkProfile.outboundType",
            "networkProfile.podCidr",
            "networkProfile.serviceCidr",
            "nodeResourceGroup",
            "sku.name",
            "sku.tier",
        }
    )

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for a cluster or a change that AKS refuses, NotModelled for what isn't emulated."""
        request = ManagedClusterRequest(inputs)
        check_request(arm.name(resource_id), request)
        _require_unique_name(cloud, resource_id)
        if existing is not None and existing.state == "Succeeded":
            _check_change(existing, inputs)
            return
        if not request.subnet_id:
            check_ranges_of_managed_network(request)
            return
        subnet = cloud.require(Subnet.kind, request.subnet_id)
        require_same_subscription(resource_id, subnet)
        network = cloud.require(VirtualNetwork.kind, arm.parent(subnet.id))
        if normal_location(network.inputs["location"]) != normal_location(inputs["location"]):
            message = (
                f"The cluster is in {inputs['location']}, its virtual network '{network.name}' in "
                f"{network.inputs['location']}; they must be in the same region."
            )
            raise Refused(400, "VnetSubnetInDifferentLocation", message)
        for other in clusters_in(cloud, subnet.id):
            if not arm.same(other.id, resource_id):
                raise NotModelled(f"an AKS cluster in the subnet of {other.id}")
        check_ranges(cloud, request, subnet)
        _check_identity(cloud, request, subnet)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses the API server's host name, the node resource group and the nodes' subnet."""
        parsed = arm.parse(record.id)
        assert parsed is not None
        location = normal_location(record.inputs["location"])
        group = f"MC_{parsed.resource_group}_{record.name}_{location}"[:_MAX_NODE_GROUP_LENGTH]
        group = record.inputs.get("nodeResourceGroup") or group
        digits = "".join(secrets.choice(_FQDN_ALPHABET) for _ in range(8))
        request = ManagedClusterRequest(record.inputs)
        return {
            "guid": new_digits(24),
            "etag": new_etag(),
            "time": now(),
            "host": f"{record.inputs['dnsPrefix']}-{digits}",
            "node_group": group,
            SUBNET_FACT: request.subnet_id or new_subnet_id(group, parsed.subscription),
            **({"principal": new_guid()} if request.has_system_assigned_identity else {}),
        }

    def provision(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Starts the cluster, after removing what a failed creation left behind."""
        if previous is not None and previous.state == "Succeeded":
            return
        _make_node_group(cloud, record)
        if not ManagedClusterRequest(record.inputs).subnet_id:
            make_managed_network(cloud, record, record.facts[SUBNET_FACT])
        cluster = _runtime(cloud, record)
        if previous is not None:
            cluster.delete()
        cluster.create()
        cloud.kubernetes[arm.key(record.id)] = cluster

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """See `emulator.azure.aks.response`."""
        return describe_cluster(cloud, record)

    def remove(self, cloud: Cloud, record: Record) -> None:
        """Stops the cluster, and deletes its node resource group."""
        cluster = cloud.kubernetes.pop(arm.key(record.id), None)
        if cluster is None and cloud.find(kubelet_identity_id(record)) is not None:
            cluster = _runtime(cloud, record)
        if cluster is not None:
            cluster.delete()
        cloud.delete(arm.resource_group_id(record.facts["node_group"], arm.subscription_of(record.id)))

    def revive(self, cloud: Cloud, record: Record) -> None:
        """Starts the cluster again from disk, with the objects in it."""
        cluster = _runtime(cloud, record)
        cluster.revive()
        cloud.kubernetes[arm.key(record.id)] = cluster


def kubelet_identity_id(record: Record) -> str:
    """The id of the kubelet identity, with which a cluster's nodes pull images."""
    name, subscription = f"{record.name}-agentpool", arm.subscription_of(record.id)
    return arm.resource_id(
        record.facts["node_group"], UserAssignedIdentity.kind, name, subscription=subscription
    )


def _require_unique_name(cloud: Cloud, resource_id: str) -> None:
    for other in cloud.all(ManagedCluster.token):
        if other.name.lower() == arm.name(resource_id).lower() and not arm.same(other.id, resource_id):
            raise NotModelled(f"two AKS clusters with one name ({other.id})")


def _check_identity(cloud: Cloud, request: ManagedClusterRequest, subnet: Record) -> None:
    kind = (request.inputs.get("identity") or {}).get("type", "None")
    if kind.lower() != "userassigned":
        raise NotModelled(
            f"an AKS cluster with identity '{kind}' in a given subnet: only a user-assigned identity "
            "can have its role on the subnet before the cluster is made"
        )
    if len(request.identities) != 1:
        message = f"The cluster must have exactly one user-assigned identity, not {len(request.identities)}."
        raise Refused(400, "InvalidUserAssignedIdentity", message)
    identity = find_identity(cloud, request.identities[0])
    if identity is None:
        message = f"The user-assigned identity {request.identities[0]} does not exist."
        raise Refused(400, "UserAssignedIdentityNotFound", message)
    if not has_role(cloud, identity.facts["principal"], _NETWORK_ROLES, subnet.id):
        message = (
            f"The client with object id '{identity.facts['principal']}' does not have authorization to "
            "perform action 'Microsoft.Network/virtualNetworks/subnets/join/action' over scope "
            f"'{subnet.id}': identity '{identity.name}' needs the role 'Network Contributor' there."
        )
        raise Refused(403, "LinkedAuthorizationFailed", message)


def _check_change(existing: Record, inputs: dict[str, Any]) -> None:
    pools = {pool["name"]: pool for pool in ManagedClusterRequest(existing.inputs).pools}
    for pool in ManagedClusterRequest(inputs).pools:
        for name in _IMMUTABLE_POOL_PROPERTIES:
            if pool["name"] in pools and pool.get(name) != pools[pool["name"]].get(name):
                message = (
                    f"Changing property 'agentPoolProfiles.{name}' of pool '{pool['name']}' is not allowed."
                )
                raise Refused(400, "PropertyChangeNotAllowed", message)
    differing = differences.difference(existing.inputs, inputs, frozenset()).changed
    changed = [path for path in differing if not _CHANGED_IN_PLACE.match(path)]
    if changed:
        raise NotModelled(f"a change of AKS cluster '{existing.name}' in place: {', '.join(sorted(changed))}")


def _make_node_group(cloud: Cloud, record: Record) -> None:
    """Creates what AKS creates for itself: the node resource group, and the kubelet identity in it."""
    location = record.inputs["location"]
    group, subscription = record.facts["node_group"], arm.subscription_of(record.id)
    group_inputs = {"resourceGroupName": group, "location": location}
    cloud.put(ResourceGroup.token, group_inputs, record.urn, create=False, subscription=subscription)
    identity_inputs = {
        "resourceGroupName": group,
        "resourceName": arm.name(kubelet_identity_id(record)),
        "location": location,
    }
    cloud.put(
        UserAssignedIdentity.token, identity_inputs, record.urn, create=False, subscription=subscription
    )


def _runtime(cloud: Cloud, record: Record) -> KubernetesRuntime:
    request = ManagedClusterRequest(record.inputs)
    subnet = cloud.require(Subnet.kind, record.facts[SUBNET_FACT])
    kubelet = cloud.require(UserAssignedIdentity.kind, kubelet_identity_id(record))
    spec = KubernetesSpec(
        name=record.name,
        network=arm.parent(subnet.id),
        subnet_prefix=str(prefix_of(subnet)),
        reserved=taken_addresses(cloud, subnet.id, record.id),
        node_count=request.node_count,
        service_cidr=request.service_cidr,
        kubelet_identity=kubelet.facts["principal"],
        version=record.inputs.get("kubernetesVersion") or DEFAULT_VERSION,
        pod_cidr=request.pod_cidr,
    )
    return cloud.runtimes.kubernetes(spec)
