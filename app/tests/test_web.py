"""The HTTP interface, over mock brokers."""

import json
import time
import uuid
from collections.abc import Iterator

import httpx
import pytest
from replica import Page, Replica, await_answer


def messages_with(url: str, text: str, count: int = 1) -> list[dict[str, object]]:
    """The messages that carry `text`, as soon as there are `count` of them."""
    deadline = time.monotonic() + 15
    while True:
        found = [m for m in httpx.get(f"{url}/messages").json() if m["text"] == text]
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def events(url: str, position: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """(id, message) of each server-sent event."""
    headers = {"Last-Event-ID": position} if position else {}
    with httpx.stream("GET", f"{url}/events", headers=headers, timeout=15) as stream:
        last_id = ""
        for line in stream.iter_lines():
            if line.startswith("id: "):
                last_id = line.removeprefix("id: ")
            elif line.startswith("data: "):
                yield last_id, json.loads(line.removeprefix("data: "))


def test_a_message_comes_back_exactly_once(page: Page) -> None:
    text = f"hello {uuid.uuid4()}"
    answer = httpx.post(f"{page.url}/messages", content=text)
    assert answer.status_code == 201
    place = answer.json()
    httpx.post(f"{page.url}/messages", content="a later one")
    messages_with(page.url, "a later one")
    found = messages_with(page.url, text)
    assert [(m["partition"], m["offset"]) for m in found] == [(place["partition"], place["offset"])]


def test_every_replica_shows_every_message(page: Page) -> None:
    with Replica(page.brokers) as other:
        text = f"to all {uuid.uuid4()}"
        httpx.post(f"{page.url}/messages", content=text)
        assert len(messages_with(page.url, text)) == len(messages_with(other.url, text)) == 1


def test_a_new_replica_shows_what_was_sent_before_it_started(page: Page) -> None:
    text = f"earlier {uuid.uuid4()}"
    httpx.post(f"{page.url}/messages", content=text)
    with Replica(page.brokers) as late:
        assert len(messages_with(late.url, text)) == 1


def test_many_browsers_each_get_each_message_once(page: Page) -> None:
    sent = [f"{index} {uuid.uuid4()}" for index in range(20)]
    for text in sent:
        httpx.post(f"{page.url}/messages", content=text)
    for _ in range(3):
        received: list[object] = []
        for _, message in events(page.url):
            if message["text"] in sent:
                received.append(message["text"])
            if len(received) == len(sent):
                break
        assert sorted(map(str, received)) == sorted(sent)


def test_a_browser_that_reconnects_goes_on_where_it_was(page: Page) -> None:
    first, second = f"first {uuid.uuid4()}", f"second {uuid.uuid4()}"
    httpx.post(f"{page.url}/messages", content=first)
    position = next(last_id for last_id, message in events(page.url) if message["text"] == first)
    httpx.post(f"{page.url}/messages", content=second)
    with Replica(page.brokers) as other:
        texts = []
        for _, message in events(other.url, position):
            texts.append(message["text"])
            if message["text"] == second:
                break
    assert first not in texts


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"   ", 400), (b"\xff\xfe", 400), (b"x" * 100_001, 413), ("grüße ☕".encode(), 201)],
)
def test_bodies(page: Page, body: bytes, status: int) -> None:
    assert httpx.post(f"{page.url}/messages", content=body).status_code == status


def test_the_page_runs_only_its_own_script(page: Page) -> None:
    answer = httpx.get(page.url)
    assert answer.status_code == 200
    assert "Messages from Kafka" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


def test_without_brokers_alive_but_not_ready_and_503() -> None:
    replica = Replica("127.0.0.1:1")
    try:
        await_answer(f"{replica.page.url}/healthz", 200)
        assert httpx.get(f"{replica.page.url}/readyz").status_code == 503
        answer = httpx.post(f"{replica.page.url}/messages", content="lost", timeout=30)
        assert answer.status_code == 503
        assert "did not acknowledge" in answer.json()["detail"]
    finally:
        replica.page.process.terminate()
        replica.page.process.wait(30)


def test_shutdown_ends_open_event_streams(page: Page) -> None:
    with httpx.stream("GET", f"{page.url}/events", timeout=15) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": connected"
        page.process.terminate()
        list(lines)
    page.process.wait(20)
