"""Who reaches whom: in one network, across peerings, and across halves of them."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.network.specification import NodeSpec, ProcessSpec
from emulator.network.world import NetworkUnknown, NodeUnknown, World
from emulator.tests.listeners import LISTENER, assert_dead, greeted, peer, start

RECEIVER = """
import socket
with socket.socket(type=socket.SOCK_DGRAM) as receiver:
    receiver.bind(("", 9092))
    print("ready", flush=True)
    print(receiver.recv(100).decode())
"""
SENDER = """
import socket, sys
with socket.socket(type=socket.SOCK_DGRAM) as sender:
    sender.sendto(sys.argv[2].encode(), (sys.argv[1], 9092))
"""


def node(name: str, network: str, address: str) -> NodeSpec:
    return NodeSpec(name, network, address, prefix_length=24, hostname=name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """`kafka` with two nodes in different subnets, `aks` and `third` with one node each. All listen."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.closing(World.start(Home(folder))) as world:
        for network, prefix in (
            ("kafka", "10.10.0.0/16"),
            ("aks", "10.20.0.0/16"),
            ("third", "10.30.0.0/16"),
        ):
            world.add_network(network, [prefix])
        world.add_node(node("wn0", "kafka", "10.10.0.4"))
        world.add_node(node("wn1", "kafka", "10.10.7.5"))
        world.add_node(node("pod", "aks", "10.20.0.4"))
        world.add_node(node("other", "third", "10.30.0.4"))
        for name in world.nodes():
            start(world, name, LISTENER, folder / f"{name}.log")
        yield world


@pytest.fixture(autouse=True)
def _no_peerings(world: World) -> None:
    for network in ("kafka", "aks", "third"):
        world.set_peers(network, {})


def test_nodes_of_one_network_reach_each_other_also_across_subnets(world: World) -> None:
    assert greeted(world, "wn0", "10.10.7.5") == "wn1 to 10.10.0.4"
    assert greeted(world, "wn1", "10.10.0.4") == "wn0 to 10.10.7.5"


def test_without_a_peering_the_other_network_is_dead(world: World) -> None:
    assert_dead(world, "pod", "10.10.0.4")
    assert_dead(world, "wn0", "10.20.0.4")


def test_with_one_half_of_a_peering_both_sides_are_dead(world: World) -> None:
    world.set_peers("aks", {"kafka": ["10.10.0.0/16"]})
    assert_dead(world, "pod", "10.10.0.4")
    assert_dead(world, "wn0", "10.20.0.4")


def test_with_both_halves_either_side_reaches_the_other_as_itself(world: World) -> None:
    peer(world, "aks", "10.20.0.0/16", "kafka", "10.10.0.0/16")
    assert greeted(world, "pod", "10.10.7.5") == "wn1 to 10.20.0.4"
    assert greeted(world, "wn1", "10.20.0.4") == "pod to 10.10.7.5"


def test_a_peering_ends_with_either_half(world: World) -> None:
    peer(world, "aks", "10.20.0.0/16", "kafka", "10.10.0.0/16")
    world.set_peers("kafka", {})
    assert_dead(world, "pod", "10.10.0.4")
    assert_dead(world, "wn0", "10.20.0.4")


def test_only_the_prefixes_of_a_peering_are_reached(world: World) -> None:
    peer(world, "aks", "10.20.0.0/16", "kafka", "10.10.7.0/24")
    assert greeted(world, "pod", "10.10.7.5") == "wn1 to 10.20.0.4"
    assert_dead(world, "pod", "10.10.0.4")


def test_peerings_do_not_lead_on_to_the_peers_of_a_peer(world: World) -> None:
    world.set_peers("aks", {"kafka": ["10.10.0.0/16", "10.30.0.0/16"]})
    world.set_peers("kafka", {"aks": ["10.20.0.0/16"], "third": ["10.30.0.0/16"]})
    world.set_peers("third", {"kafka": ["10.10.0.0/16"]})
    assert greeted(world, "wn0", "10.30.0.4") == "other to 10.10.0.4"
    assert_dead(world, "pod", "10.30.0.4")


def test_not_even_a_datagram_passes_one_half_of_a_peering(world: World, tmp_path: Path) -> None:
    def send(text: str) -> None:
        command = [sys.executable, "-c", SENDER, "10.10.0.4", text]
        assert world.spawn("pod", ProcessSpec(command, {})).wait(10) == 0

    world.set_peers("aks", {"kafka": ["10.10.0.0/16"]})
    receiver = start(world, "wn0", RECEIVER, tmp_path / "log")
    send("first")
    world.set_peers("kafka", {"aks": ["10.20.0.0/16"]})
    send("second")
    receiver.wait(10)

    assert (tmp_path / "log").read_text().split() == ["ready", "second"]


def test_a_node_that_takes_over_an_address_is_reached_at_once(world: World, tmp_path: Path) -> None:
    peer(world, "aks", "10.20.0.0/16", "kafka", "10.10.0.0/16")
    for name in ("guest1", "guest2"):
        world.add_node(node(name, "kafka", "10.10.0.9"))
        start(world, name, LISTENER, tmp_path / name)
        assert greeted(world, "wn0", "10.10.0.9") == f"{name} to 10.10.0.4"
        assert greeted(world, "pod", "10.10.0.9") == f"{name} to 10.20.0.4"
        world.remove_node(name)


def test_the_way_through_a_router_outlives_the_nodes_beside_it(world: World, tmp_path: Path) -> None:
    world.add_network("fresh", ["10.50.0.0/16"])
    guests = [node(f"guest{number}", "fresh", f"10.50.0.{number}") for number in range(10, 20)]
    for spec in (node("near", "fresh", "10.50.0.4"), node("far", "fresh", "10.50.1.4"), *guests):
        world.add_node(spec)
    start(world, "far", LISTENER, tmp_path / "far")
    assert greeted(world, "near", "10.50.1.4") == "far to 10.50.0.4"
    for guest in guests:
        world.remove_node(guest.name)
    assert greeted(world, "near", "10.50.1.4") == "far to 10.50.0.4"
    for name in ("near", "far"):
        world.remove_node(name)
    world.remove_network("fresh")


def test_a_network_grows_while_nodes_run_and_peers_reach_what_is_new_by_its_routes(
    world: World, tmp_path: Path
) -> None:
    peer(world, "aks", "10.20.0.0/16", "kafka", "10.10.0.0/16")
    world.resize_network("kafka", ["10.10.0.0/16", "192.168.0.0/20"])
    world.add_node(node("new", "kafka", "192.168.0.4"))
    start(world, "new", LISTENER, tmp_path / "new")
    assert greeted(world, "wn0", "192.168.0.4") == "new to 10.10.0.4"
    assert_dead(world, "pod", "192.168.0.4")

    world.set_peers("aks", {"kafka": ["10.10.0.0/16", "192.168.0.0/20"]})
    assert greeted(world, "pod", "192.168.0.4") == "new to 10.20.0.4"
    with pytest.raises(ValueError, match=r"nodes outside .*: new"):
        world.resize_network("kafka", ["10.10.0.0/16"])
    world.remove_node("new")
    world.resize_network("kafka", ["10.10.0.0/16"])
    with pytest.raises(ValueError, match="no address of network kafka"):
        world.add_node(node("new", "kafka", "192.168.0.4"))


def test_an_address_nobody_listens_at_refuses_as_the_kernel_does(world: World) -> None:
    with pytest.raises(ConnectionRefusedError):
        world.connect("wn0", "10.10.7.5", 1, 5)


def test_the_machine_is_not_reached(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(ConnectionRefusedError):
        world.connect("wn0", "127.0.0.1", server.getsockname()[1], 5)


def test_a_network_with_nodes_is_not_removed(world: World) -> None:
    with pytest.raises(ValueError, match="network aks still has nodes: pod"):
        world.remove_network("aks")


def test_a_removed_network_can_be_made_again(world: World) -> None:
    for _ in range(2):
        world.add_network("fleeting", ["10.40.0.0/16"])
        peer(world, "fleeting", "10.40.0.0/16", "kafka", "10.10.0.0/16")
        world.add_node(node("guest", "fleeting", "10.40.0.4"))
        assert greeted(world, "guest", "10.10.0.4") == "wn0 to 10.40.0.4"
        world.remove_node("guest")
        world.remove_network("fleeting")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (node("wn0", "kafka", "10.10.0.9"), "there is a node wn0 already"),
        (node("wn9", "kafka", "10.20.0.9"), "10.20.0.9 of wn9 is no address of network kafka"),
        (node("wn9", "kafka", "10.10.0.4"), "10.10.0.4 of wn9 is the address of wn0"),
        (node("n" * 65, "kafka", "10.10.0.9"), "is longer than 64 characters"),
    ],
)
def test_a_node_that_does_not_fit_is_refused(world: World, wrong: NodeSpec, reason: str) -> None:
    before = world.nodes()
    with pytest.raises(ValueError, match=reason):
        world.add_node(wrong)
    assert world.nodes() == before


def test_unknown_names_are_refused_with_the_known_ones(world: World) -> None:
    with pytest.raises(NetworkUnknown, match="no network nowhere; known are kafka, aks, third"):
        world.add_node(node("wn9", "nowhere", "10.10.0.9"))
    with pytest.raises(NetworkUnknown, match="no network nowhere"):
        world.set_peers("kafka", {"nowhere": ["10.99.0.0/16"]})
    with pytest.raises(NodeUnknown, match="no node wn9; known are wn0, wn1, pod, other"):
        world.spawn("wn9", ProcessSpec(["true"], {}))
