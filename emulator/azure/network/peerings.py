"""Microsoft.Network/virtualNetworks/virtualNetworkPeerings."""

from collections.abc import Callable, Sequence
from typing import Any

from emulator.azure.network import tokens
from emulator.azure.network.addressing import find_overlap
from emulator.azure.network.networks import VirtualNetwork, address_space
from emulator.azure.network.occupancy import peerings_of
from emulator.azure.resource_manager import arm, naming
from emulator.azure.resource_manager.cloud import Cloud
from emulator.azure.resource_manager.record import Record
from emulator.azure.resource_manager.references import require_reference
from emulator.azure.resource_manager.refusals import Refused
from emulator.azure.resource_manager.resource_type import ResourceType, new_etag, new_guid

STATE_FACT = "peering"
SYNCED_PREFIXES_FACT = "known"
"""The ranges of the remote network that a peering routes to: those at the last sync."""

# `peeringSyncLevel` by whether this half, and the other one, has the present ranges of its remote network.
_SYNC_LEVELS = {
    (True, True): "FullyInSync",
    (True, False): "RemoteNotInSync",
    (False, True): "LocalNotInSync",
    (False, False): "LocalAndRemoteNotInSync",
}


class VirtualNetworkPeering(ResourceType):
    """One half of a peering. Packets flow once both halves exist; both are Connected then.

    They flow to the ranges that the remote network had at the last PUT with `syncRemoteAddressSpace`. A
    `remoteAddressSpace` in a PUT is ignored.
    """

    token = tokens.PEERING
    kind = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"
    path = (
        "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
        "/providers/Microsoft.Network/virtualNetworks/{virtualNetworkName}"
        "/virtualNetworkPeerings/{virtualNetworkPeeringName}"
    )
    autonaming = "copy"
    located = False
    modelled = frozenset(
        {
            "allowForwardedTraffic",
            "allowVirtualNetworkAccess",
            "name",
            # Accepted and ignored: exported templates contain these two, but Azure sets them itself.
            "peeringState",
            "peeringSyncLevel",
            "remoteAddressSpace.addressPrefixes",
            "remoteVirtualNetwork.id",
            "syncRemoteAddressSpace",
        }
    )

    def __init__(self, check_reachable: Callable[[Cloud, Record, Record], None]) -> None:
        """`check_reachable` raises NotModelled when pods in the first network couldn't reach the second."""
        self._check_reachable = check_reachable

    def check(self, cloud: Cloud, resource_id: str, inputs: dict[str, Any], existing: Record | None) -> None:
        """Raises Refused for networks that are missing, being changed, or overlap each other or a peer."""
        naming.PEERING.require(arm.name(resource_id))
        network = cloud.require(VirtualNetwork.kind, arm.parent(resource_id))
        remote_id = (inputs.get("remoteVirtualNetwork") or {}).get("id")
        if not remote_id:
            message = f"Peering '{arm.name(resource_id)}' has no remote virtual network."
            raise Refused(400, "InvalidRequestFormat", message)
        if inputs.get("syncRemoteAddressSpace") not in (None, "true"):
            message = f"syncRemoteAddressSpace of peering '{arm.name(resource_id)}' can only be 'true'."
            raise Refused(400, "InvalidRequestFormat", message)
        if arm.same(remote_id, network.id):
            raise Refused(400, "VnetCannotBePeeredWithItself", f"{network.id} cannot be peered with itself.")
        remote = require_reference(cloud, VirtualNetwork.kind, remote_id, resource_id)
        if cloud.is_being_written(remote.id):
            message = f"Cannot proceed with operation because resource {remote.id} is not in Succeeded state."
            raise Refused(429, "ReferencedResourceNotProvisioned", message)
        if existing is not None and not arm.same(_remote_id(existing), remote.id):
            message = f"The remote virtual network of peering {resource_id} cannot be changed."
            raise Refused(400, "RemoteVnetOfPeeringCannotBeChanged", message)
        _check_pair(cloud, resource_id, network, remote)
        self._check_reachable(cloud, network, remote)
        self._check_reachable(cloud, remote, network)

    def choose_facts(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """Chooses the GUID, which both halves share, and records the remote network's ranges."""
        reverse = _reverse(cloud, record)
        return {
            "guid": reverse.facts["guid"] if reverse else new_guid(),
            "etag": new_etag(),
            SYNCED_PREFIXES_FACT: _prefixes(cloud, _remote_id(record)),
        }

    def provision(self, cloud: Cloud, record: Record, previous: Record | None) -> None:
        """Sets the state, Initiated with one half and Connected with both, and the routes."""
        if record.inputs.get("syncRemoteAddressSpace") or record.facts.get(STATE_FACT) != "Connected":
            record.facts[SYNCED_PREFIXES_FACT] = _prefixes(cloud, _remote_id(record))
        reverse = _reverse(cloud, record)
        state = "Initiated" if reverse is None else "Connected"
        for half in (record, reverse):
            if half is not None:
                half.facts[STATE_FACT] = state
                cloud.save(half)
        _route(cloud, arm.parent(record.id))
        _route(cloud, _remote_id(record))

    def describe(self, cloud: Cloud, record: Record) -> dict[str, Any]:
        """The half, with its state and sync level.

        azure-native declares `peeringState` as an input, too, so a refresh shows drift once the other half
        exists.
        """
        known = record.facts.get(SYNCED_PREFIXES_FACT, [])
        return {
            "allowForwardedTraffic": record.inputs.get("allowForwardedTraffic", False),
            "allowGatewayTransit": False,
            "allowVirtualNetworkAccess": record.inputs.get("allowVirtualNetworkAccess", True),
            "doNotVerifyRemoteGateways": False,
            "etag": record.facts["etag"],
            "peerCompleteVnets": True,
            "peeringState": record.facts.get(STATE_FACT, "Initiated"),
            "peeringSyncLevel": _sync_level(cloud, record),
            "provisioningState": record.state,
            "remoteAddressSpace": _space(known),
            "remoteVirtualNetwork": {"id": _remote_id(record)},
            "remoteVirtualNetworkAddressSpace": _space(_prefixes(cloud, _remote_id(record)) or known),
            "resourceGuid": record.facts["guid"],
            "useRemoteGateways": False,
        }

    def remove(self, cloud: Cloud, record: Record) -> None:
        """Removes the routes. The other half is Disconnected then, as in Azure, and must be created again."""
        reverse = _reverse(cloud, record)
        record.facts[STATE_FACT] = "Disconnected"
        cloud.save(record)
        if reverse is not None:
            reverse.facts[STATE_FACT] = "Disconnected"
            cloud.save(reverse)
        _route(cloud, arm.parent(record.id))
        _route(cloud, _remote_id(record))

    def revive(self, cloud: Cloud, record: Record) -> None:
        """Sets the routes of its network again."""
        _route(cloud, arm.parent(record.id))

    def write_locks(self, resource_id: str) -> list[str]:
        """The peering and its network: Azure changes one subnet or peering of a network at a time."""
        return [resource_id, arm.parent(resource_id)]


def _check_pair(cloud: Cloud, resource_id: str, network: Record, remote: Record) -> None:
    name = arm.name(resource_id)
    space = address_space(network.inputs, network.name)
    remote_space = address_space(remote.inputs, remote.name)
    pair = find_overlap(space, remote_space)
    if pair:
        message = (
            f"Cannot create or update peering {name}. Virtual networks {network.id} and {remote.id} cannot "
            f"be peered because their address spaces overlap. Overlapping address prefixes: {pair[0]}, "
            f"{pair[1]}."
        )
        raise Refused(400, "VnetAddressSpacesOverlap", message)
    for other in peerings_of(cloud, network.id):
        if arm.same(other.id, resource_id):
            continue
        if arm.same(_remote_id(other), remote.id):
            message = f"Peering {other.id} already references remote virtual network {remote.id}."
            raise Refused(400, "AnotherPeeringAlreadyReferencesRemoteVnet", message)
        peer = cloud.find(_remote_id(other))
        pair = find_overlap(remote_space, address_space(peer.inputs, peer.name)) if peer else None
        if pair:
            message = (
                f"Cannot create or update peering {name}. Address space of {remote.id} ({pair[0]}) overlaps "
                f"with that of {_remote_id(other)} ({pair[1]}), which {network.id} is already peered with."
            )
            raise Refused(400, "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", message)
    for reverse in peerings_of(cloud, remote.id):
        if arm.same(_remote_id(reverse), network.id) and reverse.facts.get(STATE_FACT) == "Disconnected":
            message = (
                f"Cannot create or update peering {resource_id} because remote peering {reverse.id} "
                f"referencing parent virtual network {network.id} is in Disconnected state. Update or "
                "re-create the remote peering to get it back to Initiated state."
            )
            raise Refused(400, "RemotePeeringIsDisconnected", message)


def _sync_level(cloud: Cloud, peering: Record) -> str:
    reverse = _reverse(cloud, peering)
    connected = peering.facts.get(STATE_FACT) == "Connected"
    remote_in_sync = connected and reverse is not None and _is_in_sync(cloud, reverse)
    return _SYNC_LEVELS[not connected or _is_in_sync(cloud, peering), remote_in_sync]


def _is_in_sync(cloud: Cloud, peering: Record) -> bool:
    return set(peering.facts.get(SYNCED_PREFIXES_FACT, [])) == set(_prefixes(cloud, _remote_id(peering)))


def _space(prefixes: Sequence[str]) -> dict[str, Any]:
    return {"addressPrefixes": list(prefixes), "ipamPoolPrefixAllocations": []}


def _prefixes(cloud: Cloud, network_id: str) -> list[str]:
    """The present address ranges of a network; none when it was deleted."""
    network = cloud.find(network_id)
    return list(network.inputs["addressSpace"]["addressPrefixes"]) if network else []


def _reverse(cloud: Cloud, peering: Record) -> Record | None:
    for other in peerings_of(cloud, _remote_id(peering)):
        if arm.same(_remote_id(other), arm.parent(peering.id)):
            return other
    return None


def _remote_id(peering: Record) -> str:
    return peering.inputs["remoteVirtualNetwork"]["id"]


def _route(cloud: Cloud, network_id: str) -> None:
    """Sets the routes of a network to the ranges of its connected peerings."""
    network = cloud.find(network_id)
    if network is None or arm.key(network.id) not in cloud.networks:
        return
    peers: dict[str, list[str]] = {}
    for peering in peerings_of(cloud, network.id):
        remote = cloud.find(_remote_id(peering))
        open_to_remote = peering.inputs.get("allowVirtualNetworkAccess", True)
        if remote is not None and peering.facts.get(STATE_FACT) == "Connected" and open_to_remote:
            peers[remote.id] = list(peering.facts.get(SYNCED_PREFIXES_FACT, []))
    cloud.world.set_peers(network.id, peers)
