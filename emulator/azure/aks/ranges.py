"""AKS's rules for address ranges: those of Services and pods overlap no network that pods can reach.

From "Concepts - CNI networking in AKS", "Configure Azure CNI networking" and "Azure Container Networking
Interface (CNI) Overlay networking".
"""

from ipaddress import AddressValueError, IPv4Address, IPv4Network

from emulator.azure.aks.own_network import ADDRESS_SPACE, SUBNET_PREFIX
from emulator.azure.aks.request import MANAGED_CLUSTER_TOKEN, ManagedClusterRequest
from emulator.azure.network.addressing import parse_prefix, usable
from emulator.azure.network.networks import VirtualNetwork, address_space
from emulator.azure.network.occupancy import SUBNET_FACT, peerings_of
from emulator.azure.network.subnets import prefix_of
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.refusals import NotModelled, Refused

# AKS keeps these for itself.
_RESERVED = tuple(
    IPv4Network(text) for text in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)
_LARGEST_SERVICE_PREFIX = 12


def check_ranges(cloud: Cloud, request: ManagedClusterRequest, subnet: Record) -> None:
    """Raises Refused for ranges that AKS refuses, or that would hide a network from pods."""
    network = cloud.require(VirtualNetwork.kind, arm.parent(subnet.id))
    space = address_space(network.inputs, network.name)
    services, pods = _services(request, [prefix_of(subnet), *space]), _pods(request)
    near = [network]
    for peering in peerings_of(cloud, network.id):
        remote = cloud.find(peering.inputs["remoteVirtualNetwork"]["id"])
        near += [remote] if remote else []
    for neighbour in near:
        _check_apart(services, pods, neighbour.name, address_space(neighbour.inputs, neighbour.name))
    _check_size(request, subnet.name, prefix_of(subnet))


def check_ranges_of_own_network(request: ManagedClusterRequest) -> None:
    """Raises Refused for ranges that don't go with the network that AKS makes for itself."""
    services, pods = _services(request, []), _pods(request)
    _check_apart(services, pods, "aks-vnet", [IPv4Network(ADDRESS_SPACE)])
    _check_size(request, "aks-subnet", IPv4Network(SUBNET_PREFIX))


def check_visible(cloud: Cloud, network: Record, remote: Record) -> None:
    """Raises NotModelled when Services or pods of a cluster in `network` would hide `remote` from its pods.

    Azure peers such networks, and the pods' packets never arrive; here no Service address is routed at all.
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


def _services(request: ManagedClusterRequest, others: list[IPv4Network]) -> IPv4Network:
    """Returns the range of Services, once it and the ranges `others` are found valid."""
    services = parse_prefix(request.service_cidr, "serviceCidr")
    if services.prefixlen <= _LARGEST_SERVICE_PREFIX:
        message = f"Service CIDR {services} is too large; it must be smaller than /{_LARGEST_SERVICE_PREFIX}."
        raise Refused(400, "ServiceCidrTooLarge", message)
    _check_reserved([services, *others])
    _check_dns(request.dns_service_ip, services)
    return services


def _pods(request: ManagedClusterRequest) -> IPv4Network | None:
    """Returns the range of pods, once it is found valid; None where pods have addresses of the subnet."""
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


def _check_apart(
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


def _check_size(request: ManagedClusterRequest, name: str, prefix: IPv4Network) -> None:
    needed, there = request.addresses_needed(), usable(prefix)
    if needed > there:
        message = (
            f"Pre-allocated IPs {needed} exceeds IPs available {there} in Subnet {name}: with Azure "
            "CNI each of the nodes, and one more during upgrades, takes one address and, but for an overlay, "
            "one for each of its pods."
        )
        raise Refused(400, "InsufficientSubnetSize", message)
