"""HDInsight's rules for what a cluster depends on: subnet, inbound and outbound traffic, storage, roles.

Sources: "Plan a virtual network for Azure HDInsight", "NSG service tags for Azure HDInsight" and "Use Azure
Data Lake Storage Gen2 with Azure HDInsight clusters".
"""

from emulator.azure.authorization.principals import find_identity
from emulator.azure.authorization.roles import has_role
from emulator.azure.hdinsight.request import CLUSTER_TOKEN, GATEWAYS, ClusterRequest
from emulator.azure.network.addressing import usable_count
from emulator.azure.network.nat_gateways import NatGateway
from emulator.azure.network.networks import VirtualNetwork
from emulator.azure.network.occupancy import clusters_in, subnets_of, taken_addresses
from emulator.azure.network.security_groups import NetworkSecurityGroup
from emulator.azure.network.security_rules import allows_inbound
from emulator.azure.network.subnets import Subnet, prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.schema import sdk
from emulator.azure.schema.locations import normal_location
from emulator.azure.storage.accounts import StorageAccount

# In later versions of the network API, a subnet has no outbound access unless it is given some.
_LAST_API_WITH_DEFAULT_OUTBOUND = "2026-03-31"
_STORAGE_ROLE = "Storage Blob Data Owner"


def check_dependencies(cloud: Cloud, resource_id: str, request: ClusterRequest) -> None:
    """Raises Refused when something that a new cluster depends on is missing or unsuitable."""
    location = request.inputs["location"]
    network = cloud.require(VirtualNetwork.kind, request.network_id)
    _check_subscription(resource_id, request)
    if normal_location(network.inputs["location"]) != normal_location(location):
        message = (
            f"Cluster '{arm.name(resource_id)}' is in {location}, its virtual network in "
            f"{network.inputs['location']}; they must be in the same region."
        )
        raise Refused(400, "VirtualNetworkInDifferentRegion", message)
    subnet = cloud.require(Subnet.kind, request.subnet_id)
    check_free_addresses(cloud, resource_id, request, subnet)
    _check_host_names(cloud, resource_id, network)
    _check_inbound(cloud, subnet)
    _check_outbound(cloud, subnet)
    _check_storage(cloud, request)


def _check_subscription(resource_id: str, request: ClusterRequest) -> None:
    """Raises Refused for a network of another subscription.

    Code and words are those in the recording of Azure CLI's test test_hdinsight_update_user_assigned.
    """
    subscription = arm.subscription_of(resource_id)
    if subscription.lower() != arm.subscription_of(request.network_id).lower():
        message = (
            f"Virtual Network '{request.network_id}' or Subnet '{request.subnet_id}' is not in user "
            f"subscription '{subscription}'"
        )
        raise Refused(400, "BadRequest", message)


def check_free_addresses(cloud: Cloud, resource_id: str, request: ClusterRequest, subnet: Record) -> None:
    """Raises Refused when the subnet has too few addresses for the whole cluster."""
    for other in clusters_in(cloud, subnet.id):
        if other.token != CLUSTER_TOKEN:
            raise NotModelled(f"an HDInsight cluster in the subnet of {other.id}")
    left = usable_count(prefix_of(subnet)) - len(taken_addresses(cloud, subnet.id, resource_id))
    needed = len(request.nodes()) + GATEWAYS
    if left < needed:
        message = f"Subnet '{subnet.name}' has {left} addresses left; the cluster needs {needed}."
        raise Refused(400, "SubnetIsFull", message)


def _check_host_names(cloud: Cloud, resource_id: str, network: Record) -> None:
    """Raises Refused when another cluster in the network would give its hosts the same names.

    Host names contain the first six characters of the cluster's name, and are resolved within a network.
    """
    prefix = arm.name(resource_id)[:6].lower()
    subnets = [arm.key(subnet.id) for subnet in subnets_of(cloud, network.id)]
    for other in cloud.all(CLUSTER_TOKEN):
        in_network = arm.key(other.facts.get("subnet", "")) in subnets
        if in_network and not arm.same(other.id, resource_id) and other.name[:6].lower() == prefix:
            message = (
                f"Clusters '{arm.name(resource_id)}' and '{other.name}' in virtual network '{network.name}' "
                f"begin with the same six characters '{prefix}'; their hosts would have the same names."
            )
            raise Refused(400, "ClusterNamePrefixInUse", message)


def _check_inbound(cloud: Cloud, subnet: Record) -> None:
    reference = subnet.inputs.get("networkSecurityGroup")
    group = cloud.require(NetworkSecurityGroup.kind, reference["id"]) if reference else None
    if group is None or not allows_inbound(group.inputs.get("securityRules") or [], "HDInsight", 443):
        message = (
            f"The HDInsight management service can't reach subnet '{subnet.name}': its network security "
            "group must allow inbound TCP port 443 from the service tag HDInsight."
        )
        raise Refused(400, "InboundRulesMissing", message)


def _check_outbound(cloud: Cloud, subnet: Record) -> None:
    reference = subnet.inputs.get("natGateway")
    if reference:
        gateway = cloud.require(NatGateway.kind, reference["id"])
        if gateway.inputs.get("publicIpAddresses"):
            return
    private_by_default = sdk.api_version(Subnet.token) > _LAST_API_WITH_DEFAULT_OUTBOUND
    if subnet.inputs.get("defaultOutboundAccess", not private_by_default) and not reference:
        return
    message = (
        f"Subnet '{subnet.name}' has no way out: HDInsight needs outbound access, by a NAT gateway with a "
        "public IP address or by defaultOutboundAccess."
    )
    raise Refused(400, "OutboundConnectivityMissing", message)


def _check_storage(cloud: Cloud, request: ClusterRequest) -> None:
    defaults = [account for account in request.storage_accounts if account.get("isDefault")]
    if len(defaults) != 1:
        message = f"Exactly one storage account must be the default, not {len(defaults)}."
        raise Refused(400, "DefaultStorageAccountMissing", message)
    for account in request.storage_accounts:
        if account.get("key") or account.get("saskey"):
            raise NotModelled("HDInsight's access to its storage by key; use resourceId and msiResourceId")
        _check_account(cloud, request, account)


def _check_account(cloud: Cloud, request: ClusterRequest, account: dict[str, str]) -> None:
    record = cloud.require(StorageAccount.kind, account.get("resourceId", ""))
    if not record.inputs.get("isHnsEnabled"):
        message = (
            f"Storage account '{record.name}' has no hierarchical namespace; a managed identity needs one."
        )
        raise Refused(400, "HierarchicalNamespaceNotEnabled", message)
    if account.get("name") != f"{record.name}.dfs.core.windows.net":
        message = f"The name of storage account '{record.name}' must be {record.name}.dfs.core.windows.net."
        raise Refused(400, "InvalidStorageAccountName", message)
    if not account.get("fileSystem"):
        message = f"Storage account '{record.name}' is given without a file system."
        raise Refused(400, "FileSystemMissing", message)
    if normal_location(record.inputs["location"]) != normal_location(request.inputs["location"]):
        message = (
            f"Storage account '{record.name}' must be in the cluster's region, {request.inputs['location']}."
        )
        raise Refused(400, "StorageAccountInDifferentRegion", message)
    identity_id = account.get("msiResourceId", "")
    if arm.key(identity_id) not in [arm.key(assigned) for assigned in request.identities]:
        message = f"msiResourceId {identity_id} is not among the cluster's user-assigned identities."
        raise Refused(400, "ManagedIdentityNotAssigned", message)
    if find_identity(cloud, identity_id) is None:
        raise Refused(400, "ManagedIdentityNotFound", f"The managed identity {identity_id} does not exist.")


def check_storage_access(cloud: Cloud, request: ClusterRequest) -> None:
    """Raises Refused when the cluster's identity has no effective role on its storage.

    HDInsight finds this out on the nodes, so the creation fails after the request was accepted. Source:
    "Troubleshoot cluster creation failures with Azure HDInsight"; the sentence in parentheses is added.
    """
    for account in request.storage_accounts:
        record = cloud.require(StorageAccount.kind, account["resourceId"])
        identity = find_identity(cloud, account["msiResourceId"])
        principal = identity.facts["principal"] if identity else ""
        if not has_role(cloud, principal, frozenset({_STORAGE_ROLE}), record.id, cloud.propagation.storage):
            message = (
                "Internal server error occurred while processing the request. Please retry the request or "
                f"contact support. (The role '{_STORAGE_ROLE}' of {account['msiResourceId']} on storage "
                f"account '{record.name}' is missing, or has not taken effect yet.)"
            )
            raise Refused(500, "AmbariClusterCreationFailedErrorCode", message)
