"""`python -m testapp view`: prints what Kafka says of itself, again and again, until it is asked to end.

It takes part in nothing and changes nothing. That Kafka is away, or refuses, is something to print.
"""

import signal
import threading
import time
from pathlib import Path

from testapp.configuration.settings import ViewSettings
from testapp.view.asking import Kafka
from testapp.view.lines import Lines
from testapp.view.observation import Unknown
from testapp.view.snapshot import names_of_hosts, snapshot

PAUSE_SECONDS = 1.0
"""So long brokers are left alone between two rounds at least, or as long as the one before took, if less."""
HOSTS = Path("/etc/hosts")


def view(settings: ViewSettings) -> int:
    """Print a round's lines every few seconds; answers 0 after SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    kafka, lines = Kafka(settings.bootstrap_servers, settings.security), Lines()
    while not stopping.is_set():
        begun = time.monotonic()
        written = _round(kafka, lines, settings.security.user)
        for line in written:
            print(line, flush=True)
        now = time.monotonic()
        rest = lines.seconds_between(written, now) - (now - begun)
        stopping.wait(max(min(PAUSE_SECONDS, now - begun), rest))
    return 0


def _round(kafka: Kafka, lines: Lines, user: str) -> list[str]:
    try:
        document = snapshot(kafka.observe(), user, names_of_hosts(HOSTS.read_text()))
    except Unknown as unknown:
        return [*lines.unknown(str(unknown))]
    return [*lines.known(document, time.monotonic())]
