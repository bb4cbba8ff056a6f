"""What is refused, and how little of anybody else's time and memory it takes."""

import socket
import time
import uuid
from collections.abc import Iterator

import httpx
import psutil
import pytest
from confluent_kafka import Producer
from replica import TOPIC, Page, Replica, address, await_answer, await_figure, figure


@pytest.fixture(scope="module")
def small(brokers: str) -> Iterator[Page]:
    """A replica whose limits are soon reached."""
    limits = {
        "ACCESS_TOKEN": "s3cret",
        "MAX_MESSAGE_BYTES": "1000",
        "MAX_PENDING_MESSAGES": "2",
        "MAX_BROWSERS": "2",
        "HISTORY_BYTES": str(4 << 20),
        "SLOW_READER_SECONDS": "1",
    }
    with Replica(brokers, **limits) as page:
        yield page


@pytest.fixture
def sender(small: Page) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=small.url, headers={"Authorization": "Bearer s3cret"}) as client:
        yield client


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"", 400, "empty"),
        (b" \n\t ", 400, "empty"),
        (b"\xff\xfe", 400, "UTF-8"),
        (b"\xed\xa0\x80", 400, "UTF-8"),
        (b"x" * 1001, 413, "1000 bytes"),
        (b"x" * 1000, 201, ""),
        ("grüße ☕ \u2028 \0".encode(), 201, ""),
        # White space to Python, not to the expressions of the description.
        (b"\x1c", 201, ""),
    ],
)
def test_bodies(sender: httpx.Client, body: bytes, status: int, reason: str) -> None:
    answer = sender.post("/messages", content=body)
    assert answer.status_code == status
    assert reason in answer.json().get("detail", "")


def test_too_large_is_too_large_also_without_a_length(sender: httpx.Client) -> None:
    assert sender.post("/messages", content=iter([b"x" * 600, b"x" * 600])).status_code == 413


def test_bodies_are_taken_as_they_are(sender: httpx.Client) -> None:
    answer = sender.post("/messages", content=b"x", headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


def test_keys_have_a_length(sender: httpx.Client) -> None:
    assert sender.post("/messages", params={"key": "k" * 1001}, content="x").status_code == 400


@pytest.mark.parametrize(
    "authorization", [None, "Bearer", "Bearer wrong", "Basic s3cret", "s3cret", "Bearer s3cret x", "Bearer ü"]
)
def test_sending_needs_the_token(small: Page, authorization: str | None) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode()}
    answer = httpx.post(f"{small.url}/messages", content="x", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://127.0.0.1:1", ""])
def test_pages_of_other_sites_can_not_send(sender: httpx.Client, origin: str) -> None:
    answer = sender.post("/messages", content="x", headers={"Origin": origin})
    assert answer.status_code == 403
    assert "another site" in answer.json()["detail"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_page_itself_can_send(sender: httpx.Client, small: Page, scheme: str) -> None:
    # By https where a proxy before it speaks that.
    own = small.url.replace("http:", f"{scheme}:")
    assert sender.post("/messages", content="x", headers={"Origin": own}).status_code == 201


def test_reading_needs_no_token_and_the_page_is_told_that_sending_does(small: Page) -> None:
    assert httpx.get(f"{small.url}/messages").status_code == 200
    html = httpx.get(small.url).text
    assert 'data-token="required"' in html
    assert "s3cret" not in html


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("PUT", "/messages", 405, "GET, HEAD, POST"),
        ("DELETE", "/messages", 405, "GET, HEAD, POST"),
        ("POST", "/events", 405, "GET"),
        ("HEAD", "/events", 405, "GET"),
        ("OPTIONS", "/cluster", 405, "GET, HEAD"),
        ("GET", "/messages/", 404, None),
        ("GET", "/static/", 404, None),
        ("GET", "/static/../application.py", 404, None),
        ("GET", "/static/%2e%2e/application.py", 404, None),
        ("GET", "/static/..%2fapplication.py", 404, None),
    ],
)
def test_wrong_paths_and_methods(small: Page, method: str, path: str, status: int, allow: str | None) -> None:
    raw = socket.create_connection(address(small.url))
    raw.sendall(f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    answer = b"".join(iter(lambda: raw.recv(4096), b"")).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert (f"\r\nAllow: {allow}\r\n" in answer) is (allow is not None)
    assert "application/json" in answer


def test_too_many_messages_at_once_are_told_to_come_again(small: Page, sender: httpx.Client) -> None:
    fields = b"Host: localhost\r\nAuthorization: Bearer s3cret\r\nContent-Length: 9\r\n"
    head = b"POST /messages HTTP/1.1\r\n%b\r\n" % fields
    waiting = [socket.create_connection(address(small.url)) for _ in range(2)]
    for connection in waiting:
        connection.sendall(head)
    await_figure(small.url, "testapp_pending_messages", 2)
    refused = sender.post("/messages", content="x")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    for connection in waiting:
        connection.sendall(b"123456789")
        assert connection.recv(1000).startswith(b"HTTP/1.1 201 ")
    # A sender that leaves in the middle gives its place back.
    gone = socket.create_connection(address(small.url))
    gone.sendall(head)
    await_figure(small.url, "testapp_pending_messages", 1)
    gone.close()
    await_figure(small.url, "testapp_pending_messages", 0)
    assert sender.post("/messages", content="x").status_code == 201


def test_too_many_browsers_are_told_to_come_again(small: Page) -> None:
    with httpx.stream("GET", f"{small.url}/events"), httpx.stream("GET", f"{small.url}/events"):
        refused = httpx.get(f"{small.url}/events")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) >= 1
    await_figure(small.url, "testapp_browsers", 0)


def test_connections_are_bounded_whether_or_not_they_ask_for_anything(brokers: str) -> None:
    with Replica(brokers, MAX_BROWSERS="1", MAX_PENDING_MESSAGES="1") as page:
        silent = [socket.create_connection(address(page.url)) for _ in range(160)]
        await_answer(f"{page.url}/healthz", 503)
        # Those who restart what is not healthy ask elsewhere.
        assert httpx.get(f"{page.health_url}/healthz").status_code == 200
        refused = httpx.get(f"{page.url}/messages")
        assert "too many connections" in refused.json()["detail"]
        assert int(refused.headers["Retry-After"]) >= 1
        for connection in silent:
            connection.close()
        await_answer(f"{page.url}/healthz", 200)


def test_a_browser_that_does_not_read_is_cut_off_and_costs_little_memory(brokers: str) -> None:
    limits = {"HISTORY_BYTES": str(1 << 20), "SLOW_READER_SECONDS": "1"}
    with Replica(brokers, **limits) as page:
        asleep = socket.socket()
        asleep.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asleep.connect(address(page.url))
        asleep.sendall(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n")
        await_figure(page.url, "testapp_browsers", 1)
        process = psutil.Process(page.process.pid)
        before = process.memory_info().rss
        # More than all buffers hold, which are those of the app and of the kernel on both sides.
        producer = Producer({"bootstrap.servers": brokers, "log_level": 2})
        for part in range(1, 11):
            for _ in range(30):
                producer.produce(TOPIC, b"x" * 90_000)
            producer.flush(30)
            await_figure(page.url, "testapp_consumed_messages_total", 30 * part, seconds=30)
        await_figure(page.url, "testapp_browsers", 0)
        assert figure(page.url, "testapp_errors_total") == 1
        # 27 MB went by.
        assert process.memory_info().rss - before < 16 << 20


def test_hostile_positions_are_no_positions(small: Page) -> None:
    for position in ("9" * 6000, "0:" + "9" * 5000, "0:1,0:", "-1:5", "a"):
        with httpx.stream("GET", f"{small.url}/events", headers={"Last-Event-ID": position}) as stream:
            assert stream.status_code == 200
            assert next(stream.iter_lines()) == ": connected"
        await_figure(small.url, "testapp_browsers", 0)
    assert httpx.get(f"{small.url}/events", params={"after": "x"}).status_code == 400


def test_what_is_no_text_is_shown_as_such_and_cut_where_it_is_too_long(small: Page) -> None:
    producer = Producer({"bootstrap.servers": small.brokers, "log_level": 2})
    mark = str(uuid.uuid4()).encode()
    producer.produce(TOPIC, mark + b"\xff" + b"x" * 5000, key=b"\xfe")
    producer.produce(TOPIC, None, key=mark)
    producer.flush(10)
    deadline = time.monotonic() + 15
    found: list[dict[str, object]] = []
    while len(found) < 2 and time.monotonic() < deadline:
        messages = httpx.get(f"{small.url}/messages?last=1000").json()
        found = [m for m in messages if mark.decode() in (m["text"] + (m["key"] or ""))]
    by_text = sorted(found, key=lambda m: str(m["text"]))
    assert [(m["text"], m["truncated"]) for m in by_text] == [
        ("", False),
        (f"{mark.decode()}\ufffd{'x' * (1000 - len(mark) - 1)}", True),
    ]
    assert by_text[1]["key"] == "\ufffd"
