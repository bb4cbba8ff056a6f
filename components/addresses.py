"""Rules for address ranges: which are private, which are taken, which are large enough.

Every rule is a function that returns the range, or raises the error of `mistakes.broken`.
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network

from .mistakes import broken

PRIVATE = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
)
"""RFC 1918, and the shared space of RFC 6598."""

TAKEN_BY_AKS = (
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.30.0.0/16"),
    IPv4Network("172.31.0.0/16"),
    IPv4Network("192.0.2.0/24"),
)
"""Ranges that neither AKS's network nor its pods or services may use."""

KEPT_BY_AZURE = 5
"""Addresses of every subnet that Azure keeps: the first four and the last."""

AKS_PLANNING = "https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"
VIRTUAL_NETWORKS = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"


def parse(value: object) -> IPv4Network:
    """A range in CIDR notation, without host bits."""
    try:
        return IPv4Network(str(value))
    except ValueError as error:
        raise broken(f"must be a range in CIDR notation: {error}", right=_meant(str(value))) from error


def private(network: IPv4Network) -> IPv4Network:
    """A range of private address space, of a size that Azure takes for a virtual network."""
    if not any(network.subnet_of(space) for space in PRIVATE):
        spaces = ", ".join(map(str, PRIVATE))
        raise broken(
            f"must lie within private address space: {spaces}",
            source="RFC 1918, RFC 6598",
            right="10.10.0.0/16",
        )
    if network.prefixlen > 29:
        raise broken(
            "must be /29 or larger", source=VIRTUAL_NETWORKS, right=str(network.supernet(new_prefix=29))
        )
    return network


def free_for_aks(network: IPv4Network) -> IPv4Network:
    """A range that AKS has not taken for itself."""
    for taken in TAKEN_BY_AKS:
        if network.overlaps(taken):
            raise broken(
                f"must not overlap {taken}, which AKS keeps", source=AKS_PLANNING, right="10.20.0.0/16"
            )
    return network


def apart(network: IPv4Network, others: Mapping[str, IPv4Network], *, source: str) -> IPv4Network:
    """A range that overlaps none of `others`, settings by name."""
    clashes = [f"{name}, {other}" for name, other in others.items() if network.overlaps(other)]
    if clashes:
        free = free_range(network.prefixlen, others.values())
        raise broken(
            f"must not overlap {' nor '.join(clashes)}", source=source, right=str(free) if free else ""
        )
    return network


def large_enough(subnet: IPv4Network, machines: int, what: str, *, source: str) -> IPv4Network:
    """A subnet with an address for each of `machines`; `what` says what they are."""
    if subnet.num_addresses - KEPT_BY_AZURE < machines:
        needed = machines + KEPT_BY_AZURE
        prefix = min(29, 32 - (needed - 1).bit_length())
        raise broken(
            f"must have {needed} addresses, {KEPT_BY_AZURE} for Azure and {machines} for {what}",
            source=source,
            right=f"a range of /{prefix} or larger",
        )
    return subnet


def free_range(prefix_length: int, taken: Iterable[IPv4Network]) -> IPv4Network | None:
    """A range of 10.0.0.0/8 with that `prefix_length` (8 to 32) that overlaps none of `taken`."""
    blocked = list(taken)
    blocks = IPv4Network("10.0.0.0/8").subnets(new_prefix=max(8, min(16, prefix_length)))
    block = next((block for block in blocks if not any(block.overlaps(other) for other in blocked)), None)
    return block and next(block.subnets(new_prefix=max(8, prefix_length)))


def _meant(value: str) -> str:
    """The range that was probably meant: host bits are the usual slip."""
    try:
        return str(IPv4Network(value, strict=False))
    except ValueError:
        return "10.10.0.0/16"
