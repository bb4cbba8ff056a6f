"""The HTTP interface: a page, the messages behind it, what the cluster says, and the probes."""

import json
import re
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from testapp.configuration.settings import ServeSettings
from testapp.feed.excerpt import Excerpt
from testapp.feed.positions import parse_position
from testapp.feed.reader import Reader
from testapp.limits import MAX_LAST
from testapp.service import Service
from testapp.web.health import healthz, metrics, readyz
from testapp.web.openapi import describe
from testapp.web.page import page, static_files
from testapp.web.responses import (
    SERVICE,
    Handler,
    Refused,
    add_headers,
    refusals_as_json,
    refuse_expectations,
    send,
    whole,
)
from testapp.web.sending import post_message


def application(settings: ServeSettings) -> web.Application:
    """The app over one topic; its Kafka clients live from start-up to shutdown."""
    app = web.Application(middlewares=[refusals_as_json])
    app.cleanup_ctx.append(_service(settings))
    app.on_shutdown.append(_end_streams)
    app.on_response_prepare.append(add_headers)
    html, description = page(settings).encode(), json.dumps(describe(settings)).encode()
    files = static_files()

    async def get_page(request: web.Request) -> web.StreamResponse:
        return await whole(request, html, "text/html")

    async def get_description(request: web.Request) -> web.StreamResponse:
        return await whole(request, description, "application/json")

    async def get_static(request: web.Request) -> web.StreamResponse:
        if (file := files.get(request.match_info["name"])) is None:
            raise web.HTTPNotFound
        return await whole(request, file.content, file.content_type)

    _route(app, "/", GET=get_page)
    _route(app, "/messages", GET=_get_messages, POST=_post_message)
    _route(app, "/events", head=False, GET=_get_events)
    _route(app, "/cluster", GET=_get_cluster)
    _route(app, "/metrics", GET=metrics)
    _route(app, "/healthz", GET=healthz)
    _route(app, "/readyz", GET=readyz)
    _route(app, "/openapi.json", GET=get_description)
    _route(app, "/static/{name}", GET=get_static)
    app.router.add_route("*", "/{path:.*}", _not_found, expect_handler=refuse_expectations)
    return app


def _route(app: web.Application, path: str, *, head: bool = True, **handlers: Handler) -> None:
    """Give the path a handler of each method, and one for all other methods.

    aiohttp would refuse these by itself, but not before it has told a client that waits to send its body.
    """
    resource = app.router.add_resource(path)
    methods = {**handlers, "HEAD": handlers["GET"]} if head else handlers

    async def not_allowed(request: web.Request) -> web.StreamResponse:
        raise web.HTTPMethodNotAllowed(request.method, methods)

    for method, handler in {**methods, "*": not_allowed}.items():
        resource.add_route(method, handler, expect_handler=refuse_expectations)


async def _not_found(request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


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
    excerpt = Excerpt(request.app[SERVICE].feed, _last(request))
    response = web.StreamResponse()
    response.content_length, response.content_type = excerpt.size, "application/json"
    await response.prepare(request)
    if request.method != "HEAD":
        for piece in excerpt.pieces():
            await send(request, response, piece)
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
            await send(request, response, data)
            data = await reader.next()
    finally:
        service.browsers.leave(0)
    return response


async def _get_cluster(request: web.Request) -> web.StreamResponse:
    service = request.app[SERVICE]
    if (cluster := service.cluster_as_json()) is None:
        trouble = service.watcher.trouble or "the brokers have not answered yet"
        raise Refused(503, trouble, Retry_After="1")
    return await whole(request, cluster, "application/json")


def _last(request: web.Request) -> int:
    last = request.query.get("last", "100")
    if not re.fullmatch("[0-9]{1,5}", last) or int(last) > MAX_LAST:
        raise Refused(400, f"last must be a whole number from 0 to {MAX_LAST}")
    return int(last)
