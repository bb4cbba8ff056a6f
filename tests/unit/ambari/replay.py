"""A server on loopback that answers as the recorded Ambari 2.7.3 did, one recording after the other."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RECORDED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "recorded.json").read_text())


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Replay:
    """Answers with `script` in order: names of recordings, (status, body) pairs, or "drop" after reading."""

    script: list[Any]
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Replay:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def answer(self, seen: Seen) -> tuple[int, str, str | None, bytes] | None:
        self.seen.append(seen)
        step = self.script.pop(0)
        if step == "drop":
            return None
        if isinstance(step, tuple):
            status, body = step
            return status, "", "text/html", body.encode()
        recorded = RECORDED[step]
        body = "" if recorded["body"] is None else json.dumps(recorded["body"], indent=2)
        return recorded["status"], recorded["reason"], recorded["content_type"], body.encode()


def _handler(replay: Replay) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(data) if data else None
            seen = Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            answer = replay.answer(seen)
            if answer is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            status, reason, content_type, content = answer
            self.send_response(status, reason)
            self.send_header("Set-Cookie", "AMBARISESSIONID=node0;Path=/;HttpOnly")
            if content_type:
                self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            return

    return Handler
