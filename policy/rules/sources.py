"""Classifies sources of security rules, ranges or service tags: everybody, outside or inside."""

from ipaddress import IPv4Network, IPv6Network, ip_network

EVERYBODY = frozenset({"*", "any", "internet"})
INSIDE = frozenset({"virtualnetwork", "azureloadbalancer"})
"""Service tags that mean the network itself: https://learn.microsoft.com/azure/virtual-network/service-tags-overview"""
PRIVATE = tuple(
    ip_network(space)
    for space in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7")
)
"""RFC 1918, RFC 6598, loopback, RFC 4193. Python's `is_private` includes ranges for documentation, too."""
LONGEST_PREFIX = {4: 7, 6: 15}
"""Longest prefix, by IP version, of a range that counts as everybody: halves of the Internet are as open."""


def is_world(source: object) -> bool:
    """Whether a range or service tag means everybody."""
    if isinstance(source, str) and source.lower() in EVERYBODY:
        return True
    network = _network(source)
    return network is not None and network.prefixlen <= LONGEST_PREFIX[network.version]


def is_outside(source: object) -> bool:
    """Whether a range or service tag holds addresses outside the networks, such as Azure's services."""
    if not isinstance(source, str) or source.lower() in INSIDE:
        return False
    network = _network(source)
    return network is None or not any(
        network.version == space.version and network[0] in space and network[-1] in space for space in PRIVATE
    )


def _network(source: object) -> IPv4Network | IPv6Network | None:
    """The range, if it is one."""
    try:
        return ip_network(str(source), strict=False)
    except ValueError:
        return None
