"""Connections of clients: how many there may be, what each may hold, and how each misuse of one ends."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from testapp.web.metrics import Metrics
from testapp.web.responses import Refused, refusal, refusal_in_bytes
from testapp.web.sparing_log import SparingLog

IDLE_SECONDS = 75.0
"""How long a connection stays open for another request, or for the head of one to be complete."""
MOST_HEAD_BYTES = 16 << 10
"""Request line and header fields of the requests of one connection that are not answered yet."""
MOST_FIELD_BYTES = 8190
MOST_FIELDS = 64
READ_BYTES = 8 << 10
"""A body that nobody reads is taken in up to twice this much; then the client has to wait."""

_FULL = refusal_in_bytes("503 Service Unavailable", "too many connections are open already")
_TOO_MUCH = refusal_in_bytes(
    "431 Request Header Fields Too Large", f"the head of a request may have {MOST_HEAD_BYTES} bytes at most"
)
_TOO_LONG = f"a line has more than {MOST_FIELD_BYTES} bytes"
_log = logging.getLogger(__name__)


@dataclass
class Clients:
    """What all connections share. `slow_reader_seconds`: how long one may leave what it is sent unread."""

    metrics: Metrics
    slow_reader_seconds: float
    log: SparingLog = field(default_factory=lambda: SparingLog(_log))


def refusing(server: web.Server, clients: Clients, most: int) -> Callable[[], asyncio.Protocol]:
    """Makes connections, of which there are `most` at a time; further ones are told to come again."""

    def connect() -> asyncio.Protocol:
        return Connection(server, clients) if len(server.connections) < most else _Refusal()

    return connect


def displacing(server: web.Server, clients: Clients, most: int) -> Callable[[], asyncio.Protocol]:
    """The same, but the newest one is always taken, and ends the oldest: for short questions."""

    def connect() -> asyncio.Protocol:
        for oldest in server.connections[: len(server.connections) - most + 1]:
            oldest.force_close()
        return Connection(server, clients)

    return connect


class Connection(web.RequestHandler):
    """A connection that holds a bounded amount of memory, whatever the client sends, or leaves unread."""

    __slots__ = ("_body", "_clients", "_head_bytes", "_slow")

    def __init__(self, server: web.Server, clients: Clients) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # pyright: ignore[reportArgumentType]
            keepalive_timeout=IDLE_SECONDS,
            max_line_size=MOST_FIELD_BYTES,
            max_field_size=MOST_FIELD_BYTES,
            max_headers=MOST_FIELDS,
            read_bufsize=READ_BYTES,
            # A small body could become a large one.
            auto_decompress=False,
        )
        self._clients = clients
        self._head_bytes = 0
        self._body: StreamReader | None = None
        self._slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Have every write wait until the one before is with the kernel."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.set_write_buffer_limits(high=0)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop to wait for the client."""
        self._read_again()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what the client sent, unless heads of requests pile up."""
        waiting, count = len(self._messages), self._request_count
        in_body = self._body is not None and not self._body.is_eof()
        super().data_received(data)
        if self._request_count > count and self._messages:
            self._body = self._messages[-1][1]
            new = sum(_size(message) for message, _ in list(self._messages)[waiting:])
            self._head_bytes = new + (self._head_bytes if waiting else 0)
        elif not in_body:
            self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES and self.transport is not None:
            self._end(self.transport)

    def pause_writing(self) -> None:
        """The client has left something unread: end the connection unless it goes on in time."""
        super().pause_writing()
        self._slow = self._loop.call_later(self._clients.slow_reader_seconds, self._cut_off)

    def resume_writing(self) -> None:
        """The client has read all that it was sent."""
        self._read_again()
        super().resume_writing()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP, and what this application did not foresee, with the reason in JSON.

        Raises:
            ConnectionError: the client has gone, or has a part of another answer already.
        """
        log = self._clients.log
        if isinstance(exc, ConnectionError):
            log.line("a client left", f"{request.remote} before it had its answer")
            raise ConnectionError from exc
        if isinstance(exc, HttpProcessingError | web.RequestPayloadError):
            too_large = isinstance(exc, LineTooLong)
            # Further lines repeat what was sent.
            reason = _TOO_LONG if too_large else (message or str(exc)).partition("\n")[0].strip(" :")
            log.line("a malformed request", f"from {request.remote}: {reason!r}")
            refused = Refused(431 if too_large else 400, f"this is no request of HTTP: {reason}")
        else:
            log.line("a request failed", f"{request.method} from {request.remote}", exc)
            refused = Refused(500, "this application failed to answer; its log says why")
        if request.writer.output_size > 0:
            raise ConnectionError("a part of another answer was sent already")
        refused.response.force_close()
        return refused.response

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the answer, in JSON also where aiohttp alone refuses."""
        if isinstance(resp, web.HTTPException) and not resp.prepared:
            resp = refusal(request, resp).response
        if resp.status >= 400:
            self._clients.metrics.refused.labels(resp.status).inc()
            if not request.content.is_eof():
                # What comes next is the rest of this request, which nobody reads.
                resp.force_close()
        return await super().finish_response(request, resp, start_time)

    def _read_again(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _cut_off(self) -> None:
        self._clients.metrics.errors.labels("slow_reader").inc()
        self._clients.log.line("a slow reader was cut off", f"{_host(self.peername)}")
        if self.transport is not None:
            self.transport.abort()

    def _end(self, transport: asyncio.Transport) -> None:
        self._clients.metrics.refused.labels(431).inc()
        self._clients.log.line("a malformed request", f"from {_host(self.peername)}: its head is too large")
        if self._current_request is None and self._task_handler is not None:
            transport.write(_TOO_MUCH)
            # Whatever may be complete is not answered any more.
            self._task_handler.cancel()
            transport.close()
        else:
            transport.abort()


class _Refusal(asyncio.Protocol):
    """A connection that is told to come again, whatever it wants."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_FULL)
        transport.close()


def _host(peer: object) -> object:
    return peer[0] if isinstance(peer, tuple) else peer


def _size(message: Any) -> int:
    """Bytes of a request's line and fields; one that could not be parsed has none."""
    fields = getattr(message, "raw_headers", ())
    return len(getattr(message, "path", "")) + sum(len(name) + len(value) for name, value in fields)
