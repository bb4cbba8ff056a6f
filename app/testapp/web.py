"""The HTTP interface: a page, the messages behind it, what the cluster says, and the probes."""

import re
import socket
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from testapp.limits import MAX_LAST
from testapp.openapi import describe
from testapp.page import STATIC, page
from testapp.positions import parse_position
from testapp.reader import Reader
from testapp.responses import SERVICE, ReaderTooSlow, Refused, add_headers, refusals_as_json, write
from testapp.sending import post_message
from testapp.service import Service
from testapp.settings import ServeSettings

_WRITE_BYTES = 64 << 10
_SEND_BUFFER_BYTES = 128 << 10
"""Memory of the kernel for what one client has not read; left to itself, it takes megabytes."""


def application(settings: ServeSettings) -> web.Application:
    """The app over one topic; its Kafka clients live from start-up to shutdown."""
    app = web.Application(middlewares=[refusals_as_json])
    app.cleanup_ctx.append(_service(settings))
    app.on_shutdown.append(_end_streams)
    app.on_response_prepare.append(add_headers)
    html, description = page(settings), describe(settings)

    async def get_page(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    async def get_description(_: web.Request) -> web.Response:
        return web.json_response(description)

    app.add_routes(
        [
            web.get("/", get_page),
            web.get("/messages", _get_messages),
            web.post("/messages", _post_message),
            web.get("/events", _get_events, allow_head=False),
            web.get("/cluster", _get_cluster),
            web.get("/metrics", _get_metrics),
            web.get("/healthz", _healthz),
            web.get("/readyz", _readyz),
            web.get("/openapi.json", get_description),
            web.static("/static", STATIC),
        ]
    )
    return app


def listener(port: int) -> socket.socket:
    """A socket on every IPv4 address whose connections keep little of what is not read."""
    listening = socket.create_server(("0.0.0.0", port), backlog=1024)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    return listening


def _service(settings: ServeSettings) -> Callable[[web.Application], AsyncIterator[None]]:
    async def live(app: web.Application) -> AsyncIterator[None]:
        service = app[SERVICE] = Service(settings)
        service.start()
        yield
        await service.stop()

    return live


async def _end_streams(app: web.Application) -> None:
    # The server waits for open responses, and event streams end only when they are told to.
    app[SERVICE].feed.close()


async def _get_messages(request: web.Request) -> web.StreamResponse:
    service = request.app[SERVICE]
    entries = service.feed.last(_last(request))
    # In parts: the window is larger than what a client that does not read should cost.
    size = sum(len(entry.json) + 1 for entry in entries) + (1 if entries else 2)
    response = web.StreamResponse(headers={"Content-Length": str(size), "Content-Type": "application/json"})
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    part = bytearray(b"[")
    for number, entry in enumerate(entries):
        part += b"," + entry.json if number else entry.json
        if len(part) >= _WRITE_BYTES:
            await write(request, response, bytes(part), service.settings.slow_reader_seconds)
            part.clear()
    await write(request, response, bytes(part + b"]"), service.settings.slow_reader_seconds)
    return response


async def _post_message(request: web.Request) -> web.StreamResponse:
    return await post_message(request, request.app[SERVICE])


async def _get_events(request: web.Request) -> web.StreamResponse:
    service = request.app[SERVICE]
    last, after = _last(request), request.query.get("after")
    if after is not None and parse_position(after) is None:
        raise Refused(400, "after must be the id of an event, such as 0:17,1:4")
    # What the browser itself remembers is newer than the address that it was given once.
    seen = parse_position(request.headers.get("Last-Event-ID", "")) or parse_position(after or "")
    if not service.browsers.enter(0):
        raise Refused(503, f"{service.settings.max_browsers} browsers are connected already", Retry_After="5")
    try:
        # Proxies that buffer (nginx) would hold events back.
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        reader = Reader(service.feed, seen, last)
        data: bytes | None = b": connected\n\n"
        while data is not None:
            await write(request, response, data, service.settings.slow_reader_seconds)
            data = await reader.next()
    except ReaderTooSlow:
        service.metrics.errors.labels("slow_reader").inc()
        raise
    finally:
        service.browsers.leave(0)
    return response


async def _get_cluster(request: web.Request) -> web.StreamResponse:
    service = request.app[SERVICE]
    seen, trouble = service.watcher.seen, service.watcher.trouble
    if seen is None:
        raise Refused(503, trouble or "the brokers have not answered yet", Retry_After="1")
    return web.json_response({**seen.cluster.as_json(), "trouble": trouble})


async def _get_metrics(request: web.Request) -> web.StreamResponse:
    text, content_type = request.app[SERVICE].measure()
    return web.Response(body=text, headers={"Content-Type": content_type})


async def _healthz(request: web.Request) -> web.StreamResponse:
    return _probe(request.app[SERVICE].failure)


async def _readyz(request: web.Request) -> web.StreamResponse:
    return _probe(request.app[SERVICE].trouble)


def _probe(trouble: str | None) -> web.StreamResponse:
    if trouble:
        raise Refused(503, trouble, Retry_After="1")
    return web.json_response({"status": "ok"})


def _last(request: web.Request) -> int:
    last = request.query.get("last", "100")
    if not re.fullmatch("[0-9]{1,5}", last) or int(last) > MAX_LAST:
        raise Refused(400, f"last must be a whole number from 0 to {MAX_LAST}")
    return int(last)
