"""The API server as far as programs ask it themselves: reading pods, over HTTPS, with the cluster's token.

Pulumi's provider does not come by here: its stand-in has the objects at hand.
"""

import hmac
import json
import ssl
import threading
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.objects import POD, Object, labels_of
from emulator.ports import LOOPBACK


class ApiServer:
    """Serves one cluster's pods on a port of loopback."""

    def __init__(self, objects: ObjectStore, token: str, port: int, context: ssl.SSLContext) -> None:
        """Begins to listen. Raises OSError when the port is taken."""
        self._listener = _Listener((LOOPBACK, port), objects, token)
        self._listener.socket = context.wrap_socket(
            self._listener.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="api server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Frees the port."""
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


@dataclass(frozen=True)
class Answer:
    """A status and the object of the body."""

    status: int
    body: Object


def answer(objects: ObjectStore, token: str, method: str, target: str, authorization: str) -> Answer:
    """What the API server says to a request. `target`: path and query."""
    if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return _failure(401, "Unauthorized", "Unauthorized")
    path, _, query = target.partition("?")
    parameters = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    match path.strip("/").split("/"):
        case ["api", "v1", "namespaces", namespace, "pods"] if method == "GET":
            return _pods(objects, urllib.parse.unquote(namespace), parameters)
    return _not_modelled(f"{method} {path}")


def _pods(objects: ObjectStore, namespace: str, parameters: Mapping[str, str]) -> Answer:
    unknown = sorted(parameters.keys() - {"labelSelector"})
    if unknown:
        return _not_modelled(f"pods?{unknown[0]}")
    selector = parameters.get("labelSelector", "")
    wanted = {name: value for name, _, value in (part.partition("=") for part in selector.split(",") if part)}
    if any(set(f"{name}{value}") & set("!=() ") for name, value in wanted.items()):
        return _not_modelled(f"the labelSelector {selector}; only NAME=VALUE,... is")
    pods = [
        pod
        for pod in objects.list([POD.name])
        if pod["metadata"]["namespace"] == namespace and wanted.items() <= labels_of(pod).items()
    ]
    return Answer(200, {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": pods})


def _not_modelled(what: str) -> Answer:
    return _failure(501, "NotImplemented", f"not modelled by the emulator: {what}")


def _failure(code: int, reason: str, message: str) -> Answer:
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return Answer(code, {**status, "message": message, "reason": reason, "code": code})


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], objects: ObjectStore, token: str) -> None:
        self.objects = objects
        self.token = token
        super().__init__(address, _Connection)


class _Connection(BaseHTTPRequestHandler):
    connection: ssl.SSLSocket
    protocol_version = "HTTP/1.1"
    # Nobody who says nothing keeps a thread.
    timeout = 30

    def setup(self) -> None:
        super().setup()
        self.connection.do_handshake()

    def _answer(self) -> None:
        assert isinstance(self.server, _Listener)
        given = self.headers.get("Authorization", "")
        answered = answer(self.server.objects, self.server.token, self.command, self.path, given)
        content = json.dumps(answered.body).encode()
        self.send_response(answered.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        # A body that was sent along has not been read.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def log_request(self, code: object = "-", size: object = "-") -> None:
        return
