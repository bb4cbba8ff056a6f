"""Address ranges and addresses in virtual networks."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from emulator.azure.resource_manager.refusals import NotModelled, Refused

RESERVED_FIRST = 4
"""Azure reserves a subnet's first four addresses (network, router, two for DNS) and the last one."""

# Ranges that a virtual network can't have: "Azure Virtual Network frequently asked questions".
_UNUSABLE = tuple(
    IPv4Network(text) for text in ("224.0.0.0/4", "255.255.255.255/32", "127.0.0.0/8", "169.254.0.0/16")
)


def parse_prefix(text: str, where: str) -> IPv4Network:
    """Parses a range in CIDR notation. `where` names its place in messages.

    Raises Refused when it is invalid, has host bits, or is reserved; NotModelled for IPv6.
    """
    if ":" in text:
        raise NotModelled(f"IPv6 ranges ({where}: {text})")
    try:
        network = IPv4Network(text, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        message = f"The address prefix {text} in {where} is formatted incorrectly: {error}."
        raise Refused(400, "InvalidAddressPrefixFormat", message) from error
    if "/" not in text or str(network) != text:
        message = (
            f"The address prefix {text} in {where} has an invalid CIDR notation; it should be {network}."
        )
        raise Refused(400, "InvalidCIDRNotation", message)
    unusable = [reserved for reserved in _UNUSABLE if network.overlaps(reserved)]
    if unusable:
        message = f"The address prefix {text} in {where} overlaps {unusable[0]}, which Azure reserves."
        raise Refused(400, "AddressPrefixReserved", message)
    return network


def find_overlap(
    ranges: Iterable[IPv4Network], others: Iterable[IPv4Network] | None = None
) -> tuple[IPv4Network, IPv4Network] | None:
    """Returns two ranges that overlap, or None: both in `ranges`, or with `others` one in each."""
    pairs = itertools.combinations(ranges, 2) if others is None else itertools.product(ranges, list(others))
    return next(((one, other) for one, other in pairs if one.overlaps(other)), None)


def usable_count(subnet: IPv4Network) -> int:
    """How many addresses of a subnet Azure can assign."""
    return subnet.num_addresses - RESERVED_FIRST - 1


def reserved(subnet: IPv4Network) -> list[IPv4Address]:
    """The addresses of a subnet that Azure reserves."""
    return [*(subnet[index] for index in range(RESERVED_FIRST)), subnet.broadcast_address]


def free_addresses(
    subnet: IPv4Network, taken: Sequence[str], *, from_the_end: bool = False
) -> Iterator[IPv4Address]:
    """Yields the addresses of a subnet that are not in `taken`, in ascending or descending order."""
    occupied = {IPv4Address(address) for address in taken}
    indices = range(RESERVED_FIRST, subnet.num_addresses - 1)
    ordered = reversed(indices) if from_the_end else indices
    return (subnet[index] for index in ordered if subnet[index] not in occupied)
