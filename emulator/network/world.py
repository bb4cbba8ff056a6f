"""A world of virtual networks, nodes and processes: the interface of this package."""

import dataclasses
import errno
import ipaddress
import itertools
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from emulator.home import Home
from emulator.network.channel import Channel, ChannelClosed
from emulator.network.names import NetworkUnknown, NodeUnknown, resolve
from emulator.network.process import Process
from emulator.network.refusal import WorldRefused, explain, read_settings
from emulator.network.resolution import LONGEST_HOST_NAME, resolution_files
from emulator.network.specification import NodeSpec, ProcessSpec

__all__ = ["NetworkUnknown", "NodeUnknown", "Process", "World", "WorldEnded", "WorldRefused"]

_CHECKOUT = Path(__file__).parents[2]
_GONE = "the world has ended"
_NSENTER_OPTIONS = {"net": "net", "uts": "uts", "mount": "mnt"}


class WorldEnded(Exception):
    """The world is gone: it was closed, or its init was killed."""


class World:
    """A world of networks and nodes, which ends with `close` or with this process. Thread-safe.

    Calls block until done. A world is no security boundary: nodes share the kernel and most files of the
    machine with the user who runs the world.
    """

    def __init__(self, channel: Channel, init: int):
        """Connects to a running init; `start` starts one."""
        self._channel = channel
        self._init = init
        self._init_ended = os.pidfd_open(init)
        self._making = threading.RLock()
        """Held while networks and nodes are made or removed."""
        self._networks: dict[str, list[ipaddress.IPv4Network]] = {}
        self._routes: dict[str, dict[str, str]] = {}
        self._nodes: dict[str, NodeSpec] = {}
        self._asking = threading.Lock()
        """Held while a request is sent, and guards what follows."""
        self._identities = itertools.count(1)
        self._pending: dict[int, Future[tuple[Any, list[int]]]] = {}
        self._processes: dict[int, Process] = {}
        self._has_ended = False
        self._listener = threading.Thread(target=self._listen, name="world", daemon=True)
        self._listener.start()

    @classmethod
    def start(cls, home: Home) -> "World":
        """Starts a world. Raises WorldRefused if the kernel does not let this user make namespaces."""
        ours, its = Channel.pair()
        home.logs.mkdir(parents=True, exist_ok=True)
        with (home.logs / "network.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", "emulator.network.init", str(its.fileno())],
                check=False,
                cwd=_CHECKOUT,
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        its.close()
        try:
            return cls(ours, _await_init(ours))
        except ChannelClosed as error:
            raise WorldRefused(f"the world's init ended at once; see {home.logs / 'network.log'}") from error

    def close(self) -> None:
        """Ends the world, and waits until the kernel has killed its init. May be called twice."""
        self._channel.shutdown()
        self._listener.join()
        with self._making:
            if self._init_ended >= 0:
                select.select([self._init_ended], [], [])
                os.close(self._init_ended)
                self._init_ended = -1
                self._channel.close()

    def add_network(self, name: str, prefixes: Sequence[str]) -> None:
        """Adds a network with the address space `prefixes`, e.g. ["10.10.0.0/16"]."""
        address_space = [ipaddress.IPv4Network(prefix) for prefix in prefixes]
        with self._making:
            if name in self._networks:
                raise ValueError(f"there is a network {name} already")
            self._call("add-network", name=name)
            self._networks[name] = address_space
            self._routes[name] = {}

    def resize_network(self, name: str, prefixes: Sequence[str]) -> None:
        """Gives a network another address space. Raises ValueError if a node would be outside of it.

        The routes of its peers don't change.
        """
        address_space = [ipaddress.IPv4Network(prefix) for prefix in prefixes]
        with self._making:
            self._known_network(name)
            inhabitants = [
                node for node in self._nodes.values() if node.network == name and node.behind is None
            ]
            if outside := [node.name for node in inhabitants if not _lies_in(node, address_space)]:
                raise ValueError(f"network {name} has nodes outside {prefixes}: {', '.join(outside)}")
            self._networks[name] = address_space

    def remove_network(self, name: str) -> None:
        """Removes a network. Raises ValueError while there are nodes in it."""
        with self._making:
            self._known_network(name)
            if inhabitants := [node.name for node in self._nodes.values() if node.network == name]:
                raise ValueError(f"network {name} still has nodes: {', '.join(inhabitants)}")
            self._call("remove-network", name=name)
            del self._networks[name], self._routes[name]

    def set_peers(self, name: str, peers: Mapping[str, Sequence[str]]) -> None:
        """Replaces the routes of network `name`: those to each peer network for its prefixes.

        This is one half of each peering: traffic flows only if the peer has the other half.
        """
        wanted = {prefix: peer for peer, prefixes in peers.items() for prefix in prefixes}
        with self._making:
            for network in (name, *peers):
                self._known_network(network)
            current = self._routes[name]
            removed = [prefix for prefix in current if prefix not in wanted]
            self._call("set-routes", name=name, removed=removed, added=wanted)
            self._routes[name] = wanted

    def add_node(self, node: NodeSpec) -> None:
        """Adds a node.

        Raises ValueError for a name or address that is taken or not possible, OSError if its files can't be
        mounted.
        """
        with self._making:
            self._check(node)
            self._call("add-node", node=node.to_message())
            self._nodes[node.name] = node

    def remove_node(self, name: str) -> None:
        """Kills a node's processes and removes it. Raises ValueError while there are nodes behind it."""
        with self._making:
            self._known_node(name)
            if inner := [node.name for node in self._nodes.values() if node.behind == name]:
                raise ValueError(f"there are still nodes behind {name}: {', '.join(inner)}")
            self._call("remove-node", name=name)
            del self._nodes[name]

    def set_hosts(self, name: str, hosts: Mapping[str, str]) -> None:
        """Replaces the names, with their addresses, that a node resolves beside its own.

        Raises OSError for a node with a root of its own, which is read-only.
        """
        node = dataclasses.replace(self._known_node(name), hosts=hosts)
        text = resolution_files(node)["/etc/hosts"]
        write = ProcessSpec(["/bin/sh", "-c", 'printf %s "$TEXT" > /etc/hosts'], {"TEXT": text})
        if self.spawn(name, write).wait():
            raise OSError(errno.EROFS, "the node's names can't be changed", name)
        with self._making:
            self._nodes[name] = node

    def networks(self) -> dict[str, list[str]]:
        """The address spaces of the networks, in the order in which they were added."""
        return {name: [str(prefix) for prefix in prefixes] for name, prefixes in self._networks.items()}

    def specification(self, node: str) -> NodeSpec:
        """The node's specification. Raises NodeUnknown."""
        return self._known_node(node)

    @property
    def init(self) -> int:
        """The process id of the world's init, the ancestor of all processes in the world."""
        return self._init

    def network_namespace(self, node: str) -> Path:
        """The file of a node's network namespace, as in /proc/PID/ns/net. Raises NodeUnknown."""
        self._known_node(node)
        namespaces, _ = self._call("describe", node=node)
        return Path(f"/proc/{self._init}/fd/{namespaces['net']}")

    def nodes(self) -> list[str]:
        """The nodes' names, in the order in which they were added."""
        return list(self._nodes)

    def resolve(self, name: str) -> str:
        """The full name of a node: "mykafka/wn0" for "wn0", the first of several "aks-..." for "aks".

        Raises NodeUnknown, whose message names the known ones.
        """
        return resolve(name, self.nodes())

    def spawn(self, node: str, process: ProcessSpec) -> Process:
        """Starts a process on a node. Raises OSError when the program can't be run."""
        self._known_node(node)
        log = process.log or Path(os.devnull)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            started, _ = self._call(
                "spawn",
                (output.fileno(),),
                node=node,
                process={
                    "argv": list(process.argv),
                    "environment": dict(process.environment),
                    "folder": process.folder,
                    "user": process.user,
                },
            )
        return started

    def connect(self, node: str, address: str, port: int, timeout: float) -> socket.socket:
        """Opens a TCP connection from a node; the caller closes it.

        `timeout`, in seconds, is for connecting. Raises OSError as connecting there would.
        """
        self._known_node(node)
        _, (descriptor,) = self._call("socket", node=node)
        connection = socket.socket(fileno=descriptor)
        try:
            connection.settimeout(timeout)
            connection.connect((address, port))
            connection.settimeout(None)
        except BaseException:
            connection.close()
            raise
        return connection

    def enter(self, node: str) -> list[str]:
        """The beginning of a command line that runs the rest of it on the node, as its root user."""
        self._known_node(node)
        namespaces, _ = self._call("describe", node=node)
        held = f"/proc/{self._init}/fd"
        options = [f"--{kind}={held}/{namespaces[name]}" for kind, name in _NSENTER_OPTIONS.items()]
        return [
            "nsenter",
            f"--target={self._init}",
            "--user",
            "--pid",
            "--ipc",
            "--preserve-credentials",
            *options,
            "--",
        ]

    def _check(self, node: NodeSpec) -> None:
        address_space = self._known_network(node.network)
        where = f"network {node.network}"
        if node.behind is not None:
            address_space, where = [self._behind(node.behind)], f"what lies behind {node.behind}"
        if node.name in self._nodes:
            raise ValueError(f"there is a node {node.name} already")
        if not _lies_in(node, address_space):
            raise ValueError(f"{node.address} of {node.name} is no address of {where}")
        for other in self._nodes.values():
            if (other.network, other.behind, other.address) == (node.network, node.behind, node.address):
                raise ValueError(f"{node.address} of {node.name} is the address of {other.name}")
        if len(node.hostname) > LONGEST_HOST_NAME:
            raise ValueError(f"host name {node.hostname} is longer than {LONGEST_HOST_NAME} characters")

    def _behind(self, name: str) -> ipaddress.IPv4Network:
        inner = self._known_node(name).inner
        if inner is None:
            raise ValueError(f"nothing can lie behind {name}: it has no inner network")
        return ipaddress.IPv4Network(inner.part)

    def _known_network(self, name: str) -> list[ipaddress.IPv4Network]:
        if name not in self._networks:
            raise NetworkUnknown(f"no network {name}; known are {', '.join(self._networks) or 'none'}")
        return self._networks[name]

    def _known_node(self, name: str) -> NodeSpec:
        if name not in self._nodes:
            raise NodeUnknown(f"no node {name}; known are {', '.join(self._nodes) or 'none'}")
        return self._nodes[name]

    def _send_signal(self, pid: int, number: int) -> None:
        self._call("signal", process=pid, number=number)

    def _call(self, call: str, descriptors: Sequence[int] = (), **arguments: Any) -> tuple[Any, list[int]]:
        answer: Future[tuple[Any, list[int]]] = Future()
        with self._asking:
            if self._has_ended:
                raise WorldEnded(_GONE)
            identity = next(self._identities)
            self._pending[identity] = answer
            try:
                self._channel.send({"id": identity, "call": call, **arguments}, descriptors)
            except ChannelClosed as error:
                raise WorldEnded(_GONE) from error
        return answer.result()

    def _listen(self) -> None:
        try:
            while True:
                message, descriptors = self._channel.receive()
                if "ended" in message:
                    self._processes.pop(message["ended"]).end(message["status"])
                else:
                    self._take_answer(message, descriptors)
        except ChannelClosed:
            self._give_up()

    def _take_answer(self, message: dict[str, Any], descriptors: list[int]) -> None:
        with self._asking:
            answer = self._pending.pop(message["id"])
        if "error" in message:
            answer.set_exception(OSError(*message["error"]))
        elif "process" in message:
            process = Process(message["process"], self._send_signal)
            self._processes[process.pid] = process
            answer.set_result((process, descriptors))
        else:
            answer.set_result((message["result"], descriptors))

    def _give_up(self) -> None:
        with self._asking:
            self._has_ended = True
            pending = list(self._pending.values())
            self._pending.clear()
        for answer in pending:
            answer.set_exception(WorldEnded(_GONE))
        for process in self._processes.values():
            process.end(-signal.SIGKILL)


def _lies_in(node: NodeSpec, address_space: Sequence[ipaddress.IPv4Network]) -> bool:
    return any(ipaddress.IPv4Address(node.address) in prefix for prefix in address_space)


def _await_init(channel: Channel) -> int:
    """The pid of the world's init, once it is ready. Raises WorldRefused."""
    greeting: dict[str, Any] = {}
    while not {"init", "ready"} <= greeting.keys():
        greeting.update(channel.receive()[0])
        if "refused" in greeting:
            failure, number = greeting["refused"]
            raise WorldRefused(explain(failure, number, read_settings()))
    return greeting["init"]
