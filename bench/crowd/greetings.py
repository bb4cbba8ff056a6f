"""Clients that try to occupy as much of a page's memory as they can."""

import contextlib
import http.client
import socket
from collections.abc import Callable, Iterator, Mapping

from bench.crowd.place import PageAddress

TEXT_BYTES = 90_000
HOST_FIELD = b"Host: 127.0.0.1\r\n"
_PADDING = b"X-Padding: ".ljust(4000, b"x") + b"\r\n"

Greeting = Callable[[socket.socket], object]
"""Sends what a client sends once it has connected."""


def unread(path: str, times: int = 1) -> Greeting:
    """A request, sent `times` times, whose answers are not read."""
    request = b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), HOST_FIELD)
    return lambda connection: connection.sendall(request * times)


def unfinished_head(size: int) -> Greeting:
    """The first `size` bytes of a request head, without its end."""

    def send(connection: socket.socket) -> None:
        head = b"GET / HTTP/1.1\r\n" + HOST_FIELD + _PADDING * (size // len(_PADDING) + 1)
        with contextlib.suppress(ConnectionError):
            connection.sendall(head[:size])

    return send


def unfinished_message(connection: socket.socket) -> None:
    """A message without its last byte."""
    head = b"POST /messages HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n" % (HOST_FIELD, TEXT_BYTES)
    with contextlib.suppress(ConnectionError):
        connection.sendall(head + b"x" * (TEXT_BYTES - 1))


def unread_body(connection: socket.socket) -> None:
    """A request for an event stream, with needless header fields and a body, whose answer is not read."""
    body = b"x" * 500_000
    fields = b"%b%bContent-Length: %d\r\n" % (HOST_FIELD, _PADDING * 3, len(body))
    connection.setblocking(False)
    # Sends as much as the page accepts without being read.
    with contextlib.suppress(BlockingIOError, ConnectionError):
        connection.send(b"GET /events?last=10000 HTTP/1.1\r\n%b\r\n%b" % (fields, body))


GREETINGS: Mapping[str, Greeting] = {
    "silent": lambda connection: None,
    "heads of 16 kB, unfinished": unfinished_head(16_300),
    "heads of 96 kB, unfinished": unfinished_head(96_000),
    "/messages unread": unread("/messages?last=10000"),
    "/events unread": unread("/events?last=10000"),
    "30 answers unread": unread("/openapi.json", 30),
    "messages of 90 kB, unfinished": unfinished_message,
    "/events unread, with a body": unread_body,
}


@contextlib.contextmanager
def crowd(place: PageAddress, greetings: Mapping[Greeting, int]) -> Iterator[None]:
    """Connects so many clients of each kind, in turn, for as long as the context lasts."""
    left = dict(greetings)
    with contextlib.ExitStack() as clients:
        while left := {greeting: count for greeting, count in left.items() if count}:
            for greeting in left:
                greeting(clients.enter_context(place.connect()))
                left[greeting] -= 1
        yield


def fill(place: PageAddress, character: str, size: int) -> None:
    """Sends messages that consist of this character, `size` bytes in all."""
    body = character.encode() * TEXT_BYTES
    connection = http.client.HTTPConnection(place.host, place.port, timeout=30)
    with contextlib.closing(connection):
        for _ in range(size // len(body)):
            connection.request("POST", "/messages", body)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 201:
                raise ConnectionError(f"POST /messages: {answer.status}")
