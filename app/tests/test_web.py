"""The HTTP interface, over mock brokers."""

import json
import re
import time
import uuid
from collections.abc import Iterator

import httpx
import pytest
from replica import Page, Replica, figure


def messages_with(url: str, text: str, count: int = 1) -> list[dict[str, object]]:
    """The messages that carry `text`, as soon as there are `count` of them."""
    deadline = time.monotonic() + 15
    while True:
        found = [m for m in httpx.get(f"{url}/messages?last=1000").json() if m["text"] == text]
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
            elif line.startswith("data: ") and "offset" in line:
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


def test_an_event_is_one_line_to_every_reader_of_lines(page: Page) -> None:
    text = f"all that str.splitlines knows, {uuid.uuid4()}: \n \r \v \f \x1c \x1d \x1e \x85 \u2028 \u2029 end"
    httpx.post(f"{page.url}/messages", content=text)
    assert any(message["text"] == text for _, message in events(page.url))


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


def test_the_page_runs_only_its_own_script(page: Page) -> None:
    answer = httpx.get(page.url)
    assert answer.status_code == 200
    assert "Messages from Kafka" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # Nothing in it would need more: no scripts or styles of its own, nothing from elsewhere.
    assert re.findall(r"<style|style=|<script>| on[a-z]+=|https?://", answer.text) == []


def test_keys_choose_the_partition_and_come_back(page: Page) -> None:
    text = f"keyed {uuid.uuid4()}"
    posted = [httpx.post(f"{page.url}/messages", params={"key": "grüße"}, content=text) for _ in range(3)]
    assert len({answer.json()["partition"] for answer in posted}) == 1
    assert {m["key"] for m in messages_with(page.url, text, 3)} == {"grüße"}


@pytest.mark.parametrize("last", ["-1", "x", "1e3", "", "10001", "9" * 5000])
@pytest.mark.parametrize("path", ["messages", "events"])
def test_a_wrong_number_of_messages_is_refused(page: Page, path: str, last: str) -> None:
    answer = httpx.get(f"{page.url}/{path}", params={"last": last})
    assert answer.status_code == 400
    assert "last must be" in answer.json()["detail"]


def test_as_many_of_the_newest_as_asked_for(page: Page) -> None:
    texts = [f"{number} {uuid.uuid4()}" for number in range(3)]
    for text in texts:
        httpx.post(f"{page.url}/messages", params={"key": "one"}, content=text)
        messages_with(page.url, text)
    newest = httpx.get(f"{page.url}/messages?last=2").json()
    assert [message["text"] for message in newest] == texts[1:]
    assert httpx.get(f"{page.url}/messages?last=0").json() == []


def test_the_cluster_as_it_advertises_itself(page: Page) -> None:
    cluster = httpx.get(f"{page.url}/cluster").json()
    advertised = {f"{broker['host']}:{broker['port']}" for broker in cluster["brokers"]}
    assert advertised == set(page.brokers.split(","))
    assert {broker["reason"] for broker in cluster["brokers"]} == {None}
    assert cluster["trouble"] is None
    for partition in cluster["partitions"]:
        assert partition["leader"] in partition["replicas"]
        assert set(partition["inSyncReplicas"]) <= {broker["id"] for broker in cluster["brokers"]}


def test_figures_for_prometheus(page: Page) -> None:
    text = f"counted {uuid.uuid4()}"
    names = ("testapp_produced_messages_total", "testapp_consumed_messages_total")
    before = [figure(page.url, name) for name in names]
    with httpx.stream("GET", f"{page.url}/events"):
        for _ in range(2):
            httpx.post(f"{page.url}/messages", content=text)
        messages_with(page.url, text, 2)
        assert figure(page.url, "testapp_browsers") == 1
    assert [figure(page.url, name) - earlier for name, earlier in zip(names, before, strict=True)] == [2, 2]
    assert figure(page.url, "testapp_acknowledgement_seconds_count") >= 2
    assert figure(page.url, "testapp_latency_seconds_count") >= 2
    assert figure(page.url, "testapp_pending_messages") == 0
    assert figure(page.url, "testapp_ready") == 1
    assert figure(page.url, "testapp_missing_replicas") == 0
    assert figure(page.url, "testapp_broker_advertises_name") == 0
    refused = figure(page.url, "testapp_refused_requests_total")
    httpx.post(f"{page.url}/messages", content=b"")
    assert figure(page.url, "testapp_refused_requests_total") == refused + 1


def test_shutdown_ends_event_streams(brokers: str) -> None:
    with Replica(brokers) as page, httpx.stream("GET", f"{page.url}/events", timeout=15) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": connected"
        page.process.terminate()
        list(lines)
        assert page.process.wait(20) == 0
