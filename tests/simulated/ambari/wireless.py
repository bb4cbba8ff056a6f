"""requests without sockets: each one goes straight to the emulated cluster, at a test's mercy."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError
from urllib3.response import HTTPResponse

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.server.wire import Response, WireRequest, handle_request, route_of

URL = "https://ambari.test"
Trouble = Literal[
    "lost-before",
    "lost-after",
    "500",
    "killed-before",
    "killed-after",
    "503",
    "html",
    "logged-out",
    "restart",
]


class Killed(BaseException):
    """The process that ran the change ends here: nothing of it runs any more."""


@dataclass
class Wireless(BaseAdapter):
    """`trouble` happens to call number `at` (from 1). `between` may do what others do between two calls."""

    cluster: AmbariCluster
    trouble: Trouble | None = None
    at: int = 0
    between: Callable[[str], None] = lambda _: None
    calls: list[str] = field(default_factory=list)
    _refuses: int = 0
    """So many more connections are refused."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        wire = _wire(request)
        call = f"{wire.method} {route_of(wire)}"
        self.calls.append(call)
        self.between(call)
        trouble = self.trouble if len(self.calls) == self.at else None
        if trouble == "restart":
            self.cluster.restart()
            self._refuses = _REFUSED
        if self._refuses:
            self._refuses -= 1
            raise requests.ConnectionError(_refusal(request))
        if trouble == "killed-before":
            raise Killed
        if trouble == "lost-before":
            raise requests.ConnectionError(ProtocolError("lost on its way there"))
        response = _INSTEAD.get(trouble or "") or handle_request(self.cluster, wire)
        if trouble == "killed-after":
            raise Killed
        if trouble == "lost-after":
            raise requests.ConnectionError(ProtocolError("lost on its way back"))
        return _response(request, response)

    def close(self) -> None:
        return


_REFUSED = 3
_HTML = [("Content-Type", "text/html")]
_INSTEAD: Mapping[str, Response] = {
    "500": Response(500, "Server Error", []),
    "503": Response(503, "Service Unavailable", _HTML, b"<html>Service Unavailable</html>"),
    "html": Response(200, "OK", _HTML, b"<html>Sign in</html>"),
    "logged-out": Response(
        403, "Forbidden", [], b'{"status": 403, "message": "Missing authentication token"}'
    ),
}
"""What is answered in the request's place, which then has no effect."""


def _wire(request: requests.PreparedRequest) -> WireRequest:
    parts = urlsplit(request.url or "")
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    body = request.body if isinstance(request.body, bytes) else b""
    return WireRequest(request.method or "", target, headers, body)


def _refusal(request: requests.PreparedRequest) -> MaxRetryError:
    pool = HTTPConnectionPool("ambari.test")
    reason = NewConnectionError(HTTPConnection("ambari.test"), "Connection refused")
    return MaxRetryError(pool, request.url or "", reason)


def _response(request: requests.PreparedRequest, response: Response) -> requests.Response:
    headers: Mapping[str, str] = dict(response.headers)
    raw = HTTPResponse(
        io.BytesIO(response.body), headers, response.status, reason=response.reason, preload_content=False
    )
    result = HTTPAdapter().build_response(request, raw)
    assert result.content is not None
    return result
