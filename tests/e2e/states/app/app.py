"""What the program deploys where a state is recorded: an image whose tag never changes with the real app.

Never edit it: the tag, which is a digest of this folder, stands in the recorded states.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Healthy(BaseHTTPRequestHandler):
    """Answers every probe."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


if sys.argv[1] == "check":
    Path("/dev/termination-log").write_text(json.dumps({"roundTripMilliseconds": 1.5}))
elif sys.argv[1] == "serve":
    ThreadingHTTPServer(("", 8080), Healthy).serve_forever()
