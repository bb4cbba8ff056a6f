"""AKS's rules for address ranges: service and pod CIDRs may overlap no network that pods can reach.

Sources: "Concepts - CNI networking in AKS", "Configure Azure CNI networking" and "Azure Container Networking
Interface (CNI) Overlay networking".
"""

from ipaddress import AddressValueError, IPv4Address, IPv4Network

from emulator.azure.aks.managed_network import ADDRESS_SPACE, SUBNET_PREFIX
from emulator.azure.aks.request import MANAGED_CLUSTER_TOKEN, ManagedClusterRequest
from emulator.azure.network.addressing import parse_prefix, usable_count
from emulator.azure.network.networks import VirtualNetwork, address_space
from emulator.azure.network.occupancy import SUBNET_FACT, peerings_of
from emulator.azure.network.subnets import prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused

# AKS reserves these ranges.
_RESERVED = tuple(
    IPv4Network(text) for text in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)
_LARGEST_SERVICE_PREFIX = 12


def check_ranges(cloud: Cloud, request: ManagedClusterRequest, subnet: Record) -> None:
    """Raises Refused for service and pod CIDRs that AKS refuses, or that overlap a network pods can reach.

    The second rule is the emulator's: AKS itself does not look at peered networks, and the pods' packets to
    them would be lost.
    """
    network = cloud.require(VirtualNetwork.kind, arm.parent(subnet.id))
    space = address_space(network.inputs, network.name)
    services, pods = _checked_service_cidr(request, [prefix_of(subnet), *space]), _checked_pod_cidr(request)
    reachable = [network]
    for peering in peerings_of(cloud, network.id):
        remote = cloud.find(peering.inputs["remoteVirtualNetwork"]["id"])
        reachable += [remote] if remote else []
    for other in reachable:
        _check_no_overlap(services, pods, other.name, address_space(other.inputs, other.name))
    _check_subnet_size(request, subnet.name, prefix_of(subnet))


def check_ranges_of_managed_network(request: ManagedClusterRequest) -> None:
    """Raises Refused for service and pod CIDRs that AKS refuses, or that overlap its managed network."""
    services, pods = _checked_service_cidr(request, []), _checked_pod_cidr(request)
    _check_no_overlap(services, pods, "aks-vnet", [IPv4Network(ADDRESS_SPACE)])
    _check_subnet_size(request, "aks-subnet", IPv4Network(SUBNET_PREFIX))


def check_remote_reachable(cloud: Cloud, network: Record, remote: Record) -> None:
    """Raises NotModelled when the service or pod CIDR of a cluster in `network` overlaps `remote`.

    Azure peers such networks, and the pods' packets to `remote` are lost. The emulator doesn't route service
    addresses, so here they would arrive.
    """
    for cluster in cloud.all(MANAGED_CLUSTER_TOKEN):
        if not arm.same(arm.parent(cluster.facts[SUBNET_FACT]), network.id):
            continue
        request = ManagedClusterRequest(cluster.inputs)
        hiding = {"service": request.service_cidr, "pod": request.pod_cidr}
        for space in address_space(remote.inputs, remote.name):
            for what, cidr in hiding.items():
                if cidr and IPv4Network(cidr).overlaps(space):
                    raise NotModelled(
                        f"a peering with '{remote.name}' ({space}), which the {what} CIDR {cidr} of AKS "
                        f"cluster '{cluster.name}' hides"
                    )


def _check_reserved(ranges: list[IPv4Network]) -> None:
    for used in ranges:
        for reserved in _RESERVED:
            if used.overlaps(reserved):
                raise Refused(
                    400, "ReservedRangeInUse", f"Range {used} overlaps {reserved}, which AKS reserves."
                )


def _checked_service_cidr(request: ManagedClusterRequest, others: list[IPv4Network]) -> IPv4Network:
    """Returns the service CIDR. Raises Refused when it is invalid, or one of `others` is reserved by AKS."""
    services = parse_prefix(request.service_cidr, "serviceCidr")
    if services.prefixlen <= _LARGEST_SERVICE_PREFIX:
        message = f"Service CIDR {services} is too large; it must be smaller than /{_LARGEST_SERVICE_PREFIX}."
        raise Refused(400, "ServiceCidrTooLarge", message)
    _check_reserved([services, *others])
    _check_dns(request.dns_service_ip, services)
    return services


def _checked_pod_cidr(request: ManagedClusterRequest) -> IPv4Network | None:
    """The pod CIDR; None where pods have addresses of the subnet. Raises Refused when it is invalid."""
    if request.pod_cidr is None:
        return None
    pods = parse_prefix(request.pod_cidr, "podCidr")
    _check_reserved([pods])
    needed = request.pod_addresses_needed()
    if needed > pods.num_addresses:
        message = (
            f"Pre-allocated IPs {needed} exceeds IPs available {pods.num_addresses} in Subnet Cidr {pods}, "
            "Subnet Name networkProfile.podCIDR: with Azure CNI Overlay each of the nodes, and one more of "
            "each pool during upgrades, takes a /24."
        )
        raise Refused(400, "InsufficientSubnetSize", message)
    services = IPv4Network(request.service_cidr)
    if pods.overlaps(services):
        message = f"NetworkProfile CIDR {pods} overlaps with the service CIDR {services}."
        raise Refused(400, "PodCidrOverlapServiceCidr", message)
    return pods


def _check_no_overlap(
    services: IPv4Network, pods: IPv4Network | None, name: str, spaces: list[IPv4Network]
) -> None:
    for space in spaces:
        if pods and pods.overlaps(space):
            message = f"NetworkProfile CIDR {pods} overlaps with reserved VNET CIDR {space} of '{name}'."
            raise Refused(400, "NetworkProfileCIDROverlapVNET", message)
        if services.overlaps(space):
            message = (
                f"The specified service CIDR {services} is conflicted with {space} of virtual network "
                f"'{name}'."
            )
            raise Refused(400, "ServiceCidrOverlapExistingSubnetsCidr", message)


def _check_dns(text: str, services: IPv4Network) -> None:
    try:
        address = IPv4Address(text)
    except AddressValueError as error:
        raise Refused(400, "InvalidDNSServiceIP", f"dnsServiceIP '{text}' is no address.") from error
    if address not in services:
        message = f"dnsServiceIP {address} is not within the service CIDR {services}."
        raise Refused(400, "DnsServiceIpOutOfServiceCidr", message)
    if address in (services.network_address, services[1], services.broadcast_address):
        message = (
            f"dnsServiceIP {address} must not be the first or last address of the service CIDR {services}."
        )
        raise Refused(400, "InvalidDNSServiceIP", message)


def _check_subnet_size(request: ManagedClusterRequest, name: str, prefix: IPv4Network) -> None:
    needed, available = request.addresses_needed(), usable_count(prefix)
    if needed > available:
        message = (
            f"Pre-allocated IPs {needed} exceeds IPs available {available} in Subnet {name}: with Azure "
            "CNI each of the nodes, and one more during upgrades, takes one address and, but for an overlay, "
            "one for each of its pods."
        )
        raise Refused(400, "InsufficientSubnetSize", message)
