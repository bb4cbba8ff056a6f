"""Nodes whose addresses peered networks do not see, as pods in the subnet of AKS's nodes."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.kubernetes.node.machines import machines_of
from emulator.network.specification import NodeSpec
from emulator.network.world import World
from emulator.tests.kubernetes_world import SPEC
from emulator.tests.listeners import LISTENER, aks_and_kafka, greeted, start


def node(name: str, network: str, address: str, seen_as: str | None = None) -> NodeSpec:
    return NodeSpec(name, network, address, prefix_length=24, hostname=name, seen_as=seen_as)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A pod on each of two nodes of `aks`, and a broker in a peered network. All listen."""
    folder = tmp_path_factory.mktemp("world")
    with contextlib.closing(World.start(Home(folder))) as world:
        aks_and_kafka(
            world,
            folder,
            (
                node("node0", "aks", "10.20.0.4"),
                node("node1", "aks", "10.20.0.5"),
                node("pod0", "aks", "10.20.0.10", seen_as="10.20.0.4"),
                node("pod1", "aks", "10.20.0.11", seen_as="10.20.0.5"),
                node("wn0", "kafka", "10.10.0.4"),
            ),
        )
        yield world


def test_a_peered_network_sees_the_node(world: World) -> None:
    assert greeted(world, "pod0", "10.10.0.4") == "wn0 to 10.20.0.4"
    assert greeted(world, "pod1", "10.10.0.4") == "wn0 to 10.20.0.5"
    assert greeted(world, "node0", "10.10.0.4") == "wn0 to 10.20.0.4"


def test_its_own_network_sees_the_pod_itself(world: World) -> None:
    assert greeted(world, "pod0", "10.20.0.11") == "pod1 to 10.20.0.10"
    assert greeted(world, "pod0", "10.20.0.5") == "node1 to 10.20.0.10"


def test_a_peered_network_reaches_the_pod_by_its_own_address(world: World) -> None:
    assert greeted(world, "wn0", "10.20.0.10") == "pod0 to 10.10.0.4"


def test_who_takes_over_an_address_is_seen_as_its_own_node(world: World, tmp_path: Path) -> None:
    for name, seen_as in (("first", "10.20.0.4"), ("second", "10.20.0.5"), ("last", None)):
        world.add_node(node(name, "aks", "10.20.0.12", seen_as))
        start(world, name, LISTENER, tmp_path / name)
        assert greeted(world, name, "10.10.0.4") == f"wn0 to {seen_as or '10.20.0.12'}"
        world.remove_node(name)


def test_pods_of_a_flat_network_are_seen_as_their_nodes_and_those_of_an_overlay_lie_behind_them() -> None:
    flat = machines_of(replace(SPEC, pod_cidr=None)).values()
    assert [machine.seen_as for machine in flat] == [machine.node.address for machine in flat]
    assert {machine.way_out for machine in flat} == {None}
    overlay = machines_of(replace(SPEC, pod_cidr="10.40.0.0/16")).values()
    assert {machine.seen_as for machine in overlay} == {None}
    assert [machine.way_out for machine in overlay] == [machine.node.name for machine in overlay]
