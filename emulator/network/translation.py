"""Network address translation by the kernel's nf_tables, without its command line.

https://wiki.nftables.org/wiki-nftables/index.php/Performing_Network_Address_Translation_(NAT)
"""

import errno
import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

# The offsets of the addresses in an IPv4 header.
_SOURCE, _DESTINATION = 12, 16
_ADDRESS_LENGTH = 4

# NFT_META_OIFNAME, the name of the link by which a packet leaves, and the length of such a name (IFNAMSIZ).
_LINK_KEY, _LINK_LENGTH = 7, 16
_SOURCE_NAT = 0

_TABLE, _CHAIN = "overlay", "postrouting"


def masquerade(prefix: str) -> None:
    """Gives packets that leave `prefix` the source address of the link by which they leave.

    Holds in the network namespace this process is in. Raises OSError if the kernel can't translate addresses.
    """
    inner = ipaddress.IPv4Network(prefix)
    leaving = (_address_in(inner, _SOURCE, _EQUAL), _address_in(inner, _DESTINATION, _NOT_EQUAL), masq())
    with _tables() as tables:
        _translate(tables, _CHAIN, leaving)


def hide(address: str, behind: str, link: str) -> None:
    """Gives packets from `address` that leave by `link` the source address `behind`, until `show`.

    Holds in the network namespace this process is in. Raises OSError if the kernel can't translate addresses.
    """
    alone = ipaddress.IPv4Network(address)
    seen_as = ipaddress.IPv4Address(behind).packed
    leaving = (_address_in(alone, _SOURCE, _EQUAL), _leaves_by(link), _takes(seen_as))
    with _tables() as tables:
        _translate(tables, _chain_of(address), leaving)


def show(address: str) -> None:
    """Undoes `hide`; to be called before another node gets the address."""
    with _tables() as tables:
        tables.chain("del", table=_TABLE, name=_chain_of(address))


def _chain_of(address: str) -> str:
    return f"from-{address}"


def _translate(tables: NFTables, chain: str, rule: Sequence[list[dict[str, Any]]]) -> None:
    tables.table("add", name=_TABLE)
    tables.chain(
        "add",
        table=_TABLE,
        name=chain,
        type="nat",
        hook="postrouting",
        priority=_SOURCE_NAT_PRIORITY,
        policy=_ACCEPT,
    )
    tables.rule("add", table=_TABLE, chain=chain, expressions=rule)


@contextmanager
def _tables() -> Iterator[NFTables]:
    try:
        with NFTables(nfgen_family=_IPV4) as tables:
            yield tables
    except (NetlinkError, OSError) as error:
        reason = (
            f"the kernel doesn't translate addresses, which takes CONFIG_NFT_NAT and CONFIG_NFT_MASQ: {error}"
        )
        raise OSError(errno.EOPNOTSUPP, reason) from error


def _address_in(network: ipaddress.IPv4Network, place: int, comparison: int) -> list[dict[str, Any]]:
    """Expressions that match if the address at offset `place` is in `network`, or is not.

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


def _leaves_by(link: str) -> list[dict[str, Any]]:
    """Expressions that match if the packet leaves by that link."""
    name = link.encode().ljust(_LINK_LENGTH, bytes(1))
    return [
        genex("meta", {"dreg": _REGISTER, "key": _LINK_KEY}),
        genex("cmp", {"sreg": _REGISTER, "op": _EQUAL, "data": _data(name)}),
    ]


def _takes(source: bytes) -> list[dict[str, Any]]:
    """Expressions that give the packet another source address."""
    return [
        genex("immediate", {"dreg": _REGISTER, "data": _data(source)}),
        genex("nat", {"type": _SOURCE_NAT, "family": _IPV4, "reg_addr_min": _REGISTER}),
    ]


def _data(value: bytes) -> dict[str, Any]:
    return {"attrs": [("NFTA_DATA_VALUE", value)]}
