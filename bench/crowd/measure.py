"""Measures crowds of clients at a page: `python -m bench.crowd.measure HOST PORT HEALTH_PORT`.

Prints a line of JSON for each kind of crowd, with the measurements of the page without clients beside it.
They are taken by probes, which the page answers on a port of their own.
"""

import contextlib
import http.client
import json
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from bench.crowd.greetings import GREETINGS, Greeting, crowd, fill, unread
from bench.crowd.place import PageAddress, Watch

HOLD_SECONDS = 5.0
"""Less than the time that the page waits for a slow reader."""
HISTORY_BYTES = 40 << 20
"""More than the page keeps of its messages."""
WORST = "\0"
"""The character with the longest form in JSON, six bytes."""
FAST, MESSAGES = 25, 200


def measure(place: PageAddress) -> Iterator[dict[str, Any]]:
    """A figure for each crowd, compared with the page without clients."""
    connections = int(place.figure("testapp_max_connections"))
    fill(place, WORST, HISTORY_BYTES)
    alone = Watch(place)
    alone.look_for(HOLD_SECONDS)
    for name, greeting in GREETINGS.items():
        yield _figures(name, connections, _hold(place, {greeting: connections}), alone)
    events = connections // 2
    # One connection is left for the sender.
    slow = {
        unread("/events?last=10000"): events,
        unread("/messages?last=10000"): connections - events - FAST - 1,
    }
    readers = [Reader(place) for _ in range(FAST)]
    watch = Watch(place)
    with crowd(place, slow):
        mark = uuid.uuid4().hex
        sender = threading.Thread(target=_send, args=(place, mark))
        sender.start()
        watch.look_for(HOLD_SECONDS)
        sender.join()
        lost = sum(MESSAGES - reader.count(mark) for reader in readers)
    more = {"fast_readers": FAST, "messages": MESSAGES, "lost": lost}
    yield _figures("slow and fast readers", connections, watch, alone) | more


class Reader:
    """A client that reads an event stream as it arrives, in a thread of its own."""

    def __init__(self, place: PageAddress) -> None:
        self._connection = place.connect()
        self._connection.sendall(b"GET /events?last=0 HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        self._received = bytearray()
        threading.Thread(target=self._read, daemon=True).start()

    def count(self, mark: str) -> int:
        """The number of messages with this mark, once all have arrived or HOLD_SECONDS are over."""
        deadline = time.monotonic() + HOLD_SECONDS
        while (found := self._received.count(mark.encode())) < MESSAGES and time.monotonic() < deadline:
            time.sleep(0.05)
        self._connection.close()
        return found

    def _read(self) -> None:
        # OSError: `count` has closed the connection.
        with contextlib.suppress(OSError):
            while data := self._connection.recv(1 << 16):
                self._received += data


def _hold(place: PageAddress, greetings: Mapping[Greeting, int]) -> Watch:
    watch = Watch(place)
    with crowd(place, greetings):
        watch.look_for(HOLD_SECONDS)
    return watch


def _send(place: PageAddress, mark: str) -> None:
    connection = http.client.HTTPConnection(place.host, place.port, timeout=30)
    for _ in range(MESSAGES):
        connection.request("POST", "/messages", mark)
        connection.getresponse().read()
    connection.close()


def _figures(name: str, connections: int, seen: Watch, alone: Watch) -> dict[str, Any]:
    return {
        "figure": "the page at the most connections / alone",
        "clients": name,
        "connections": connections,
        "memory_mib": seen.most_bytes >> 20,
        "memory_alone_mib": alone.most_bytes >> 20,
        "healthz": sorted(seen.statuses),
        "healthz_slowest_ms": round(seen.slowest_s * 1000),
        "healthz_slowest_alone_ms": round(alone.slowest_s * 1000),
    }


if __name__ == "__main__":
    host, port, health_port = sys.argv[1:]
    for figure in measure(PageAddress(host, int(port), int(health_port))):
        print(json.dumps(figure), flush=True)
