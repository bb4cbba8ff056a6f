"""Pools of pod addresses, as Azure CNI assigns them."""

import ipaddress
import threading
from collections.abc import Collection

# Network, gateway and two for DNS; the broadcast address at the end is reserved too.
# https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
_RESERVED_AT_THE_START = 4


class NoAddressLeft(Exception):
    """Every address of the range is taken."""


class AddressPool:
    """Hands out the addresses of one range. Thread-safe."""

    def __init__(self, prefix: str, taken: Collection[str] = ()) -> None:
        """`taken`: addresses that are never handed out."""
        self.prefix = ipaddress.IPv4Network(prefix)
        self._taken = set(taken)
        self._latest: str | None = None
        self._lock = threading.Lock()

    def lease(self) -> str:
        """A free address. Raises NoAddressLeft."""
        with self._lock:
            self._latest = next_address(str(self.prefix), self._taken, self._latest)
            self._taken.add(self._latest)
            return self._latest

    def release(self, address: str) -> None:
        """Takes an address back."""
        with self._lock:
            self._taken.discard(address)


def next_address(prefix: str, taken: Collection[str], after: str | None) -> str:
    """The first free address of `prefix` after `after`, starting over at the end. Raises NoAddressLeft.

    So a released address is not reused at once, while neighbours still send to its last owner.
    """
    network = ipaddress.IPv4Network(prefix)
    first = int(network.network_address) + _RESERVED_AT_THE_START
    count = network.num_addresses - _RESERVED_AT_THE_START - 1
    start = int(ipaddress.IPv4Address(after)) - first + 1 if after else 0
    for step in range(max(0, count)):
        address = str(ipaddress.IPv4Address(first + (start + step) % count))
        if address not in taken:
            return address
    raise NoAddressLeft(f"no address is left in {prefix}")
