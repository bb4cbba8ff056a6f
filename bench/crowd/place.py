"""Where a page answers clients, and where probes; and what it says there of itself."""

import contextlib
import http.client
import re
import socket
import time
from dataclasses import dataclass, field

ROOM_BYTES = 4096
"""What a client's own kernel takes in for it."""


@dataclass(frozen=True)
class Place:
    """A page's ports."""

    host: str
    port: int
    health_port: int

    def connect(self) -> socket.socket:
        """A connection whose client has little room for what it does not read."""
        connection = socket.socket()
        connection.settimeout(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        connection.connect((self.host, self.port))
        return connection

    def probe(self, path: str) -> tuple[int, str]:
        """Status and body, from the port for probes."""
        connection = http.client.HTTPConnection(self.host, self.health_port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def figure(self, name: str) -> float:
        """One of the page's own figures, without labels."""
        found = re.search(rf"^{name} (\S+)$", self.probe("/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else 0.0

    def memory(self) -> int:
        """Resident bytes of the page's process."""
        return int(self.figure("process_resident_memory_bytes"))


@dataclass
class Watch:
    """What probes see for a while: the most memory, and how long the slowest answer took."""

    place: Place
    statuses: set[int] = field(default_factory=set)
    most_bytes: int = 0
    slowest_s: float = 0.0

    def look(self) -> None:
        """Ask once."""
        begun = time.monotonic()
        status, _ = self.place.probe("/healthz")
        self.slowest_s = max(self.slowest_s, time.monotonic() - begun)
        self.statuses.add(status)
        self.most_bytes = max(self.most_bytes, self.place.memory())

    def look_for(self, seconds: float) -> None:
        """Ask again and again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.look()
