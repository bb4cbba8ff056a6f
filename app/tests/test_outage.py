"""Brokers that are gone, or say nothing: what needs none goes on, and the rest says why it does not."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from replica import Brokers, Page, Replica, await_answer, await_figure

PATHS = ("/", "/messages", "/cluster", "/metrics", "/healthz", "/openapi.json", "/static/page.js")
AT_ONCE = 2.0
"""Seconds: less than any timeout of a client of Kafka, and more than a busy machine takes."""


@pytest.fixture
def replica(own_brokers: Brokers) -> Iterator[Page]:
    with Replica(own_brokers.servers, MAX_PENDING_MESSAGES="50") as page:
        yield page


def post(page: Page, text: str = "x") -> httpx.Response:
    return httpx.post(f"{page.url}/messages", content=text, timeout=30)


def test_every_get_is_answered_at_once_while_brokers_say_nothing(own_brokers: Brokers, replica: Page) -> None:
    assert post(replica, "before").status_code == 201
    own_brokers.freeze()
    with ThreadPoolExecutor(60) as senders:
        # More than may wait, from people who send again and again.
        waiting = [senders.submit(post, replica) for _ in range(60)]
        await_figure(replica.url, "testapp_pending_messages", 50)
        slowest = 0.0
        while not all(answer.done() for answer in waiting):
            for path in PATHS:
                begun = time.monotonic()
                assert httpx.get(f"{replica.url}{path}", timeout=AT_ONCE).status_code == 200
                slowest = max(slowest, time.monotonic() - begun)
        answers = [answer.result() for answer in waiting]
    assert sorted(answer.status_code for answer in answers) == [429] * 10 + [503] * 50
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
    assert {a.json()["detail"].split(",")[0] for a in answers if a.status_code == 503} == {
        "Kafka did not acknowledge the message"
    }
    not_ready = httpx.get(f"{replica.url}/readyz")
    assert not_ready.status_code == 503
    assert "no broker of" in not_ready.json()["detail"]
    own_brokers.thaw()
    await_answer(f"{replica.url}/readyz", 200)
    assert post(replica, "after").status_code == 201


def test_brokers_that_are_gone_make_nobody_wait_but_senders(own_brokers: Brokers, replica: Page) -> None:
    own_brokers.process.kill()
    await_answer(f"{replica.url}/readyz", 503)
    for path in PATHS:
        assert httpx.get(f"{replica.url}{path}", timeout=AT_ONCE).status_code == 200
    assert "no broker of" in httpx.get(f"{replica.url}/cluster").json()["trouble"]


def test_a_message_that_was_taken_in_is_written_before_the_end(own_brokers: Brokers, replica: Page) -> None:
    own_brokers.freeze()
    answers: list[httpx.Response] = []
    sender = threading.Thread(target=lambda: answers.append(post(replica, "the last one")))
    sender.start()
    await_figure(replica.url, "testapp_pending_messages", 1)
    replica.process.terminate()
    own_brokers.thaw()
    sender.join()
    assert answers[0].status_code == 201
    assert replica.process.wait(20) == 0
    with Replica(own_brokers.servers) as other:
        place = answers[0].json()
        found = [m for m in httpx.get(f"{other.url}/messages").json() if m["text"] == "the last one"]
        assert [(m["partition"], m["offset"]) for m in found] == [(place["partition"], place["offset"])]


def test_without_any_broker_from_the_beginning() -> None:
    replica = Replica("127.0.0.1:1")
    try:
        await_answer(f"{replica.page.url}/healthz", 200)
        assert httpx.get(f"{replica.page.url}/messages").json() == []
        for path in ("readyz", "cluster"):
            refused = httpx.get(f"{replica.page.url}/{path}")
            assert refused.status_code == 503
            assert "127.0.0.1:1" in refused.json()["detail"]
        answer = httpx.post(f"{replica.page.url}/messages", content="lost", timeout=30)
        assert answer.status_code == 503
        assert "did not acknowledge" in answer.json()["detail"]
    finally:
        replica.page.process.terminate()
        replica.page.process.wait(30)


def test_a_topic_that_does_not_exist_is_named(brokers: str) -> None:
    replica = Replica(brokers, KAFKA_TOPIC="nobody-made-it")
    try:
        await_answer(f"{replica.page.url}/healthz", 200)
        await_answer(f"{replica.page.url}/cluster", 200)
        assert "nobody-made-it does not exist" in httpx.get(f"{replica.page.url}/readyz").json()["detail"]
    finally:
        replica.page.process.terminate()
        replica.page.process.wait(30)
