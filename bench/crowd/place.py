"""The address of a page, and the measurements that its probes give."""

import contextlib
import http.client
import re
import socket
import time
from dataclasses import dataclass, field

RECEIVE_BUFFER_BYTES = 4096
"""The size of a client's receive buffer in its kernel."""


@dataclass(frozen=True)
class PageAddress:
    """A page's host, and its ports for clients and for probes."""

    host: str
    port: int
    health_port: int

    def connect(self) -> socket.socket:
        """A connection with a small receive buffer, so that unread answers stay with the page."""
        connection = socket.socket()
        connection.settimeout(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        connection.connect((self.host, self.port))
        return connection

    def probe(self, path: str) -> tuple[int, str]:
        """The status and body of a GET on the port for probes."""
        connection = http.client.HTTPConnection(self.host, self.health_port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def figure(self, name: str) -> float:
        """The value of one of the page's metrics without labels; 0 if there is none."""
        found = re.search(rf"^{name} (\S+)$", self.probe("/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else 0.0

    def memory(self) -> int:
        """The resident bytes of the page's process."""
        return int(self.figure("process_resident_memory_bytes"))


@dataclass
class Watch:
    """The results of probes over a time: statuses, the most memory, and the slowest answer."""

    place: PageAddress
    statuses: set[int] = field(default_factory=set)
    most_bytes: int = 0
    slowest_s: float = 0.0

    def look(self) -> None:
        """Probes once."""
        begun = time.monotonic()
        status, _ = self.place.probe("/healthz")
        self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        self.statuses.add(status)
        self.most_bytes = max(self.most_bytes, self.place.memory())

    def look_for(self, seconds: float) -> None:
        """Probes again and again, for so many seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
