"""What lies behind nodes: who reaches it, and as whom it reaches others."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyroute2.netlink.exceptions import NetlinkError

from emulator.home import Home
from emulator.network import translation
from emulator.network.specification import InnerNetwork, NodeSpec
from emulator.network.world import World
from emulator.tests.listeners import LISTENER, aks_and_kafka, assert_dead, greeted, start

# Masks whose length is no multiple of eight are where arithmetic goes wrong.
RANGE = "10.40.16.0/20"
FIRST, SECOND = "10.40.16.0/24", "10.40.17.0/24"


def node(name: str, network: str, address: str, inner: InnerNetwork | None = None) -> NodeSpec:
    return NodeSpec(name, network, address, prefix_length=24, hostname=name, inner=inner)


def pod(name: str, address: str, behind: str) -> NodeSpec:
    return NodeSpec(name, "aks", address, prefix_length=24, hostname=name, behind=behind)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three pods behind two nodes of `aks`; a neighbour there, a broker in a peered network. All listen."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.closing(World.start(Home(folder))) as world:
        aks_and_kafka(
            world,
            folder,
            (
                node("node0", "aks", "10.20.0.4", InnerNetwork(RANGE, FIRST, {SECOND: "10.20.0.5"})),
                node("node1", "aks", "10.20.0.5", InnerNetwork(RANGE, SECOND, {FIRST: "10.20.0.4"})),
                pod("pod0", "10.40.16.4", "node0"),
                pod("beside0", "10.40.16.5", "node0"),
                pod("pod1", "10.40.17.4", "node1"),
                node("neighbour", "aks", "10.20.0.9"),
                node("wn0", "kafka", "10.10.0.4"),
            ),
        )
        yield world


def test_within_the_range_everybody_is_seen_as_itself(world: World) -> None:
    assert greeted(world, "pod0", "10.40.17.4") == "pod1 to 10.40.16.4"
    assert greeted(world, "pod1", "10.40.16.4") == "pod0 to 10.40.17.4"
    assert greeted(world, "pod0", "10.40.16.5") == "beside0 to 10.40.16.4"


@pytest.mark.parametrize(
    ("place", "address"), [("wn0", "10.10.0.4"), ("neighbour", "10.20.0.9"), ("node1", "10.20.0.5")]
)
def test_outside_it_is_seen_as_the_node_that_it_lies_behind(world: World, place: str, address: str) -> None:
    assert greeted(world, "pod0", address) == f"{place} to 10.20.0.4"
    assert greeted(world, "beside0", address) == f"{place} to 10.20.0.4"


def test_the_range_ends_where_it_ends(world: World, tmp_path: Path) -> None:
    world.add_network("near", ["10.40.32.0/20"])
    world.set_peers("aks", {"kafka": ["10.10.0.0/16"], "near": ["10.40.32.0/20"]})
    world.set_peers("near", {"aks": ["10.20.0.0/16"]})
    world.add_node(node("guest", "near", "10.40.32.4"))
    start(world, "guest", LISTENER, tmp_path / "log")
    assert greeted(world, "pod1", "10.40.32.4") == "guest to 10.20.0.5"
    world.remove_node("guest")
    world.set_peers("aks", {"kafka": ["10.10.0.0/16"]})
    world.remove_network("near")


def test_a_kernel_that_does_not_translate_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_arguments: int) -> None:
        raise NetlinkError(errno.EINVAL)

    monkeypatch.setattr(translation, "NFTables", refuse)
    with pytest.raises(OSError, match=r"takes CONFIG_NFT_NAT and CONFIG_NFT_MASQ.*Invalid argument"):
        translation.masquerade(RANGE)


@pytest.mark.parametrize("source", ["wn0", "neighbour"])
def test_from_outside_no_way_leads_into_it(world: World, source: str) -> None:
    assert_dead(world, source, "10.40.16.4")
    assert_dead(world, source, "10.40.17.4")


def test_nodes_reach_what_lies_behind_any_of_them_as_themselves(world: World) -> None:
    assert greeted(world, "node0", "10.40.16.4") == "pod0 to 10.20.0.4"
    assert greeted(world, "node0", "10.40.17.4") == "pod1 to 10.20.0.4"
    assert greeted(world, "pod0", "10.20.0.4") == "node0 to 10.40.16.4"


def test_the_same_range_may_lie_behind_other_nodes_of_the_network(world: World, tmp_path: Path) -> None:
    world.add_node(node("other", "aks", "10.20.0.7", InnerNetwork(RANGE, FIRST, {})))
    world.add_node(pod("twin", "10.40.16.4", "other"))
    start(world, "twin", LISTENER, tmp_path / "log")
    assert greeted(world, "other", "10.40.16.4") == "twin to 10.20.0.7"
    assert greeted(world, "pod1", "10.40.16.4") == "pod0 to 10.40.17.4"
    assert greeted(world, "twin", "10.10.0.4") == "wn0 to 10.20.0.7"
    for name in ("twin", "other"):
        world.remove_node(name)


def test_an_address_is_taken_over_at_once(world: World, tmp_path: Path) -> None:
    for name in ("guest1", "guest2"):
        world.add_node(pod(name, "10.40.16.9", "node0"))
        start(world, name, LISTENER, tmp_path / name)
        assert greeted(world, "pod1", "10.40.16.9") == f"{name} to 10.40.17.4"
        assert greeted(world, name, "10.10.0.4") == "wn0 to 10.20.0.4"
        world.remove_node(name)


def test_a_node_stays_while_others_lie_behind_it(world: World) -> None:
    with pytest.raises(ValueError, match="there are still nodes behind node0: pod0, beside0"):
        world.remove_node("node0")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (pod("new", "10.40.17.9", "node0"), "10.40.17.9 of new is no address of what lies behind node0"),
        (pod("new", "10.20.0.10", "node0"), "10.20.0.10 of new is no address of what lies behind node0"),
        (pod("new", "10.40.16.4", "node0"), "10.40.16.4 of new is the address of pod0"),
        (pod("new", "10.40.16.9", "neighbour"), "nothing can lie behind neighbour"),
        (pod("new", "10.40.16.9", "nowhere"), "no node nowhere"),
    ],
)
def test_what_does_not_fit_behind_a_node_is_refused(world: World, wrong: NodeSpec, reason: str) -> None:
    with pytest.raises((ValueError, KeyError), match=reason):
        world.add_node(wrong)
