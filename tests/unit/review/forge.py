"""A forge on this machine's loopback that remembers what it is asked, and answers from a table."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Forge(ThreadingHTTPServer):
    """`answers` by path with its query; any other path is not found when it is read."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.asked: list[tuple[str, str, Any]] = []
        self.tokens: set[str | None] = set()
        self.contents: list[tuple[str, str, str | None]] = []
        """Method, path and type of the body of each request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def written(self) -> list[tuple[str, str, Any]]:
        """Method, path and body of whatever was not only read."""
        return [asked for asked in self.asked if asked[0] != "GET"]


class _Handler(BaseHTTPRequestHandler):
    server: Forge  # pyright: ignore[reportIncompatibleVariableOverride]

    def _answer(self) -> None:
        length = int(self.headers["Content-Length"] or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.asked.append((self.command, self.path, body))
        self.server.tokens.add(self.headers["Authorization"])
        self.server.contents.append((self.command, self.path, self.headers["Content-Type"]))
        known = self.command != "GET" or self.path in self.server.answers
        answer = json.dumps(self.server.answers.get(self.path, {"message": "Not Found"})).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def serving(answers: Mapping[str, Any]) -> Iterator[Forge]:
    """A forge that answers until the end of the block."""
    forge = Forge(answers)
    thread = threading.Thread(target=forge.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield forge
    finally:
        forge.shutdown()
        thread.join()
        forge.server_close()
