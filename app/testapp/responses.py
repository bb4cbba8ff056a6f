"""What every answer has in common: its form, and the headers that keep browsers from harm."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from testapp.service import Service

SERVICE = web.AppKey("service", Service)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Messages come from anybody: the page may run only its own script, and nobody may frame it.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class ReaderTooSlow(ConnectionResetError):
    """The connection was cut, since the client left what it asked for unread for too long."""


class Refused(Exception):
    """A request is not fulfilled; holds the answer, which gives the reason."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        """`Retry_After="1"` stands for the header Retry-After."""
        super().__init__(detail)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.response = web.json_response({"detail": detail}, status=status, headers=named)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For aiohttp's signal on_response_prepare."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)


@web.middleware
async def refusals_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """All refusals get answers of one form, those of wrong paths and methods too."""
    try:
        return await handler(request)
    except Refused as refusal:
        answer = refusal
    except web.HTTPMethodNotAllowed as refusal:
        allowed = ", ".join(sorted(refusal.allowed_methods))
        answer = Refused(405, f"{request.path} takes {allowed}", Allow=allowed)
    except web.HTTPException as refusal:
        if refusal.status < 400:
            raise
        answer = Refused(refusal.status, f"{request.path}: {refusal.reason}")
    request.app[SERVICE].metrics.refused.labels(answer.response.status).inc()
    return answer.response


async def write(request: web.Request, response: web.StreamResponse, data: bytes, seconds: float) -> None:
    """Write to a client, as much as it takes in time.

    What it has not read stays in buffers of a bounded size. aiohttp waits for room in them; who leaves none
    for `seconds` is cut off, without what the buffers hold.

    Raises:
        ReaderTooSlow: see there.
        ConnectionResetError: the client has gone.
    """
    try:
        async with asyncio.timeout(seconds):
            await response.write(data)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ReaderTooSlow from None
