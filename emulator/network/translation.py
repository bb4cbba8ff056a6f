"""Network address translation by the kernel's nf_tables, without its command line.

https://wiki.nftables.org/wiki-nftables/index.php/Performing_Network_Address_Translation_(NAT)
"""

import errno
import ipaddress
from typing import Any

from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.nftables.expressions import genex, masq
from pyroute2.nftables.main import NFTables

# From linux/netfilter/nf_tables.h, linux/netfilter.h and linux/netfilter_ipv4.h.
_IPV4 = 2
_ACCEPT = 1
_SOURCE_NAT_PRIORITY = 100
_NETWORK_HEADER = 1
_REGISTER = 1
_EQUAL, _NOT_EQUAL = 0, 1

# Where addresses stand in an IPv4 header.
_SOURCE, _DESTINATION = 12, 16
_ADDRESS_LENGTH = 4

_TABLE, _CHAIN = "overlay", "postrouting"


def masquerade(prefix: str) -> None:
    """What comes from `prefix` and leaves it takes the address of the link by which it leaves.

    Goes for what the namespace this process is in routes. Raises OSError where the kernel has no such
    translation.
    """
    inner = ipaddress.IPv4Network(prefix)
    leaving = (_address_in(inner, _SOURCE, _EQUAL), _address_in(inner, _DESTINATION, _NOT_EQUAL), masq())
    try:
        with NFTables(nfgen_family=_IPV4) as tables:
            tables.table("add", name=_TABLE)
            tables.chain(
                "add",
                table=_TABLE,
                name=_CHAIN,
                type="nat",
                hook="postrouting",
                priority=_SOURCE_NAT_PRIORITY,
                policy=_ACCEPT,
            )
            tables.rule("add", table=_TABLE, chain=_CHAIN, expressions=leaving)
    except (NetlinkError, OSError) as error:
        reason = (
            f"the kernel doesn't translate addresses, which takes CONFIG_NFT_NAT and CONFIG_NFT_MASQ: {error}"
        )
        raise OSError(errno.EOPNOTSUPP, reason) from error


def _address_in(network: ipaddress.IPv4Network, place: int, comparison: int) -> list[dict[str, Any]]:
    """Expressions that go on with the rule if the address at `place` is in `network`, or is not.

    pyroute2's own `ipv4addr` takes a wrong mask where its length is no multiple of eight.
    """
    mask, nothing = network.netmask.packed, bytes(_ADDRESS_LENGTH)
    load = {"dreg": _REGISTER, "base": _NETWORK_HEADER, "offset": place, "len": _ADDRESS_LENGTH}
    cut = {"sreg": _REGISTER, "dreg": _REGISTER, "len": _ADDRESS_LENGTH}
    return [
        genex("payload", load),
        genex("bitwise", {**cut, "mask": _data(mask), "xor": _data(nothing)}),
        genex("cmp", {"sreg": _REGISTER, "op": comparison, "data": _data(network.network_address.packed)}),
    ]


def _data(value: bytes) -> dict[str, Any]:
    return {"attrs": [("NFTA_DATA_VALUE", value)]}
