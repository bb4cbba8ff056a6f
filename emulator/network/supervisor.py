"""PID 1 of a world: serves the daemon's requests, reaps processes, and reports those that ended."""

import errno
import os
import selectors
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyroute2.netlink.exceptions import NetlinkError

from emulator.network import kernel, links, roots
from emulator.network.channel import Channel, ChannelClosed
from emulator.network.execution import Execution, start_process
from emulator.network.kernel import Namespace
from emulator.network.killing import kill_processes_in
from emulator.network.specification import NodeSpec
from emulator.network.workers import Worker


@dataclass(frozen=True)
class _Network:
    number: int
    namespace: int


@dataclass(frozen=True)
class _Node:
    number: int
    attached_to: int
    """Descriptor of the network namespace of the bridge that it is attached to."""
    namespaces: dict[str, int]
    """Descriptors, by their names in /proc/PID/ns."""
    hidden: str | None
    """Its address, if peered networks see another one."""


class Supervisor:
    """Serves the requests of one world in one thread.

    Forked workers do what takes long or needs a mount namespace of its own.
    """

    def __init__(self, channel: Channel, world_root: int):
        self._channel = channel
        self._world_root = world_root
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._networks: dict[str, _Network] = {}
        self._nodes: dict[str, _Node] = {}
        self._processes: set[int] = set()
        self._counter = 0
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Serves requests until the daemon is gone."""
        wake, wakened = socket.socketpair()
        for end in (wake, wakened):
            end.setblocking(False)
        signal.set_wakeup_fd(wakened.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        self._selector.register(wake, selectors.EVENT_READ, lambda: self._reap(wake))
        self._selector.register(self._channel, selectors.EVENT_READ, self._answer)
        try:
            while True:
                for key, _ in self._selector.select():
                    key.data()
        except ChannelClosed:
            return

    def _answer(self) -> None:
        message, descriptors = self._channel.receive()
        identity = message["id"]
        calls: dict[str, Callable[[int, dict[str, Any], list[int]], None]] = {
            "add-network": self._add_network,
            "remove-network": self._remove_network,
            "set-routes": self._set_routes,
            "add-node": self._add_node,
            "remove-node": self._remove_node,
            "spawn": self._spawn,
            "signal": self._signal,
            "socket": self._socket,
            "describe": self._describe,
        }
        try:
            calls[message["call"]](identity, message, descriptors)
        except (OSError, NetlinkError) as error:
            self._fail(identity, error)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)

    def _reply(self, identity: int, result: Any = None, descriptors: tuple[int, ...] = ()) -> None:
        self._channel.send({"id": identity, "result": result}, descriptors)

    def _fail(self, identity: int, error: OSError | NetlinkError) -> None:
        if isinstance(error, NetlinkError):
            problem = [error.code, str(error), None]
        else:
            problem = [error.errno, error.strerror, error.filename]
        self._channel.send({"id": identity, "error": problem})

    def _node(self, name: str) -> _Node:
        if name not in self._nodes:
            raise OSError(errno.ENODEV, "the node is being removed", name)
        return self._nodes[name]

    def _next_number(self) -> int:
        self._counter += 1
        return self._counter

    def _add_network(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        number = self._next_number()
        try:
            kernel.unshare(Namespace.NETWORK)
            namespace = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            links.set_up_network(number, self._home)
        finally:
            kernel.enter(self._home, Namespace.NETWORK)
        self._networks[message["name"]] = _Network(number, namespace)
        self._reply(identity)

    def _remove_network(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        network = self._networks.pop(message["name"])
        links.remove_network(network.number)
        os.close(network.namespace)
        self._reply(identity)

    def _set_routes(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        network = self._networks[message["name"]]
        try:
            kernel.enter(network.namespace, Namespace.NETWORK)
            for prefix in message["removed"]:
                links.remove_route(prefix)
            for prefix, peer in message["added"].items():
                links.add_route(prefix, self._networks[peer].number)
        finally:
            kernel.enter(self._home, Namespace.NETWORK)
        self._reply(identity)

    def _add_node(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        spec = NodeSpec.from_message(message["node"])
        number = self._next_number()
        network = self._networks[spec.network].namespace
        attached_to = self._node(spec.behind).namespaces["net"] if spec.behind else network

        def build() -> list[int]:
            kernel.unshare(Namespace.NETWORK | Namespace.UTS)
            socket.sethostname(spec.hostname)
            namespaces = [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY) for kind in ("net", "uts")]
            links.attach_node(number, spec.address, spec.prefix_length, attached_to)
            if spec.seen_as is not None:
                links.hide_node(spec.address, spec.seen_as)
            if spec.inner is not None:
                kernel.enter(namespaces[0], Namespace.NETWORK)
                links.set_up_inner_network(spec.inner, spec.address)
            namespaces.append(roots.build(spec, self._world_root))
            return namespaces

        def built(descriptors: list[int]) -> None:
            net, uts, mnt = descriptors
            hidden = spec.address if spec.seen_as else None
            namespaces = {"net": net, "uts": uts, "mnt": mnt}
            self._nodes[spec.name] = _Node(number, attached_to, namespaces, hidden)
            self._reply(identity)

        self._work(identity, build, built)

    def _remove_node(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        # Before its processes are killed, so that no more are started on it.
        node = self._nodes.pop(message["name"])

        def kill() -> list[int]:
            kill_processes_in(node.namespaces["mnt"])
            return []

        def killed(_descriptors: list[int]) -> None:
            try:
                kernel.enter(node.attached_to, Namespace.NETWORK)
                links.detach_node(node.number, node.hidden)
            finally:
                kernel.enter(self._home, Namespace.NETWORK)
            for descriptor in node.namespaces.values():
                os.close(descriptor)
            self._reply(identity)

        self._work(identity, kill, killed)

    def _work(self, identity: int, work: Callable[[], list[int]], done: Callable[[list[int]], None]) -> None:
        worker = Worker.start(work)

        def finish() -> None:
            self._selector.unregister(worker)
            try:
                done(worker.result())
            except (OSError, NetlinkError) as error:
                self._fail(identity, error)

        self._selector.register(worker, selectors.EVENT_READ, finish)

    def _spawn(self, identity: int, message: dict[str, Any], descriptors: list[int]) -> None:
        node = self._node(message["node"])
        execution = Execution(**message["process"])
        process = start_process(execution, node.namespaces, descriptors[0])
        self._processes.add(process)
        self._channel.send({"id": identity, "process": process})

    def _signal(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        if message["process"] in self._processes:
            os.killpg(message["process"], message["number"])
        self._reply(identity)

    def _socket(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        node = self._node(message["node"])
        try:
            kernel.enter(node.namespaces["net"], Namespace.NETWORK)
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        finally:
            kernel.enter(self._home, Namespace.NETWORK)
        with connection:
            self._reply(identity, descriptors=(connection.fileno(),))

    def _describe(self, identity: int, message: dict[str, Any], _descriptors: list[int]) -> None:
        self._reply(identity, self._node(message["node"]).namespaces)

    def _reap(self, wake: socket.socket) -> None:
        wake.recv(4096)
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if process == 0:
                return
            if process in self._processes:
                self._processes.discard(process)
                self._channel.send({"ended": process, "status": os.waitstatus_to_exitcode(status)})
