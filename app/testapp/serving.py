"""Answers HTTP until told to end, over a bounded number of connections."""

import asyncio
import signal
import socket

from aiohttp import web

SECONDS_TO_ANSWER = 12.0
"""At the end, for requests that were taken in: longer than an acknowledgement is waited for."""
IDLE_SECONDS = 75.0
"""How long a connection stays open for another request."""
_BACKLOG = 1024
_FULL = b'{"detail": "too many connections are open already"}'
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
    b"Retry-After: 5\r\nConnection: close\r\n\r\n%b" % (len(_FULL), _FULL)
)


async def serve(app: web.Application, sock: socket.socket, most: int) -> None:
    """Serve until SIGTERM or SIGINT, then answer what was taken in; `most`: connections at a time, about.

    Each costs memory before it asks for anything, when nothing else can refuse it.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=SECONDS_TO_ANSWER,
        handler_cancellation=True,
        # A small body could become a large one.
        auto_decompress=False,
        keepalive_timeout=IDLE_SECONDS,
    )
    await runner.setup()
    server = runner.server
    assert server is not None

    def connect() -> asyncio.Protocol:
        return server() if len(server.connections) < most else _Refusal()

    try:
        listening = await loop.create_server(connect, sock=sock, backlog=_BACKLOG)
        await ended.wait()
        listening.close()
    finally:
        await runner.cleanup()


class _Refusal(asyncio.Protocol):
    """A connection that is told to come again, whatever it wants."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_REFUSAL)
        transport.close()
