"""The HTTP interface: a page, the messages behind it, and the probes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from testapp.consumer import TopicConsumer
from testapp.events import event_stream
from testapp.feed import Feed
from testapp.producer import NotDelivered, TopicProducer
from testapp.settings import ServeSettings

MAX_MESSAGE_BYTES = 100_000
"""Well under the brokers' message.max.bytes (1,000,000 on HDInsight)."""

_STATIC = Path(__file__).parent / "static"


def application(settings: ServeSettings) -> Starlette:
    """The app over one topic; its Kafka clients live from start-up to shutdown."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        feed = Feed()
        consumer = TopicConsumer(
            settings.bootstrap_servers,
            settings.topic,
            deliver=lambda messages: loop.call_soon_threadsafe(feed.append, messages),
        )
        producer = TopicProducer(settings.bootstrap_servers, settings.topic)
        app.state.kafka = _Kafka(feed, consumer, producer)
        consumer.start()
        producer.start()
        yield
        await asyncio.to_thread(producer.stop)
        await asyncio.to_thread(consumer.stop)

    return Starlette(
        lifespan=lifespan,
        middleware=[Middleware(_SecurityHeaders)],
        routes=[
            Route("/", _page, methods=["GET"]),
            Route("/messages", _get_messages, methods=["GET"]),
            Route("/messages", _post_message, methods=["POST"]),
            Route("/events", _get_events, methods=["GET"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/readyz", _readyz, methods=["GET"]),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
    )


@dataclass(frozen=True)
class _Kafka:
    feed: Feed
    consumer: TopicConsumer
    producer: TopicProducer


def _kafka(request: Request) -> _Kafka:
    return request.app.state.kafka


async def _page(request: Request) -> Response:
    return FileResponse(_STATIC / "index.html")


async def _get_messages(request: Request) -> Response:
    limit = request.query_params.get("limit", "100")
    if not limit.isdecimal():
        return _problem(400, f"limit is {limit!r}; it must be a number")
    return JSONResponse([message.as_json() for message in _kafka(request).feed.last(int(limit))])


async def _post_message(request: Request) -> Response:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_MESSAGE_BYTES:
            return _problem(413, f"a message may have {MAX_MESSAGE_BYTES} bytes at most")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _problem(400, "the message is no UTF-8 text")
    if not text.strip():
        return _problem(400, "the message is empty")
    try:
        delivery = await _kafka(request).producer.send(text)
    except NotDelivered as error:
        return _problem(503, f"Kafka did not acknowledge the message: {error}")
    return JSONResponse(asdict(delivery), status_code=201)


async def _get_events(request: Request) -> Response:
    stream = event_stream(_kafka(request).feed, request.headers.get("last-event-id", ""))
    # Proxies that buffer (nginx) would hold events back.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _healthz(request: Request) -> Response:
    return _probe(_kafka(request).consumer.alive, "the consumer has ended")


async def _readyz(request: Request) -> Response:
    return _probe(_kafka(request).consumer.ready, "no broker answers, or the topic does not exist")


def _probe(good: bool, otherwise: str) -> Response:
    return JSONResponse({"status": "ok"}) if good else _problem(503, otherwise)


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status_code=status)


class _SecurityHeaders:
    """Messages come from anybody: the page may run only its own script, and nobody may frame it."""

    HEADERS = (
        (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    )

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self.HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
