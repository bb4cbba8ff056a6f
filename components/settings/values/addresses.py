"""Rules for address ranges: which are private, which are taken, which are large enough.

Every rule is a function that returns its range, or raises the error of `mistakes.broken`.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from ..validation import leniency
from ..validation.leniency import Made
from ..validation.mistakes import broken

PRIVATE = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
)
"""Private address space: RFC 1918, and the shared space of RFC 6598."""

TAKEN_BY_AKS = (
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.30.0.0/16"),
    IPv4Network("172.31.0.0/16"),
    IPv4Network("192.0.2.0/24"),
)
"""Ranges reserved by AKS: neither its network nor its pods or services may use them."""

EVERYBODY = IPv4Network("0.0.0.0/0")

NO_CALLERS = {
    IPv4Network("0.0.0.0/8"): "this network",
    IPv4Network("127.0.0.0/8"): "loopback",
    IPv4Network("169.254.0.0/16"): "link-local",
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "reserved",
}
"""Ranges of which no packet arrives from another machine: IANA's registry of special-purpose addresses."""
SPECIAL = "RFC 6890"
WIDEST_CALLERS = 8
"""The shortest prefix of a range that is not meant for everybody: no network of anybody's is larger."""
YOUR_OWN = "203.0.113.7/32, with your own address"
IPV4_ALONE = "https://learn.microsoft.com/azure/virtual-network/ip-services/ipv6-overview"

KEPT_BY_AZURE = 5
"""Addresses that Azure reserves in every subnet: the first four and the last."""
HDINSIGHT_BESIDE_WORKERS = 2 + 3 + 2
"""Machines of a Kafka cluster: head nodes, ZooKeeper nodes and gateways."""
OVERPROVISIONED = 6
"""Machines that are made beyond those that stay, by the highest numbers of hosts in a recorded cluster."""

AKS_API_RANGES = "https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges"
AKS_PLANNING = "https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"
MOST_API_RANGES = 200
CALLERS_EXAMPLE = 'pulumi config set --path "aksApiSourceRanges[0]" 203.0.113.7/32, with your own address'
AZURE_LIMITS = (
    "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits"
)
MOST_NSG_RANGES = 4000
NSG_RULES = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"
PEERINGS = "https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview"
VIRTUAL_NETWORKS = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"


def parse(value: object) -> IPv4Network:
    """Parse a range in CIDR notation, which must have no host bits."""
    return _parse(value, "")


def parse_source(value: object) -> IPv4Network:
    """Parse a range of source addresses in CIDR notation; an address alone is a range of one."""
    network = _parse(value, YOUR_OWN)
    if "/" not in str(value) and network.network_address.packed[-1] == 0:
        rule = "must say how long its prefix is: alone it is one address, which no machine has"
        leniency.refuse(rule, unless=(Made.NETWORKS, Made.APP), source="RFC 4632", right=YOUR_OWN)
    if network.prefixlen < WIDEST_CALLERS and network != EVERYBODY:
        share = f"{2**-network.prefixlen:.1%} of all IPv4 addresses"
        rule = f"must be /{WIDEST_CALLERS} or smaller: it would let in {share}"
        leniency.refuse(rule, unless=(Made.NETWORKS, Made.APP), right=YOUR_OWN)
    elif network != EVERYBODY:
        _can_call(network)
    return network


def _can_call(network: IPv4Network) -> None:
    for kept, what in NO_CALLERS.items():
        if network.overlaps(kept):
            rule = f"must hold no address of {kept} ({what}): from there nothing ever comes"
            leniency.refuse(rule, unless=(Made.NETWORKS, Made.APP), source=SPECIAL, right=YOUR_OWN)


def _parse(value: object, example: str) -> IPv4Network:
    try:
        return IPv4Network(str(value))
    except ValueError as error:
        if _is_ipv6(str(value)):
            rule = "must be an IPv4 range: HDInsight's networks take no other"
            raise broken(rule, source=IPV4_ALONE, right=example) from error
        rule = f"must be a range in CIDR notation: {error}"
        raise broken(rule, source="RFC 4632", right=_meant(str(value)) or example) from error


def private(network: IPv4Network) -> IPv4Network:
    """The rule that a range lies in private address space."""
    if not any(network.subnet_of(space) for space in PRIVATE):
        spaces = ", ".join(map(str, PRIVATE))
        raise broken(
            f"must lie within private address space: {spaces}",
            source="RFC 1918, RFC 6598",
        )
    return network


def size_for_network(network: IPv4Network) -> IPv4Network:
    """The rule that a range has a size that Azure accepts for a virtual network."""
    if network.prefixlen > 29:
        raise broken(
            "must be /29 or larger", source=VIRTUAL_NETWORKS, right=str(network.supernet(new_prefix=29))
        )
    return network


def open_to_the_world(ranges: Iterable[IPv4Network]) -> bool:
    """Whether the ranges together hold every IPv4 address."""
    return EVERYBODY in collapse_addresses(ranges)


def not_everybody(ranges: tuple[IPv4Network, ...]) -> tuple[IPv4Network, ...]:
    """The rule that the ranges do not hold every IPv4 address."""
    if open_to_the_world(ranges):
        raise broken(
            "must not open Ambari, which can change all of Kafka, to everybody",
            right=YOUR_OWN,
        )
    return ranges


def each_once(ranges: tuple[IPv4Network, ...]) -> tuple[IPv4Network, ...]:
    """The rule that source ranges don't overlap and are not too many for a security rule of Azure's."""
    if len(ranges) > MOST_NSG_RANGES:
        rule = f"must be at most {MOST_NSG_RANGES} ranges, which is what a security group takes"
        raise broken(rule, source=AZURE_LIMITS, right="fewer, larger ranges")
    twice: list[str] = []
    widest: IPv4Network | None = None
    # Sorted, a range comes right after those that it lies in.
    for network in sorted(ranges):
        if widest is not None and network.overlaps(widest):
            twice.append(f"{network} and {widest}")
        else:
            widest = network
    if twice:
        rule = f"must name each address once, unlike {', '.join(twice[:3])}: Azure answers"
        raise broken(
            f"{rule} OverlappingSubnetsNotPermittedInSecurityRule",
            source=NSG_RULES,
            right=json.dumps([str(network) for network in collapse_addresses(ranges)][:5]),
        )
    return ranges


def public(networks: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
    """The ranges outside private address space."""
    return tuple(network for network in networks if not any(network.overlaps(space) for space in PRIVATE))


def callers_of_aks(
    ranges: tuple[IPv4Network, ...], ambari_users: tuple[IPv4Network, ...] | None
) -> tuple[IPv4Network, ...]:
    """The rule for authorized IP ranges of AKS's API server: public, and no more than AKS accepts.

    ambari_users: the ranges whose public ones apply where `ranges` is empty; None where they are wrong
    themselves.
    """
    if len(ranges) > MOST_API_RANGES:
        rule = f"must be at most {MOST_API_RANGES} ranges"
        raise broken(rule, source=AKS_API_RANGES, right="fewer, larger ranges")
    if EVERYBODY in ranges:
        return ranges
    if not ranges and len(public(ambari_users or ())) > MOST_API_RANGES:
        rule = f"must be set, since those of ambariSourceRanges are more than {MOST_API_RANGES}"
        raise broken(rule, source=AKS_API_RANGES, right=CALLERS_EXAMPLE)
    if hidden := [str(network) for network in ranges if network not in public(ranges)]:
        rule = f"must be public, unlike {', '.join(hidden)}: the API server has a public address, where no"
        raise broken(f"{rule} private one ever shows", source=AKS_API_RANGES, right=CALLERS_EXAMPLE)
    if not ranges and ambari_users is not None and not public(ambari_users):
        rule = (
            "must be set, since ambariSourceRanges has no range that is public as a whole, and no other "
            "shows at the API server"
        )
        raise broken(rule, source=AKS_API_RANGES, right=CALLERS_EXAMPLE)
    return ranges


def free_for_aks(network: IPv4Network) -> IPv4Network:
    """The rule that a range overlaps none that AKS reserves."""
    for taken in TAKEN_BY_AKS:
        if network.overlaps(taken):
            raise broken(f"must not overlap {taken}, which AKS keeps", source=AKS_PLANNING)
    return network


def size_for_services(network: IPv4Network) -> IPv4Network:
    """The rule for the size of a service range: what AKS accepts, with room for the address of its DNS."""
    if not 13 <= network.prefixlen <= 28:
        raise broken("must be smaller than /12, and no smaller than /28", source=AKS_PLANNING)
    return network


def apart(
    network: IPv4Network,
    others: Mapping[str, IPv4Network],
    why: str,
    *,
    source: str = PEERINGS,
    taken: Sequence[IPv4Network] = (),
) -> IPv4Network:
    """The rule that a range overlaps none of `others`.

    others: ranges by the names of their settings. why: what an overlap would lead to. taken: further ranges
    that the suggested one must not overlap.
    """
    clashes = [f"{name}, {other}" for name, other in others.items() if network.overlaps(other)]
    if clashes:
        free = free_range(network.prefixlen, [*others.values(), *taken])
        rule = f"must not overlap {' nor '.join(clashes)}: {why}"
        raise broken(rule, source=source, right=str(free or ""))
    return network


def within(subnet: IPv4Network, name: str, space: Sequence[IPv4Network]) -> IPv4Network:
    """The rule that a subnet lies within a range of `space`, the setting `name`; empty if that is wrong."""
    if space and not any(subnet.subnet_of(range_) for range_ in space):
        roomy = next((range_ for range_ in space if range_.prefixlen <= subnet.prefixlen), space[0])
        inside = next(roomy.subnets(new_prefix=max(subnet.prefixlen, roomy.prefixlen)))
        one_of = "one of " if len(space) > 1 else ""
        rule = f"must lie within {one_of}{name}, {', '.join(map(str, space))}"
        raise broken(rule, source=VIRTUAL_NETWORKS, right=str(inside))
    return subnet


def room_for_hdinsight(subnet: IPv4Network, workers: int) -> IPv4Network:
    """The rule that a subnet has room for an HDInsight cluster with so many `workers`."""
    return _room(
        subnet,
        HDINSIGHT_BESIDE_WORKERS + workers,
        f"2 head, 3 ZooKeeper, 2 gateway and {workers} worker nodes",
        "https://learn.microsoft.com/azure/hdinsight/hdinsight-plan-virtual-network-deployment",
    )


def tight_for_hdinsight(subnet: IPv4Network, workers: int) -> str:
    """What to say of a subnet that has room for such a cluster and for hardly more; "" of any other.

    HDInsight makes more machines than stay: in the recordings of Azure SDK for .NET, LocationOperationTests
    has features OVERPROVISION_HOSTGROUP_..., and VirtualMachineOperationTests numbers of hosts with gaps.
    """
    needed = HDINSIGHT_BESIDE_WORKERS + workers + KEPT_BY_AZURE
    wanted = needed + OVERPROVISIONED
    if not needed <= subnet.num_addresses < wanted:
        return ""
    prefix = 32 - (wanted - 1).bit_length()
    return (
        f"{subnet} has room for the machines of the Kafka cluster that stay, and hardly for those that "
        f"HDInsight makes beside them and takes away again: {OVERPROVISIONED} in a recorded cluster of three "
        f"workers. Where it can't make them, the cluster may fail. A range of /{prefix} or larger has room "
        "for them"
    )


def room_for_aks(subnet: IPv4Network, nodes: int, pods_of_a_node: int) -> IPv4Network:
    """The rule that a subnet has room for AKS's nodes and, unless 0, for `pods_of_a_node` pods on each."""
    pods = f", and {pods_of_a_node} pods on each" if pods_of_a_node else ""
    more = _nodes_for_upgrades(nodes)
    return _room(
        subnet,
        (nodes + more) * (pods_of_a_node + 1),
        f"{nodes + more} nodes, {more} of them for upgrades{pods}",
        "https://learn.microsoft.com/azure/aks/azure-cni-overview",
    )


def room_for_overlay(network: IPv4Network, nodes: int) -> IPv4Network:
    """The rule that a pod range has room for an overlay, in which AKS gives each node a /24."""
    more = _nodes_for_upgrades(nodes)
    if network.num_addresses < (nodes + more) * 256:
        rule = f"must have a /24 for each of {nodes + more} nodes, {more} of them for upgrades"
        prefix = 24 - (nodes + more - 1).bit_length()
        source = "https://learn.microsoft.com/azure/aks/azure-cni-overlay"
        raise broken(rule, source=source, right=f"a range of /{prefix} or larger")
    return network


def _nodes_for_upgrades(nodes: int) -> int:
    """Surge nodes, 10 % by default: https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling."""
    return math.ceil(nodes / 10)


def _room(subnet: IPv4Network, machines: int, what: str, source: str) -> IPv4Network:
    needed = machines + KEPT_BY_AZURE
    if subnet.num_addresses < needed:
        rule = f"must have {needed} addresses, {KEPT_BY_AZURE} for Azure and {machines} for {what}"
        prefix = min(29, 32 - (needed - 1).bit_length())
        raise broken(rule, source=source, right=f"a range of /{prefix} or larger")
    return subnet


def free_range(prefix_length: int, taken: Iterable[IPv4Network]) -> IPv4Network | None:
    """A private range of `prefix_length` (8 to 32) that overlaps neither `taken` nor what AKS reserves."""
    blocked = [*taken, *TAKEN_BY_AKS]
    for space in PRIVATE:
        if space.prefixlen <= prefix_length:
            for block in space.subnets(new_prefix=max(space.prefixlen, min(16, prefix_length))):
                if not any(block.overlaps(other) for other in blocked):
                    return next(block.subnets(new_prefix=prefix_length))
    return None


def _is_ipv6(value: str) -> bool:
    try:
        return bool(IPv6Network(value, strict=False))
    except ValueError:
        return False


def _meant(value: str) -> str:
    """The range without its host bits, which is probably what was meant; empty for anything else."""
    try:
        return str(IPv4Network(value, strict=False))
    except ValueError:
        return ""
