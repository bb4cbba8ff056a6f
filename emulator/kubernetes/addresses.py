"""Addresses out of the cluster's subnet, as Azure CNI hands them out."""

import ipaddress
from collections.abc import Collection

# Network, gateway and two for DNS; the broadcast address at the end is reserved too.
# https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
_RESERVED_AT_THE_START = 4


class NoAddressLeft(Exception):
    """Every address of the subnet is taken."""


def next_address(prefix: str, taken: Collection[str], after: str | None) -> str:
    """The first free address of subnet `prefix` behind `after`, going round.

    An address is not given away again at once: neighbours would still send to its last owner.
    Raises NoAddressLeft.
    """
    network = ipaddress.IPv4Network(prefix)
    first = int(network.network_address) + _RESERVED_AT_THE_START
    count = network.num_addresses - _RESERVED_AT_THE_START - 1
    start = int(ipaddress.IPv4Address(after)) - first + 1 if after else 0
    for step in range(max(0, count)):
        address = str(ipaddress.IPv4Address(first + (start + step) % count))
        if address not in taken:
            return address
    raise NoAddressLeft(f"no address is left in subnet {prefix}")
