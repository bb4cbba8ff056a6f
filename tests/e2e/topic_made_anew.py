"""Run on a node of AKS's network: `python topic_made_anew.py BOOTSTRAP`.

Serves a page over a topic of its own, deletes the topic and makes it again while a browser looks on. Prints
what the browser was told, and what another is told that comes back with its position of before, as JSON.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from confluent_kafka.admin import AdminClient, NewTopic

sys.path.insert(0, str(Path(__file__).parents[2] / "app" / "tests"))

from replica import Replica, await_answer

TOPIC = "made-anew"
SECONDS = 60.0


def main(bootstrap: str) -> None:
    """Print the events of both browsers, oldest first."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    create(admin)
    with Replica(bootstrap, KAFKA_TOPIC=TOPIC) as page:
        seen: list[tuple[str, str, str]] = []
        threading.Thread(target=follow, args=(page.url, "", seen), daemon=True).start()
        for number in range(3):
            send(page.url, f"before {number}")
        until(lambda: "before 2" in str(seen), "the browser has what was sent before")
        position = seen[-1][2]
        for future in admin.delete_topics([TOPIC]).values():
            future.result()
        await_answer(f"{page.url}/readyz", 503, SECONDS)
        create(admin)
        await_answer(f"{page.url}/readyz", 200, SECONDS)
        send(page.url, "after")
        until(lambda: "after" in str(seen), "the browser has what was sent after")
        again: list[tuple[str, str, str]] = []
        threading.Thread(target=follow, args=(page.url, position, again), daemon=True).start()
        until(lambda: "after" in str(again), "the browser that came back has it too")
    print(json.dumps({"stayed": [told[:2] for told in seen], "came_back": [told[:2] for told in again]}))


def create(admin: AdminClient) -> None:
    """Wait until it is there: a topic that is being deleted can't be made."""

    def created() -> bool:
        futures = admin.create_topics([NewTopic(TOPIC, 1, 3)], operation_timeout=SECONDS)
        return all(future.exception() is None for future in futures.values())

    until(created, "the topic is made")


def send(url: str, text: str) -> None:
    httpx.post(f"{url}/messages", content=text, timeout=30).raise_for_status()


def follow(url: str, position: str, told: list[tuple[str, str, str]]) -> None:
    """Kind, text and id of each event."""
    for kind, text, position_then in events(url, position):
        told.append((kind, text, position_then))


def events(url: str, position: str) -> Iterator[tuple[str, str, str]]:
    headers = {"Last-Event-ID": position} if position else {}
    with httpx.stream("GET", f"{url}/events", headers=headers, timeout=SECONDS) as stream:
        kind, identifier = "message", ""
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "id":
                identifier = value
            elif name == "data":
                yield kind, json.loads(value).get("text", ""), identifier
                kind = "message"


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"not within {SECONDS:.0f} s: {what}")
        time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
