"""An API server of Kubernetes that has what a test gives it, and remembers who asked for what."""

import json
import ssl
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml

Answers = dict[str, Any]
"""By path: an object; a list of a list's items; a text; an int, the status of a refusal; or what tells one
of these by the query."""


class ApiServer(ThreadingHTTPServer):
    """Answers by path; the query and the credentials of each request are in `asked`."""

    daemon_threads = True

    def __init__(self, answers: Answers, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers = answers
        self.asked: list[tuple[str, Mapping[str, str], str | None]] = []
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server_port}"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, ApiServer)
        path, _, query = self.path.partition("?")
        asked = dict(urllib.parse.parse_qsl(query))
        self.server.asked.append((path, asked, self.headers["Authorization"]))
        found = self.server.answers.get(path, 404)
        found = found(asked) if callable(found) else found
        status = found if isinstance(found, int) else 200
        body = {"message": f"refused: {path}"} if isinstance(found, int) else found
        self.send_response(status)
        self.end_headers()
        text = (
            body if isinstance(body, str) else json.dumps({"items": body} if isinstance(body, list) else body)
        )
        self.wfile.write(text.encode())

    def log_request(self, code: object = "-", size: object = "-") -> None:
        return


@contextmanager
def serving(answers: Answers, context: ssl.SSLContext | None = None) -> Iterator[ApiServer]:
    """A server for as long as the block runs."""
    with ApiServer(answers, context) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def kubeconfig(url: str, cluster: Mapping[str, Any] | None = None, **user: Any) -> str:
    """One whose current context is not its first. `cluster`: what it holds beside the address."""
    return yaml.safe_dump(
        {
            "current-context": "one",
            "contexts": [
                {"name": "other", "context": {"cluster": "none", "user": "none"}},
                {"name": "one", "context": {"cluster": "c", "user": "u"}},
            ],
            "clusters": [{"name": "c", "cluster": {"server": url, **(cluster or {})}}],
            "users": [{"name": "u", "user": user}],
        }
    )
