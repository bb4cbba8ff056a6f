"""Finds a peering of which somebody else deleted one half, so that this run makes both anew."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import network

from .existing import Existing, ExistingNetwork, not_found_code
from .existing.network import HALVES, PEERING, name_of_new_network
from .network import PeeringRepair
from .settings.state import Recorded, of_type

_SIDES = ("hdinsight", "aks")


def find_repair(resource_group: str, existing: Existing, recorded: Recorded) -> PeeringRepair:
    """The halves to make anew, where new networks lie in `resource_group`; logs a warning of them.

    Azure is asked, since a refresh makes the state forget the half that is gone, and without one the state
    holds both. Nothing is asked before the first `up`.
    """
    halves = of_type(recorded, PEERING)
    states = {half: str(outputs.get("peeringState") or "") for half, outputs in halves.items()}
    if not states:
        return PeeringRepair()
    networks = (existing.hdinsight_network, existing.aks_network)
    found = {
        half: _state_of(half, resource_group, side, adopted)
        for half, side, adopted in zip(HALVES, _SIDES, networks, strict=True)
    }
    repair = repair_of(found, states)
    if repair.states:
        pulumi.log.warn(_announcement(repair, found))
    return repair


def repair_of(found: Mapping[str, str | None], recorded: Mapping[str, str]) -> PeeringRepair:
    """The halves to make anew, by what Azure says of each (None: it is gone) and what the state recorded.

    Where both are gone nothing is said: that is a resource like any other that a refresh finds missing.
    """
    alone = [half for half in HALVES if half in recorded and found[half] == "Disconnected"]
    gone = [half for half in HALVES if half in recorded and found[half] is None]
    if not alone:
        return PeeringRepair()
    wanted = {**dict.fromkeys(alone, "Initiated"), **dict.fromkeys(gone, "Connected")}
    return PeeringRepair({half: _unlike(recorded[half], state) for half, state in wanted.items()})


def _unlike(recorded: str, state: str) -> str:
    """`state`, in which Azure makes the half, or the other one where the stack's state holds that already."""
    return state if recorded != state else {"Initiated": "Connected", "Connected": "Initiated"}[state]


def _state_of(half: str, resource_group: str, side: str, adopted: ExistingNetwork | None) -> str | None:
    """A half's state in Azure; None where it is gone."""
    if adopted:
        return adopted.own_peering.state if adopted.own_peering else None
    try:
        return network.get_virtual_network_peering(
            resource_group_name=resource_group,
            virtual_network_name=name_of_new_network(side),
            virtual_network_peering_name=half,
        ).peering_state
    except Exception as error:  # Pulumi raises nothing more specific
        if not_found_code(error) is None:
            raise
        return None


def _announcement(repair: PeeringRepair, found: Mapping[str, str | None]) -> str:
    alone = " and ".join(half for half in repair.states if found[half])
    gone = " and ".join(half for half in HALVES if not found[half])
    return (
        f"A half of the peering was deleted{f', {gone},' if gone else ''} and no pod reaches a broker. Its "
        f"other half, {alone}, is Disconnected until it is made anew: this run makes both."
    )
