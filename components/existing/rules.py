"""Whether address ranges of ours go together with what exists."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from ..addresses import AKS_PLANNING, PEERINGS, free_range
from ..mistakes import Mistake
from .aks import ExistingAks
from .network import name_of_our_peering


def clashes(hdinsight: IPv4Network, aks: ExistingAks) -> list[Mistake]:
    """What HDInsight's address space overlaps that AKS's pods see at these addresses instead."""
    taken = list(_taken(aks))
    return [
        Mistake(
            "hdinsightAddressSpace",
            str(hdinsight),
            f"must not overlap {what} of AKS cluster {aks.named}, {used}",
            source,
            str(free_range(hdinsight.prefixlen, [range_ for _, range_, _ in taken]) or ""),
        )
        for what, used, source in taken
        if hdinsight.overlaps(used)
    ]


def _taken(aks: ExistingAks) -> Iterator[tuple[str, IPv4Network, str]]:
    """Ranges in use, each with what it is and where the rule comes from."""
    for space in aks.network.address_space:
        yield f"the network {aks.network.name}", space, PEERINGS
    for services in aks.service_ranges:
        yield "the Services", services, AKS_PLANNING
    for pods in aks.pod_ranges:
        yield "the pods", pods, AKS_PLANNING
    ours = name_of_our_peering()
    for name, spaces in aks.network.peers.items():
        if name != ours:
            yield from ((f"a network that is peered already ({name})", space, PEERINGS) for space in spaces)
