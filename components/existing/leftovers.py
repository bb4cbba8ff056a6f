"""Halves of a peering between the two networks that were left over: in the way of a new one, or of no use.

Azure makes no second peering from one network to another, nor the other half of one that is Disconnected:
https://learn.microsoft.com/azure/virtual-network/virtual-network-troubleshoot-peering-issues
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..settings import Settings
from ..settings.validation.mistakes import Mistake
from ..settings.values.addresses import PEERINGS
from .model import Existing
from .network import HALVES, ExistingNetwork, ExistingPeering, name_in, name_of_new_network

_CONNECTED = "Connected"
_TROUBLE = "https://learn.microsoft.com/azure/virtual-network/virtual-network-troubleshoot-peering-issues"


@dataclass(frozen=True)
class Half:
    """A half that leads from an existing network to the other one, new or existing."""

    network: ExistingNetwork
    remote_id: str
    peering: ExistingPeering
    own: bool
    """Named as this stack names its own."""


def halves_between(
    settings: Settings, existing: Existing, subscription: str, known: Collection[str]
) -> list[Half]:
    """All halves between the two networks, apart from this stack's own: those that its state knows.

    subscription: that of a network that this stack makes. known: the names of its resources for halves.
    """
    group = existing.group or settings.resource_group
    folder = (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks"
    )
    sides = {"hdinsight": existing.hdinsight_network, "aks": existing.aks_network}
    ids = {
        side: network.id if network else f"{folder}/{name_of_new_network(side)}"
        for side, network in sides.items()
    }
    found = []
    for half, network, remote in zip(HALVES, sides.values(), reversed(ids.values()), strict=True):
        if network is None:
            continue
        own = [network.own_peering] if network.own_peering and half not in known else []
        found += [
            Half(network, peering.remote_id, peering, peering in own)
            for peering in [*network.peerings, *own]
            if peering in own or peering.remote_id.lower() == remote.lower()
        ]
    return found


def in_the_way(halves: Collection[Half]) -> Iterator[Mistake]:
    """The mistake of making a peering where there is one already, or halves of one."""
    if whole := [half for half in halves if not half.own and half.peering.state == _CONNECTED]:
        one = whole[0]
        there = name_in(one.remote_id, "virtualNetworks")
        rule = f"must be false: {one.network.name} and {there} are peered already ({one.peering.name})"
        yield Mistake("peering", True, rule, PEERINGS, "false")
        return
    for half in halves:
        why = "has the name of this stack's own and was not made by it" if half.own else "was left over"
        rule = (
            f"can't be true as long as {half.network.name} has {half.peering.name}, a half of a peering to "
            f"{name_in(half.remote_id, 'virtualNetworks')} in state {half.peering.state}, which {why}"
        )
        yield Mistake("peering", True, rule, _TROUBLE, _delete(half))


def of_no_use(halves: Collection[Half]) -> Iterator[str]:
    """Warnings, where this stack makes no peering, of halves that let no packet through."""
    for half in halves:
        if half.peering.state == _CONNECTED:
            continue
        what_to_do = f"delete it, and set peering to true:\n{_delete(half)}"
        if half.peering.state == "Initiated":
            what_to_do = f"make the other half:\n{_other_half(half)}"
        there = name_in(half.remote_id, "virtualNetworks")
        yield (
            f"peering is false, and {half.network.name} has but a half of a peering to {there}: "
            f"{half.peering.name}, in state {half.peering.state}, which no packet takes. Unless the "
            f"networks are connected in another way, {what_to_do}"
        )


def _delete(half: Half) -> str:
    return f"az network vnet peering delete --ids {half.peering.id}"


def _other_half(half: Half) -> str:
    place = {
        option: name_in(half.remote_id, collection)
        for option, collection in (
            ("subscription", "subscriptions"),
            ("resource-group", "resourceGroups"),
            ("vnet-name", "virtualNetworks"),
        )
    }
    options = " ".join(f"--{option} {value}" for option, value in place.items())
    return (
        f"az network vnet peering create --name {half.peering.name} {options} "
        f"--remote-vnet {half.network.id} --allow-vnet-access"
    )
