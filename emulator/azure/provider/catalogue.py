"""The resource types that the emulator models, in the order in which resources are revived."""

from emulator.azure.aks.managed_clusters import ManagedCluster
from emulator.azure.aks.ranges import check_remote_reachable
from emulator.azure.authorization.identities import UserAssignedIdentity
from emulator.azure.authorization.role_assignments import RoleAssignment
from emulator.azure.hdinsight.clusters import HdinsightCluster
from emulator.azure.network.nat_gateways import NatGateway
from emulator.azure.network.networks import VirtualNetwork
from emulator.azure.network.peerings import VirtualNetworkPeering
from emulator.azure.network.public_addresses import PublicIPAddress
from emulator.azure.network.security_groups import NetworkSecurityGroup
from emulator.azure.network.subnets import Subnet
from emulator.azure.registry.registries import Registry
from emulator.azure.resource_manager.resource_groups import ResourceGroup
from emulator.azure.resource_manager.resource_type import ResourceType
from emulator.azure.storage.accounts import StorageAccount

_TYPES: tuple[ResourceType, ...] = (
    ResourceGroup(),
    UserAssignedIdentity(),
    RoleAssignment(),
    NetworkSecurityGroup(),
    PublicIPAddress(),
    NatGateway(),
    VirtualNetwork(),
    Subnet(),
    VirtualNetworkPeering(check_remote_reachable),
    StorageAccount(),
    Registry(),
    HdinsightCluster(),
    ManagedCluster(),
)

RESOURCE_TYPES: dict[str, ResourceType] = {resource_type.token: resource_type for resource_type in _TYPES}
"""The types by their tokens, such as azure-native:network:Subnet."""
