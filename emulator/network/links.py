"""Bridges, virtual Ethernet pairs, addresses and routes in the network namespaces of a world.

A virtual network is a namespace whose bridge is the switch of its nodes and their router. All networks are
connected to one more bridge, the backbone, in the namespace of the world's init. A network routes only within
itself unless a route is added, and drops packets from sources to which it has no route: with one half of a
peering missing, no traffic passes in either direction, as in Azure.

A node with an inner network has such a bridge, too, and routes between both networks.
"""

import ipaddress
import socket
from collections.abc import Mapping
from pathlib import Path

from pyroute2 import IPRoute

from emulator.network import kernel
from emulator.network.kernel import Namespace
from emulator.network.specification import InnerNetwork
from emulator.network.translation import hide, masquerade, show

_BRIDGE = "router"
_BACKBONE = "backbone"
# Link-local: Azure allows no virtual network to use this range.
_BACKBONE_ADDRESSES = ipaddress.IPv4Network("169.254.0.0/16")
_NODE_LINK = "eth0"
_ROUTER_HARDWARE_ADDRESS = "02:ff:00:00:00:01"
_NOWHERE = "0.0.0.0/0"


def set_up_backbone() -> None:
    """Sets up the backbone bridge, in the network namespace of the world's init."""
    with IPRoute() as route:
        _raise_link(route, "lo")
        route.link("add", ifname=_BACKBONE, kind="bridge", state="up")


def set_up_network(number: int, backbone: int) -> None:
    """Makes the namespace this process is in a virtual network.

    `number` identifies the network in its world; `backbone` is a descriptor of the backbone's namespace, in
    which this process is afterwards.
    """
    _set_sysctls(
        {
            "ipv4/ip_forward": "1",
            "ipv4/conf/all/send_redirects": "0",
            "ipv4/conf/default/send_redirects": "0",
            "ipv4/conf/all/rp_filter": "1",
            "ipv4/conf/default/rp_filter": "1",
        }
    )
    far_end = f"network{number}"
    with IPRoute() as route:
        _raise_link(route, "lo")
        # A bridge without an address of its own takes a port's, which nodes cache when the port is gone.
        route.link("add", ifname=_BRIDGE, kind="bridge", address=_ROUTER_HARDWARE_ADDRESS, state="up")
        route.link(
            "add", ifname=_BACKBONE, kind="veth", peer={"ifname": far_end, "net_ns_fd": backbone}, state="up"
        )
        route.addr(
            "add",
            index=_index(route, _BACKBONE),
            address=_backbone_address(number),
            prefixlen=_BACKBONE_ADDRESSES.prefixlen,
        )
        route.route("add", dst=_NOWHERE, type="blackhole", family=socket.AF_INET)
    kernel.enter(backbone, Namespace.NETWORK)
    with IPRoute() as route:
        route.link("set", index=_index(route, far_end), master=_index(route, _BACKBONE), state="up")


def remove_network(number: int) -> None:
    """Removes the network's link from the backbone. Called in the backbone's namespace.

    The kernel would remove it, too, some time after the last use of the network's namespace.
    """
    with IPRoute() as route:
        route.link("del", index=_index(route, f"network{number}"))


def add_route(prefix: str, peer: int) -> None:
    """Routes `prefix` to the network numbered `peer`. Called in a network's namespace."""
    with IPRoute() as route:
        route.route("replace", dst=prefix, gateway=_backbone_address(peer))


def remove_route(prefix: str) -> None:
    """Removes the route for `prefix`. Called in a network's namespace."""
    with IPRoute() as route:
        route.route("del", dst=prefix)


def attach_node(number: int, address: str, prefix_length: int, network: int) -> None:
    """Links the namespace this process is in to a bridge, as the node numbered `number`.

    `network` is a descriptor of the bridge's namespace: that of a virtual network, or of the node which this
    one lies behind. This process is in that namespace afterwards.
    """
    _set_sysctls({})
    subnet = ipaddress.IPv4Interface(f"{address}/{prefix_length}").network
    router = str(subnet[1])
    with IPRoute() as route:
        _raise_link(route, "lo")
        far_end = _far_end(number)
        route.link(
            "add",
            ifname=_NODE_LINK,
            kind="veth",
            address=_hardware_address(address),
            peer={"ifname": far_end, "net_ns_fd": network},
            state="up",
        )
        route.addr("add", index=_index(route, _NODE_LINK), address=address, prefixlen=prefix_length)
        route.route("add", dst=_NOWHERE, gateway=router)
    kernel.enter(network, Namespace.NETWORK)
    with IPRoute() as route:
        bridge = _index(route, _BRIDGE)
        route.addr("replace", index=bridge, address=router, prefixlen=prefix_length)
        route.link("set", index=_index(route, far_end), master=bridge, state="up")


def set_up_inner_network(inner: InnerNetwork, address: str) -> None:
    """Makes an attached node the router of its inner network. Called in the node's namespace.

    `address` is the node's own, which it uses in both networks.
    """
    _set_sysctls({"ipv4/ip_forward": "1", "ipv4/conf/all/send_redirects": "0"})
    part = ipaddress.IPv4Network(inner.part)
    with IPRoute() as route:
        route.link("add", ifname=_BRIDGE, kind="bridge", address=_ROUTER_HARDWARE_ADDRESS, state="up")
        bridge = _index(route, _BRIDGE)
        route.addr("add", index=bridge, address=str(part[1]), prefixlen=part.prefixlen)
        # With the kernel's own route the node would send from the router's address.
        route.route("replace", dst=inner.part, oif=bridge, scope="link", proto="kernel", prefsrc=address)
        for other, node in inner.others.items():
            route.route("add", dst=other, gateway=node)
    masquerade(inner.range)


def hide_node(address: str, seen_as: str) -> None:
    """Translates the source of what a node sends to peered networks to `seen_as`.

    Called in a network's namespace.
    """
    hide(address, seen_as, _BACKBONE)


def detach_node(number: int, hidden: str | None) -> None:
    """Removes the node's link. Called in the namespace of the bridge that it is attached to.

    `hidden` is the node's address if `hide_node` was called for it.
    """
    if hidden is not None:
        show(hidden)
    with IPRoute() as route:
        route.link("del", index=_index(route, _far_end(number)))


def _far_end(node: int) -> str:
    return f"node{node}"


def _backbone_address(network: int) -> str:
    return str(_BACKBONE_ADDRESSES[network + 1])


def _hardware_address(address: str) -> str:
    """The hardware address of an IP address: neighbours' caches stay valid when a node takes it over."""
    return ":".join(f"{byte:02x}" for byte in (0x02, 0x00, *ipaddress.IPv4Address(address).packed))


def _index(route: IPRoute, name: str) -> int:
    (index,) = route.link_lookup(ifname=name)
    return index


def _raise_link(route: IPRoute, name: str) -> None:
    route.link("set", index=_index(route, name), state="up")


def _set_sysctls(settings: Mapping[str, str]) -> None:
    """Writes settings of the namespace this process is in, below /proc/sys/net, and disables IPv6."""
    for name, value in settings.items():
        Path("/proc/sys/net", name).write_text(value)
    without_ipv6 = Path("/proc/sys/net/ipv6/conf/all/disable_ipv6")
    if without_ipv6.exists():
        without_ipv6.write_text("1")
