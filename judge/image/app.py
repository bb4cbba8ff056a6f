"""The program of the scenarios' image in the emulator; the variable BEHAVIOUR chooses what it does.

`behaviours` is judge/behaviours.py, which is copied into the image.
"""

import http.server
import os
import signal
import sys
import time
from pathlib import Path

from behaviours import FAILURES, HANGS, NEVER_READY, SECONDS_OF_SLOW_WORK, SLOW

BEHAVIOUR = os.environ["BEHAVIOUR"]


class Page(http.server.BaseHTTPRequestHandler):
    """Answers probes."""

    def do_GET(self) -> None:
        unready = BEHAVIOUR == NEVER_READY and self.path == "/readyz"
        self.send_response(503 if unready else 200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Logs nothing: probes would fill the log."""


def main(command: str, *arguments: str) -> int:
    # As PID 1 of a container has to: without a handler the kernel ignores the signal.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    if command == "serve":
        http.server.ThreadingHTTPServer(("", int(os.environ["HEALTH_PORT"])), Page).serve_forever()
    if BEHAVIOUR == HANGS:
        signal.pause()
    if BEHAVIOUR == SLOW:
        time.sleep(SECONDS_OF_SLOW_WORK)
    if failure := FAILURES.get((BEHAVIOUR, command)):
        print(failure.text)
        return failure.status
    if "--result" in arguments:
        Path(arguments[arguments.index("--result") + 1]).write_text('{"roundTripMilliseconds": 1.5}')
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
