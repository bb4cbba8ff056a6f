"""HDInsight's rules for what a cluster depends on: subnet, inbound and outbound traffic, storage, roles.

From "Plan a virtual network for Azure HDInsight", "NSG service tags for Azure HDInsight" and "Use Azure Data
Lake Storage Gen2 with Azure HDInsight clusters".
"""

from emulator.azure.authorization.principals import identity
from emulator.azure.authorization.roles import has_role
from emulator.azure.hdinsight.request import CLUSTER_TOKEN, GATEWAYS, ClusterRequest
from emulator.azure.network.addressing import usable
from emulator.azure.network.nat_gateways import NatGateway
from emulator.azure.network.networks import VirtualNetwork
from emulator.azure.network.occupancy import subnets_of, taken_addresses, users_of
from emulator.azure.network.security_groups import NetworkSecurityGroup
from emulator.azure.network.security_rules import lets_in
from emulator.azure.network.subnets import Subnet, prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.azure.schema import sdk
from emulator.azure.schema.locations import normal_location
from emulator.azure.storage.accounts import StorageAccount

# By versions of the network API after this one, subnets have no way out unless they are given one.
_LAST_WITH_A_WAY_OUT = "2026-03-31"
_STORAGE_ROLE = "Storage Blob Data Owner"


def check_surroundings(cloud: Cloud, resource_id: str, request: ClusterRequest) -> None:
    """Raises Refused when what a new cluster depends on is missing or unfit."""
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
    check_room(cloud, resource_id, request, subnet)
    _check_names(cloud, resource_id, network)
    _check_way_in(cloud, subnet)
    _check_way_out(cloud, subnet)
    _check_storage(cloud, request)


def _check_subscription(resource_id: str, request: ClusterRequest) -> None:
    """The refusal is that of a recording of Azure's command line, test_hdinsight_update_user_assigned."""
    subscription = arm.subscription_of(resource_id)
    if subscription.lower() != arm.subscription_of(request.network_id).lower():
        message = (
            f"Virtual Network '{request.network_id}' or Subnet '{request.subnet_id}' is not in user "
            f"subscription '{subscription}'"
        )
        raise Refused(400, "BadRequest", message)


def check_room(cloud: Cloud, resource_id: str, request: ClusterRequest, subnet: Record) -> None:
    """Raises Refused when the subnet has too few addresses for the whole cluster."""
    for user in users_of(cloud, subnet.id):
        if user.token != CLUSTER_TOKEN:
            raise NotModelled(f"an HDInsight cluster in the subnet of {user.id}")
    left = usable(prefix_of(subnet)) - len(taken_addresses(cloud, subnet.id, resource_id))
    needed = len(request.nodes()) + GATEWAYS
    if left < needed:
        message = f"Subnet '{subnet.name}' has {left} addresses left; the cluster needs {needed}."
        raise Refused(400, "SubnetIsFull", message)


def _check_names(cloud: Cloud, resource_id: str, network: Record) -> None:
    """Host names carry six characters of the cluster's name, and are resolved within a network."""
    prefix = arm.name(resource_id)[:6].lower()
    subnets = [arm.key(subnet.id) for subnet in subnets_of(cloud, network.id)]
    for other in cloud.all(CLUSTER_TOKEN):
        near = arm.key(other.facts.get("subnet", "")) in subnets
        if near and not arm.same(other.id, resource_id) and other.name[:6].lower() == prefix:
            message = (
                f"Clusters '{arm.name(resource_id)}' and '{other.name}' in virtual network '{network.name}' "
                f"begin with the same six characters '{prefix}'; their hosts would have the same names."
            )
            raise Refused(400, "ClusterNamePrefixInUse", message)


def _check_way_in(cloud: Cloud, subnet: Record) -> None:
    reference = subnet.inputs.get("networkSecurityGroup")
    group = cloud.require(NetworkSecurityGroup.kind, reference["id"]) if reference else None
    if group is None or not lets_in(group.inputs.get("securityRules") or [], "HDInsight", 443):
        message = (
            f"The HDInsight management service can't reach subnet '{subnet.name}': its network security "
            "group must allow inbound TCP port 443 from the service tag HDInsight."
        )
        raise Refused(400, "InboundRulesMissing", message)


def _check_way_out(cloud: Cloud, subnet: Record) -> None:
    reference = subnet.inputs.get("natGateway")
    if reference:
        gateway = cloud.require(NatGateway.kind, reference["id"])
        if gateway.inputs.get("publicIpAddresses"):
            return
    private_by_default = sdk.api_version(Subnet.token) > _LAST_WITH_A_WAY_OUT
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
    if identity(cloud, identity_id) is None:
        raise Refused(400, "ManagedIdentityNotFound", f"The managed identity {identity_id} does not exist.")


def check_access(cloud: Cloud, request: ClusterRequest) -> None:
    """Raises Refused when the cluster can't use its storage, which HDInsight notices on the nodes only.

    From "Troubleshoot cluster creation failures with Azure HDInsight"; the last sentence is the emulator's.
    """
    for account in request.storage_accounts:
        record = cloud.require(StorageAccount.kind, account["resourceId"])
        owner = identity(cloud, account["msiResourceId"])
        principal = owner.facts["principal"] if owner else ""
        if not has_role(cloud, principal, frozenset({_STORAGE_ROLE}), record.id, cloud.propagation.storage):
            message = (
                "Internal server error occurred while processing the request. Please retry the request or "
                f"contact support. (The role '{_STORAGE_ROLE}' of {account['msiResourceId']} on storage "
                f"account '{record.name}' is missing, or has not taken effect yet.)"
            )
            raise Refused(500, "AmbariClusterCreationFailedErrorCode", message)
