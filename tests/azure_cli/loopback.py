"""Answers what Azure's command line asks, on loopback, and notes it.

Answers have the shapes that Azure's own tests of the command line recorded
(github.com/Azure/azure-cli, src/azure-cli/azure/cli/command_modules/*/tests/latest/recordings), cut down.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

TENANT = "99999999-0000-0000-0000-000000000000"
MANAGEMENT = "management.azure.com"
OPERATION = "/subscriptions/0/providers/Microsoft.HDInsight/operation"


@dataclass(frozen=True)
class Request:
    """What is asked of the resource manager: `path` in lower case, without query, and the parsed body."""

    method: str
    path: str
    body: Any = None


@dataclass(frozen=True)
class Answer:
    """A response, whose `content` is sent as JSON; without it the body is empty."""

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


ACCEPTED = Answer(
    202,
    headers={
        "Azure-AsyncOperation": f"https://{MANAGEMENT}{OPERATION}",
        "Location": f"https://{MANAGEMENT}{OPERATION}/result",
    },
)
"""A long-running operation, which has ended when it is polled."""


class AzureOnLoopback:
    """Azure with two kinds of answers: `answers`, by method and the end of the path, and those to sign in.

    subscriptions: the ids of those that the user has, of which the command line takes the first by default.
    """

    def __init__(self, subscriptions: Sequence[str], answers: Mapping[tuple[str, str], Answer]) -> None:
        self.requests: list[Request] = []
        self.uploaded = b""
        self._answers = {(method, end.lower()): answer for (method, end), answer in answers.items()}
        self._subscriptions = subscriptions
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens; the host that is meant comes first in a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, url: str, content: bytes) -> Answer:
        """The answer to a request of HOST/PATH?QUERY."""
        host, _, path = urlsplit(url).path.strip("/").partition("/")
        path = f"/{path}".lower()
        if host != MANAGEMENT:
            return self._elsewhere(method, host, path, content)
        if path == "/subscriptions":
            return Answer(content={"value": [_subscription(each) for each in self._subscriptions]})
        if path.startswith(OPERATION.lower()):
            return Answer(content={"status": "Succeeded"})
        self.requests.append(Request(method, path, json.loads(content) if content else None))
        for (wanted, end), answer in self._answers.items():
            if method == wanted and path.endswith(end):
                return answer
        return Answer(404, {"error": {"code": "ResourceNotFound", "message": f"{method} {path}"}})

    def _elsewhere(self, method: str, host: str, path: str, content: bytes) -> Answer:
        if host == "login.microsoftonline.com":
            return Answer(content=_token() if path.endswith("/token") else _sign_in())
        if host.endswith(".blob.core.windows.net"):
            self.uploaded = content or self.uploaded
            return Answer(201 if method == "PUT" else 200, headers=_BLOB)
        return Answer(404)


class _Server(ThreadingHTTPServer):
    def __init__(self, azure: AzureOnLoopback) -> None:
        self.azure = azure
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _handle(self) -> None:
        assert isinstance(self.server, _Server)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.azure.answer(self.command, self.path, content)
        body = b"" if answer.content is None else json.dumps(answer.content).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: a test shows what was asked where it matters."""


_BLOB = {
    "ETag": '"0x8DB"',
    "Last-Modified": "Mon, 30 Nov 2026 00:00:00 GMT",
    # By this a run's log says that the run has ended.
    "x-ms-meta-complete": "successful",
    "x-ms-blob-type": "BlockBlob",
}


def _subscription(subscription: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{subscription}",
        "subscriptionId": subscription,
        "displayName": subscription,
        "state": "Enabled",
        "tenantId": TENANT,
        "subscriptionPolicies": {},
    }


def _sign_in() -> dict[str, str]:
    authority = f"https://login.microsoftonline.com/{TENANT}"
    return {
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "issuer": f"{authority}/v2.0",
    }


def _token() -> dict[str, Any]:
    parts = [{"alg": "none"}, {"oid": "deployer", "tid": TENANT}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return {"token_type": "Bearer", "expires_in": 86399, "access_token": ".".join([*encoded, "c2ln"])}
