"""The types that the emulator models, in the order in which they are revived."""

from emulator.azure.hdinsight_clusters import HdinsightCluster
from emulator.azure.identities import UserAssignedIdentity
from emulator.azure.managed_clusters import ManagedCluster
from emulator.azure.nat_gateways import NatGateway
from emulator.azure.networks import VirtualNetwork
from emulator.azure.peerings import VirtualNetworkPeering
from emulator.azure.public_addresses import PublicIPAddress
from emulator.azure.registries import Registry
from emulator.azure.resource_groups import ResourceGroup
from emulator.azure.resource_type import ResourceType
from emulator.azure.role_assignments import RoleAssignment
from emulator.azure.security_groups import NetworkSecurityGroup
from emulator.azure.storage_accounts import StorageAccount
from emulator.azure.subnets import Subnet

_TYPES: tuple[type[ResourceType], ...] = (
    ResourceGroup,
    UserAssignedIdentity,
    RoleAssignment,
    NetworkSecurityGroup,
    PublicIPAddress,
    NatGateway,
    VirtualNetwork,
    Subnet,
    VirtualNetworkPeering,
    StorageAccount,
    Registry,
    HdinsightCluster,
    ManagedCluster,
)

RESOURCE_TYPES: dict[str, ResourceType] = {resource_type.token: resource_type() for resource_type in _TYPES}
"""By token."""
