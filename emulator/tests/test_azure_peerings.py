"""Peerings: states, routes, refusals."""

import threading
from collections.abc import Sequence

import pytest

from emulator.azure.network.operations import NetworkOperations
from emulator.azure.resource_manager import arm
from emulator.azure.resource_manager.refusals import Refused
from emulator.tests.azure_subscription import Made, Subscription, not_modelled, refused


@pytest.fixture
def one(azure: Subscription) -> Made:
    return azure.network("one", "10.1.0.0/16")


@pytest.fixture
def two(azure: Subscription) -> Made:
    return azure.network("two", "10.2.0.0/16")


def _state(azure: Subscription, peering: Made) -> str:
    azure.refresh(peering)
    return peering.outputs["peeringState"]


def _sync_levels(azure: Subscription, one: Made, other: Made) -> tuple[str, str]:
    for half in (one, other):
        azure.refresh(half)
    return one.outputs["peeringSyncLevel"], other.outputs["peeringSyncLevel"]


def test_one_half_is_initiated_and_routes_nothing(azure: Subscription, one: Made, two: Made) -> None:
    half = azure.peering(one, two)
    assert half.outputs["peeringState"] == "Initiated"
    assert half.outputs["peeringSyncLevel"] == "RemoteNotInSync"
    assert azure.world.peers[one.id] == {}
    assert azure.world.peers[two.id] == {}


def test_both_halves_are_connected_and_route_both_ways(azure: Subscription, one: Made, two: Made) -> None:
    first = azure.peering(one, two)
    second = azure.peering(two, one)
    assert second.outputs["peeringState"] == "Connected"
    assert second.outputs["peeringSyncLevel"] == "FullyInSync"
    assert _state(azure, first) == "Connected"
    assert azure.world.peers == {one.id: {two.id: ["10.2.0.0/16"]}, two.id: {one.id: ["10.1.0.0/16"]}}


def test_a_half_without_the_other_is_disconnected_and_routes_nothing(
    azure: Subscription, one: Made, two: Made
) -> None:
    first, second = azure.peering(one, two), azure.peering(two, one)
    azure.delete(first)
    assert _state(azure, second) == "Disconnected"
    assert azure.world.peers == {one.id: {}, two.id: {}}


def test_a_disconnected_half_must_be_made_again(azure: Subscription, one: Made, two: Made) -> None:
    first, second = azure.peering(one, two), azure.peering(two, one)
    azure.delete(first)
    with refused("RemotePeeringIsDisconnected", second.id):
        azure.peering(one, two)
    azure.delete(second)
    azure.peering(one, two)
    assert azure.peering(two, one).outputs["peeringState"] == "Connected"


def test_an_update_of_a_disconnected_half_initiates_it(azure: Subscription, one: Made, two: Made) -> None:
    first, second = azure.peering(one, two), azure.peering(two, one)
    azure.delete(first)
    azure.update(second, allowForwardedTraffic=True)
    assert second.outputs["peeringState"] == "Initiated"


def test_a_state_that_is_asked_for_is_not_followed(azure: Subscription, one: Made, two: Made) -> None:
    assert azure.peering(one, two, peeringState="Connected").outputs["peeringState"] == "Initiated"


def test_a_half_can_be_read_by_whoever_did_not_make_it(azure: Subscription, one: Made, two: Made) -> None:
    half = azure.peering(one, two)
    asked = {
        "resourceGroupName": "group",
        "virtualNetworkName": "one",
        "virtualNetworkPeeringName": arm.name(half.id),
    }
    assert azure.invoke("network:getVirtualNetworkPeering", **asked)["peeringState"] == "Initiated"
    azure.delete(half)
    with refused("ResourceNotFound", half.id):
        azure.invoke("network:getVirtualNetworkPeering", **asked)


def test_access_can_be_closed_from_one_side(azure: Subscription, one: Made, two: Made) -> None:
    azure.peering(one, two, allowVirtualNetworkAccess=False)
    azure.peering(two, one)
    assert azure.world.peers[one.id] == {}


def test_deleting_a_network_disconnects_its_peers(azure: Subscription, one: Made, two: Made) -> None:
    azure.peering(one, two)
    second = azure.peering(two, one)
    azure.delete(one)
    assert _state(azure, second) == "Disconnected"
    assert azure.world.peers == {two.id: {}}


def test_ranges_that_are_added_are_reached_when_the_other_side_is_synced(
    azure: Subscription, one: Made, two: Made
) -> None:
    to_two, to_one = azure.peering(one, two), azure.peering(two, one)
    azure.update(one, addressSpace={"addressPrefixes": ["10.1.0.0/16", "10.9.0.0/16"]})
    assert _sync_levels(azure, to_two, to_one) == ("RemoteNotInSync", "LocalNotInSync")
    assert to_one.outputs["remoteAddressSpace"]["addressPrefixes"] == ["10.1.0.0/16"]
    now = to_one.outputs["remoteVirtualNetworkAddressSpace"]["addressPrefixes"]
    assert now == ["10.1.0.0/16", "10.9.0.0/16"]
    assert azure.world.peers[two.id] == {one.id: ["10.1.0.0/16"]}

    azure.update(to_one, allowForwardedTraffic=True)
    azure.update(to_two, syncRemoteAddressSpace="true")
    assert _sync_levels(azure, to_two, to_one) == ("RemoteNotInSync", "LocalNotInSync")
    assert azure.world.peers[two.id] == {one.id: ["10.1.0.0/16"]}

    azure.update(to_one, syncRemoteAddressSpace="true")
    assert _sync_levels(azure, to_two, to_one) == ("FullyInSync", "FullyInSync")
    assert to_one.outputs["remoteAddressSpace"]["addressPrefixes"] == ["10.1.0.0/16", "10.9.0.0/16"]
    assert azure.world.peers[two.id] == {one.id: ["10.1.0.0/16", "10.9.0.0/16"]}


def test_both_sides_can_be_out_of_sync(azure: Subscription, one: Made, two: Made) -> None:
    halves = azure.peering(one, two), azure.peering(two, one)
    azure.update(one, addressSpace={"addressPrefixes": ["10.1.0.0/17"]})
    azure.update(two, addressSpace={"addressPrefixes": ["10.2.0.0/17"]})
    assert _sync_levels(azure, *halves) == ("LocalAndRemoteNotInSync", "LocalAndRemoteNotInSync")


def test_what_a_peering_says_of_the_other_side_does_not_sync_it(
    azure: Subscription, one: Made, two: Made
) -> None:
    to_two, to_one = azure.peering(one, two), azure.peering(two, one)
    ranges = {"addressPrefixes": ["10.1.0.0/16", "10.9.0.0/16"]}
    azure.update(one, addressSpace=ranges)
    azure.update(to_one, remoteAddressSpace=ranges)
    assert _sync_levels(azure, to_two, to_one) == ("RemoteNotInSync", "LocalNotInSync")


def test_where_a_peering_leads_to_outlives_the_daemon(azure: Subscription, one: Made, two: Made) -> None:
    azure.peering(one, two)
    azure.peering(two, one)
    azure.update(one, addressSpace={"addressPrefixes": ["10.1.0.0/16", "10.9.0.0/16"]})
    azure.restart()
    azure.cloud.revive()
    assert azure.world.peers[two.id] == {one.id: ["10.1.0.0/16"]}


def test_a_sync_is_asked_for_by_one_word(azure: Subscription, one: Made, two: Made) -> None:
    with refused("InvalidRequestFormat", "syncRemoteAddressSpace"):
        azure.peering(one, two, syncRemoteAddressSpace="yes")


def test_networks_must_not_overlap(azure: Subscription, one: Made) -> None:
    wide = azure.network("wide", "10.0.0.0/8")
    with refused("VnetAddressSpacesOverlap", "10.1.0.0/16, 10.0.0.0/8"):
        azure.peering(one, wide)


def test_a_peer_must_not_overlap_another_one(azure: Subscription, one: Made, two: Made) -> None:
    azure.peering(one, two)
    twin = azure.network("twin", "10.2.4.0/24")
    with refused("VnetAddressSpaceOverlapsWithAlreadyPeeredVnet", twin.id, two.id):
        azure.peering(one, twin)


def test_a_missing_network_is_refused(azure: Subscription, one: Made, two: Made) -> None:
    azure.delete(two)
    with refused("InvalidResourceReference", two.id):
        azure.peering(one, two)
    with refused("ResourceNotFound", two.id):
        azure.peering(two, one)


def test_a_remote_network_is_needed(azure: Subscription, one: Made, two: Made) -> None:
    with refused("InvalidRequestFormat", "no remote virtual network"):
        azure.peering(one, two, remoteVirtualNetwork=None)


def test_a_network_is_not_peered_with_itself(azure: Subscription, one: Made) -> None:
    with refused("VnetCannotBePeeredWithItself"):
        azure.peering(one, one)


def test_two_networks_are_peered_once(azure: Subscription, one: Made, two: Made) -> None:
    first = azure.peering(one, two)
    with refused("AnotherPeeringAlreadyReferencesRemoteVnet", first.id):
        azure.peering(one, two, "again")


def test_the_remote_network_stays(azure: Subscription, one: Made, two: Made) -> None:
    first = azure.peering(one, two)
    three = azure.network("three", "10.3.0.0/16")
    with refused("RemoteVnetOfPeeringCannotBeChanged"):
        azure.update(first, remoteVirtualNetwork={"id": three.id})


def test_a_network_that_is_being_changed_is_not_peered(azure: Subscription, one: Made, two: Made) -> None:
    entered, leave = threading.Event(), threading.Event()
    resize_network = azure.world.resize_network

    def slowly(name: str, prefixes: Sequence[str]) -> None:
        entered.set()
        assert leave.wait(30)
        resize_network(name, prefixes)

    azure.world.resize_network = slowly
    change = threading.Thread(
        target=azure.update, args=(two,), kwargs={"addressSpace": {"addressPrefixes": ["10.4.0.0/16"]}}
    )
    change.start()
    assert entered.wait(30)
    with refused("ReferencedResourceNotProvisioned", two.id):
        azure.peering(one, two)
    leave.set()
    change.join()
    azure.peering(one, two)


def test_gateways_are_not_modelled(azure: Subscription, one: Made, two: Made) -> None:
    with not_modelled("network:VirtualNetworkPeering's allowGatewayTransit"):
        azure.peering(one, two, allowGatewayTransit=True)
    with not_modelled("network:VirtualNetworkPeering's useRemoteGateways"):
        azure.peering(one, two, useRemoteGateways=True)


def test_the_state_is_no_drift_where_the_program_ignores_it(
    azure: Subscription, one: Made, two: Made
) -> None:
    first = azure.peering(one, two)
    azure.peering(two, one)
    assert set(azure.refresh(first)) == {"peeringState", "peeringSyncLevel"}
    # ignore_changes hands the refreshed inputs back: they ask for nothing, and are accepted.
    assert azure.diff(first).changed == []
    azure.update(first)
    assert _state(azure, first) == "Connected"


def test_az_deletes_and_makes_halves(azure: Subscription, one: Made, two: Made) -> None:
    operations = NetworkOperations(azure.cloud)
    half = azure.peering(one, two)
    operations.create_peering("group", "two", None, name="back", remote_id=one.id, allow_access=True)
    assert _state(azure, half) == "Connected"
    operations.delete_peerings([f"{two.id}/virtualNetworkPeerings/back"])
    assert _state(azure, half) == "Disconnected"
    with pytest.raises(Refused, match="ResourceNotFound"):
        operations.delete_peerings([f"{two.id}/virtualNetworkPeerings/back"])
