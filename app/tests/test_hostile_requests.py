"""What is no request of HTTP, or one that nobody means well: answered in one form, logged in few lines."""

import json
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import cast

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from replica import Page, Replica, address, await_figure, figure

HOST = b"Host: 127.0.0.1\r\n"
SECURITY = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control")
FIELD = b"X-Padding: ".ljust(8000, b"x") + b"\r\n"


@dataclass(frozen=True)
class Logged:
    """A page whose log can be read."""

    page: Page
    log: Path


@pytest.fixture(scope="module")
def logged(brokers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    log = tmp_path_factory.mktemp("log") / "log"
    limits = {"MAX_MESSAGE_BYTES": "1000", "APP_HOSTS": "messages.example.org", "SLOW_READER_SECONDS": "1"}
    with log.open("wb") as output, Replica(brokers, output.fileno(), **limits) as page:
        yield Logged(page, log)


def exchange(page: Page, request: bytes) -> bytes:
    """All that comes back, until the server ends the connection or has nothing more to say."""
    with socket.create_connection(address(page.url)) as connection:
        connection.settimeout(0.5)
        received = b""
        with suppress(OSError):
            connection.sendall(request)
        with suppress(OSError):
            while not is_complete(received) and (data := connection.recv(1 << 16)):
                received += data
    return received


def is_complete(received: bytes) -> bool:
    """Whether a final answer has come, with as much of a body as it has."""
    head, end, rest = received.partition(b"\r\n\r\n")
    if re.match(rb"HTTP/1.1 100 ", head):
        return is_complete(rest)
    length = re.search(rb"\r\nContent-Length: (\d+)", head)
    return bool(end) and length is not None and len(rest) >= int(length[1])


def parse(received: bytes) -> HTTPResponse:
    """The first final answer."""

    class Received:
        def makefile(self, mode: str) -> BytesIO:
            return BytesIO(received)

    response = HTTPResponse(cast(socket.socket, Received()))
    response.begin()
    return response


def assert_refused(received: bytes, status: int) -> None:
    response = parse(received)
    assert response.status == status
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert [name for name in SECURITY if name not in response.headers] == []
    assert response.headers["Server"] == "testapp"
    assert json.loads(response.read())["detail"]


def request(line: str, *fields: str, body: bytes = b"") -> bytes:
    head = "".join(f"{part}\r\n" for part in (f"{line} HTTP/1.1", *fields)).encode()
    return head + HOST + b"\r\n" + body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\0\1\2\r\n\r\n", 400),
        (bytes.fromhex("16030100f5010000f10303") + b"x" * 100 + b"\r\n\r\n", 400),
        (b"FOO / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/3.7\r\n" + HOST + b"\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        ("GET /ü HTTP/1.1\r\n\r\n".encode(), 400),
        (b"GET http://[bad/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\nno field\r\n" + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 100 + HOST + b"\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n" + HOST + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + FIELD * 3 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + HOST + FIELD * 12, 431),
        (b"POST /messages HTTP/1.1\r\nContent-Length: x\r\n" + HOST + b"\r\n", 400),
        (b"POST /messages HTTP/1.1\r\nContent-Length: -1\r\n" + HOST + b"\r\n", 400),
        (b"POST /messages HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n" + HOST + b"\r\n", 400),
        (b"POST /messages HTTP/1.1\r\nTransfer-Encoding: gzip\r\n" + HOST + b"\r\nabc", 400),
        (b"POST /messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\nzz\r\nabc\r\n", 400),
        (b"POST /messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n3\r\nabcde\r\n", 400),
        (
            b"POST /messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n"
            + HOST
            + b"\r\n0\r\n\r\n",
            400,
        ),
    ],
)
def test_what_is_no_http_is_refused_in_the_form_of_all_refusals(
    logged: Logged, sent: bytes, status: int
) -> None:
    assert_refused(exchange(logged.page, sent), status)


@pytest.mark.parametrize(
    ("line", "field", "status"),
    [
        ("GET /static/" + "a" * 256, "", 404),
        ("GET /static/" + "a" * 5000, "", 404),
        ("GET /static/%00", "", 404),
        ("GET /static/%ff%fe", "", 404),
        ("GET /static/page.js/", "", 404),
        ("GET /static/nobody.js", "Range: bytes=1-2", 404),
        ("PUT /static/page.js", "", 405),
        ("GET /", "Expect: the-impossible", 417),
        ("GET /static/page.js", "Expect: 200-ok", 417),
        ("GET /nowhere", "Expect: the-impossible", 417),
        ("PUT /messages", "Expect: the-impossible", 417),
        ("OPTIONS *", "Expect: the-impossible", 417),
        ("OPTIONS *", "", 404),
        ("GET /%zz", "", 404),
        ("GET /%0d%0aX:", "", 404),
        ("GET /messages?last=%ff", "", 400),
        ("CONNECT elsewhere.example:80", "", 404),
    ],
)
def test_what_is_not_there_or_can_not_be_is_refused_in_json(
    logged: Logged, line: str, field: str, status: int
) -> None:
    fields = [field] if field else []
    assert_refused(exchange(logged.page, request(line, *fields, "Connection: close")), status)


@pytest.mark.parametrize("wanted", ["bytes=9999999-", "bytes=5-1", "bytes=x", "lines=1-2", "bytes=0-0,1-1"])
def test_static_files_come_whole_whatever_part_of_them_is_wanted(logged: Logged, wanted: str) -> None:
    answer = httpx.get(f"{logged.page.url}/static/page.js", headers={"Range": wanted})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.text == httpx.get(f"{logged.page.url}/static/page.js").text


@pytest.mark.parametrize(
    ("line", "field", "status"),
    [
        ("POST /messages", "Content-Length: 1001", 413),
        ("POST /messages?key=" + "k" * 1001, "Content-Length: 3", 400),
        ("POST /messages", "Content-Length: 3\r\nOrigin: http://elsewhere.example", 403),
        ("POST /nowhere", "Content-Length: 1001", 404),
        ("PUT /messages", "Content-Length: 1001", 405),
        ("POST /static/page.js", "Content-Length: 1001", 405),
    ],
)
def test_nobody_is_told_to_send_a_body_that_is_refused(
    logged: Logged, line: str, field: str, status: int
) -> None:
    received = exchange(logged.page, request(line, field, "Expect: 100-continue"))
    assert received.startswith(f"HTTP/1.1 {status} ".encode())
    # What the client sends now can't be told from the body.
    assert parse(received).headers["Connection"] == "close"


def test_a_client_that_waits_for_it_is_told_to_go_on(logged: Logged) -> None:
    received = exchange(
        logged.page,
        request("POST /messages", "Expect: 100-Continue", "Content-Length: 3", body=b"abc"),
    )
    assert re.match(rb"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 ", received)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 201),
        ("[::1]:8080", 201),
        ("203.0.113.7:80", 201),
        ("localhost", 201),
        ("LocalHost.:8080", 201),
        ("Messages.Example.org", 201),
        ("messages.example.org.:8080", 201),
        ("rebound.example", 403),
        ("x.messages.example.org", 403),
        ("messages.example.org.evil.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("", 400),
        ("127.0.0.1@evil.example", 400),
        ("[rebound.example]", 400),
        ("a b", 400),
    ],
)
def test_messages_are_taken_by_addresses_and_by_names_that_are_set(
    logged: Logged, host: str, status: int
) -> None:
    # As a browser sends it whose page came from there, too.
    for origin in ("", f"Origin: http://{host}\r\n"):
        sent = f"POST /messages HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1\r\n{origin}\r\nx".encode()
        assert parse(exchange(logged.page, sent)).status == status


def test_a_program_of_before_names_no_host_and_may_send(logged: Logged) -> None:
    received = exchange(logged.page, b"POST /messages HTTP/1.0\r\nContent-Length: 1\r\n\r\nx")
    assert parse(received).status == 201


def test_reading_is_open_by_any_name(logged: Logged) -> None:
    answer = httpx.get(f"{logged.page.url}/messages", headers={"Host": "anything.example"})
    assert answer.status_code == 200


@given(
    st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"GET / HTTP/1.1\r\n" + HOST + tail)
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_come_the_answer_has_the_form_of_all_answers(logged: Logged, sent: bytes) -> None:
    received = exchange(logged.page, sent + b"\r\n\r\n")
    if received:
        response = parse(received)
        assert response.status < 500
        assert [name for name in SECURITY if name not in response.headers] == []
        assert response.headers["Server"] == "testapp"


def test_no_number_of_malformed_requests_or_of_clients_that_leave_fills_the_log(logged: Logged) -> None:
    before = logged.log.read_text().splitlines()
    refused = figure(logged.page.url, "testapp_refused_requests_total")
    for _ in range(100):
        exchange_without_waiting(logged.page, b"\0\r\n\r\n")
        exchange_without_waiting(logged.page, b"GET /messages?last=10000 HTTP/1.1\r\n" + HOST + b"\r\n")
        exchange_without_waiting(logged.page, b"GET /events HTTP/1.1\r\n" + HOST + b"\r\n")
        exchange_without_waiting(
            logged.page, b"POST /messages HTTP/1.1\r\nContent-Length: 9\r\n" + HOST + b"\r\nabc"
        )
    await_figure(logged.page.url, "testapp_refused_requests_total", refused + 100)
    await_figure(logged.page.url, "testapp_browsers", 0)
    await_figure(logged.page.url, "testapp_pending_messages", 0)
    lines = logged.log.read_text().splitlines()
    assert "Traceback" not in "\n".join(lines)
    # In some seconds, a line of each kind or two.
    assert len(lines) - len(before) < 12


def exchange_without_waiting(page: Page, sent: bytes) -> None:
    """Send and leave by a reset, as processes do that are killed."""
    with socket.create_connection(address(page.url)) as connection:
        connection.sendall(sent)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
