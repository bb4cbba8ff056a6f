"""What every answer has in common: its form, and the headers that keep browsers from harm."""

import json
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from testapp.configuration.environment import LONGEST_SHOWN
from testapp.service import Service

SERVICE = web.AppKey("service", Service)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS: Mapping[str, str] = {
    # Messages come from anybody: the page may run only its own script, and nobody may frame it.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    # Left to itself, aiohttp tells its version, and Python's.
    "Server": "testapp",
}


PIECE_BYTES = 32 << 10
"""Of an answer, as much as waits in this process for a client to read."""


class Refused(Exception):
    """A request is not fulfilled; holds the answer, which gives the reason."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        """`Retry_After="1"` stands for the header Retry-After."""
        super().__init__(detail)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.response = web.json_response({"detail": detail}, status=status, headers={**HEADERS, **named})


async def whole(request: web.Request, body: bytes, content_type: str) -> web.StreamResponse:
    """Answer with a body that many requests share; what is large goes in pieces, which alone are copied."""
    if len(body) <= PIECE_BYTES or request.method == "HEAD":
        return web.Response(body=body, content_type=content_type)
    response = web.StreamResponse()
    response.content_length, response.content_type = len(body), content_type
    await response.prepare(request)
    await send(request, response, body)
    return response


async def send(request: web.Request, response: web.StreamResponse, data: bytes) -> None:
    """Write in pieces, each when the one before is with the kernel: no client costs more than one of them.

    Raises:
        ConnectionError: the client has gone, or was cut off since it leaves too long unread what it is sent.
    """
    view = memoryview(data)
    for start in range(0, len(view), PIECE_BYTES):
        await response.write(view[start : start + PIECE_BYTES])
        await request.writer.drain()


def refusal(request: web.BaseRequest, exception: web.HTTPException) -> Refused:
    """What aiohttp refuses by itself, wrong paths and methods for instance, in the form of all refusals."""
    path = request.path[:LONGEST_SHOWN]
    if isinstance(exception, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(exception.allowed_methods))
        return Refused(405, f"{path} takes {allowed}", Allow=allowed)
    return Refused(exception.status, f"{path}: {exception.reason}")


def refusal_in_bytes(status: str, detail: str) -> bytes:
    """A refusal as it goes over the wire, for clients whose requests are not read; it ends the connection."""
    body = json.dumps({"detail": detail}).encode()
    fields = {
        **HEADERS,
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        "Retry-After": "5",
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For aiohttp's signal on_response_prepare."""
    response.headers.update(HEADERS)


@web.middleware
async def refusals_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what is refused with its reason."""
    try:
        return await handler(request)
    except Refused as refused:
        return refused.response
    except web.HTTPException as exception:
        return refusal(request, exception).response


async def refuse_expectations(request: web.Request) -> web.StreamResponse | None:
    """For aiohttp, which asks what to do about the header Expect before anything else (RFC 9110, 10.1.1).

    Nothing is told to go on here: who takes a body says so when all else about the request is right.
    """
    expectation = request.headers.get("Expect", "")
    if expectation.lower() == "100-continue":
        return None
    return Refused(417, "nothing can be expected but 100-continue").response


async def let_continue(request: web.BaseRequest) -> None:
    """Tell a client that waits for it to send the body."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # It counts what was sent of an answer, after which no other answer can be given.
        request.writer.output_size = 0
