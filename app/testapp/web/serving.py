"""Answers HTTP until told to end, over a bounded number of connections."""

import asyncio
import contextlib
import signal
import socket
from dataclasses import dataclass

from aiohttp import web

from testapp.web.connections import Clients, displacing, refusing
from testapp.web.health import health_application
from testapp.web.responses import SERVICE

SECONDS_TO_ANSWER = 12.0
"""At the end, for requests that were taken in: longer than an acknowledgement is waited for."""
OTHER_CONNECTIONS = 150
"""Beside those of browsers' streams: senders, the page's files, metrics."""
PROBES = 16
"""Connections for probes at a time."""
SEND_BYTES = 32 << 10
"""Memory of the kernel, which doubles it, for what a client has not read; it would take megabytes."""
RECEIVE_BYTES = 16 << 10
"""The same for what one client has sent and this process has not read."""
_BACKLOG = 1024


@dataclass(frozen=True)
class Listeners:
    """Where clients come, and where probes do."""

    clients: socket.socket
    probes: socket.socket


def listen(port: int) -> socket.socket:
    """A socket on every IPv4 address whose connections have little memory of the kernel each.

    Raises:
        OSError: the port is in use, or not for this user.
    """
    listening = socket.create_server(("0.0.0.0", port), backlog=_BACKLOG)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    return listening


async def serve(app: web.Application, listeners: Listeners) -> None:
    """Serve until SIGTERM or SIGINT, then answer what was taken in."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with contextlib.AsyncExitStack() as ending:
        server = await _start(app, ending)
        service = app[SERVICE]
        probes = await _start(health_application(service), ending)
        most = service.settings.max_browsers + OTHER_CONNECTIONS
        service.metrics.max_connections.set(most)
        service.metrics.connections.set_function(lambda: len(server.connections))
        clients = Clients(service.metrics, service.settings.slow_reader_seconds)
        connect = refusing(server, clients, most)
        probe = displacing(probes, clients, PROBES)
        for factory, sock in ((connect, listeners.clients), (probe, listeners.probes)):
            listening = await loop.create_server(factory, sock=sock, backlog=_BACKLOG)
            ending.callback(listening.close)
        await ended.wait()


async def _start(app: web.Application, ending: contextlib.AsyncExitStack) -> web.Server:
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=SECONDS_TO_ANSWER, handler_cancellation=True
    )
    ending.push_async_callback(runner.cleanup)
    await runner.setup()
    assert runner.server is not None
    return runner.server
