"""Nodes of a world that listen, and who reaches them."""

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from emulator.network.specification import NodeSpec, ProcessSpec
from emulator.network.world import Process, World

PORT = 9092
LISTENER = """
import socket
with socket.create_server(("", 9092)) as server:
    print("ready", flush=True)
    while True:
        connection, (address, _) = server.accept()
        with connection:
            connection.sendall(f"{socket.gethostname()} to {address}".encode())
"""
UNREACHED = 0.4
"""Seconds after which a connection counts as dead. Those that succeed take less than one millisecond."""


def start(world: World, node: str, program: str, log: Path) -> Process:
    """Returns when the program is ready."""
    process = world.spawn(node, ProcessSpec([sys.executable, "-c", program], {}, log=log))
    while "ready" not in log.read_text():
        assert process.poll() is None
    return process


def greeted(world: World, source: str, address: str) -> str:
    """What the listener says."""
    with world.connect(source, address, PORT, 5) as connection:
        return connection.recv(100).decode()


def assert_dead(world: World, source: str, address: str) -> None:
    """No answer at all: neither a connection nor a refusal."""
    with pytest.raises(TimeoutError):
        world.connect(source, address, PORT, UNREACHED)


def peer(world: World, one: str, one_prefix: str, other: str, other_prefix: str) -> None:
    world.set_peers(one, {other: [other_prefix]})
    world.set_peers(other, {one: [one_prefix]})


def aks_and_kafka(world: World, folder: Path, nodes: Iterable[NodeSpec]) -> None:
    """Two peered networks, 10.20.0.0/16 and 10.10.0.0/16, with these nodes, each of which listens."""
    world.add_network("aks", ["10.20.0.0/16"])
    world.add_network("kafka", ["10.10.0.0/16"])
    peer(world, "aks", "10.20.0.0/16", "kafka", "10.10.0.0/16")
    for spec in nodes:
        world.add_node(spec)
        start(world, spec.name, LISTENER, folder / f"{spec.name}.log")
