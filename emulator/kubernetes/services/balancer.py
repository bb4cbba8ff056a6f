"""Load balancers: listeners on loopback that forward connections to pods."""

import asyncio
import contextlib
import logging
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network
from typing import TypeVar

from emulator.kubernetes.services.service import Endpoint
from emulator.kubernetes.services.sources import admit
from emulator.network.world import NodeUnknown, World, WorldEnded

_CONNECT_TIMEOUT = 10.0  # seconds
_CONNECTING = 32  # connections that are being made at the same time
_CHUNK = 1 << 16
_BACKLOG = 128
_EVERYBODY = IPv4Network("0.0.0.0/0")
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)

log = logging.getLogger(__name__)

Front = tuple[str, int]
"""Address and port on loopback."""
_Result = TypeVar("_Result")


class ListenRefused(Exception):
    """This machine does not allow listening at an address; the message says why, and what to do."""


class _Listener:
    """A listening socket and the connections it accepted."""

    def __init__(self, listener: socket.socket) -> None:
        self.socket = listener
        self._connections: dict[asyncio.Task[None], socket.socket] = {}

    def carry(self, task: asyncio.Task[None], client: socket.socket) -> None:
        """Keeps the task that serves a connection until it is done."""
        self._connections[task] = client
        task.add_done_callback(self._connections.pop)

    async def close(self) -> None:
        """Stops listening and ends all connections."""
        self.socket.close()
        connections = dict(self._connections)
        for task in connections:
            task.cancel()
        if connections:
            await asyncio.wait(connections)
        # A task that was cancelled before it began never came to own its socket.
        for client in connections.values():
            client.close()


class LoadBalancers:
    """The front ends of one cluster. One thread calls `route` and `close`; another forwards the traffic."""

    def __init__(self, world: World, machine: str) -> None:
        """`machine`: the world node from which pods are reached."""
        self._world = world
        self._machine = machine
        self._fronts: dict[Front, _Listener] = {}
        self._backends: Mapping[Front, Sequence[Endpoint]] = {}
        self._sources: Mapping[Front, Sequence[IPv4Network]] = {}
        self._executor = ThreadPoolExecutor(_CONNECTING, thread_name_prefix="load-balancer")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="load-balancers", daemon=True)
        self._thread.start()

    def route(
        self,
        backends: Mapping[Front, Sequence[Endpoint]],
        sources: Mapping[Front, Sequence[IPv4Network]] | None = None,
    ) -> dict[Front, str]:
        """Listens at exactly these addresses and ports. Returns the refusals, by front end.

        `sources`: who may connect to a front end; all may to one that is not in it.
        """
        self._backends = dict(backends)
        self._sources = dict(sources or {})
        for front in self._fronts.keys() - backends.keys():
            self._call(self._end(self._fronts.pop(front)))
        refusals = {}
        for front in backends.keys() - self._fronts.keys():
            try:
                self._fronts[front] = self._call(
                    self._begin(front, _listening(*front, self._admitted(front)))
                )
            except ListenRefused as refused:
                refusals[front] = str(refused)
        for front, listener in self._fronts.items():
            _filter(listener.socket, self._admitted(front))
        return refusals

    def close(self) -> None:
        """Stops listening and drops all connections."""
        self.route({})
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._executor.shutdown(cancel_futures=True)

    def _admitted(self, front: Front) -> Sequence[IPv4Network]:
        return self._sources.get(front, (_EVERYBODY,))

    def _call(self, work: Coroutine[None, None, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _begin(self, front: Front, listener: socket.socket) -> _Listener:
        begun = _Listener(listener)
        self._loop.add_reader(listener, self._accept, front, begun)
        return begun

    def _accept(self, front: Front, listener: _Listener) -> None:
        try:
            client, (caller, _) = listener.socket.accept()
        except OSError as error:
            # The caller has gone, or no descriptor is left; established connections go on.
            log.info("accepting at %s:%d: %s", *front, error)
            return
        if not any(IPv4Address(caller) in network for network in self._admitted(front)):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            client.close()
            return
        client.setblocking(False)
        listener.carry(self._loop.create_task(self._serve(front, client)), client)

    async def _end(self, listener: _Listener) -> None:
        self._loop.remove_reader(listener.socket)
        await listener.close()

    async def _serve(self, front: Front, client: socket.socket) -> None:
        """Forwards one connection; resets it if no pod takes it, as kube-proxy does."""
        reader, writer = await asyncio.open_connection(sock=client)
        backend: asyncio.StreamWriter | None = None
        try:
            backend_reader, backend = await self._connect(front)
            await asyncio.gather(_carry(reader, backend), _carry(backend_reader, writer))
        except (OSError, NodeUnknown, WorldEnded):
            _reset(writer)
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            writer.close()
            if backend is not None:
                backend.close()

    async def _connect(self, front: Front) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        pods = self._backends.get(front, [])
        if not pods:
            raise ConnectionRefusedError(f"no pod is ready behind {front}")
        pod = random.choice(pods)
        connected = await self._loop.run_in_executor(
            self._executor, self._world.connect, self._machine, pod.address, pod.port, _CONNECT_TIMEOUT
        )
        connected.setblocking(False)
        return await asyncio.open_connection(sock=connected)


def _listening(address: str, port: int, sources: Sequence[IPv4Network]) -> socket.socket:
    listener = socket.socket()
    listener.setblocking(False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        _filter(listener, sources)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
    except PermissionError as error:
        listener.close()
        raise ListenRefused(
            f"an ordinary user may not listen on port {port} of this machine: choose a Service port of 1024 "
            f"or above, or allow it (sudo sysctl net.ipv4.ip_unprivileged_port_start={port})"
        ) from error
    except OSError as error:
        listener.close()
        raise ListenRefused(f"can't listen on {address}:{port} of this machine: {error.strerror}") from error
    return listener


def _filter(listener: socket.socket, sources: Sequence[IPv4Network]) -> None:
    """Has the kernel drop packets of other sources. Where only root may do so, `_accept` refuses them."""
    with contextlib.suppress(PermissionError):
        admit(listener, sources)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copies until the end of `reader`, and passes the end on."""
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    writer.transport.abort()
