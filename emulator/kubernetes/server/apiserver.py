"""The API server's HTTPS endpoint: objects, pod logs and evictions, authenticated by the cluster's token.

The emulated Pulumi provider does not use it: it has the object store.
"""

import hmac
import json
import ssl
import threading
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from emulator.kubernetes.server.api import ApiError, NotFound, ObjectStore, TooManyRequests
from emulator.kubernetes.server.eviction import evict
from emulator.kubernetes.server.objects import POD, Key, Object
from emulator.kubernetes.server.podlog import LogRefused, LogSource, read_log
from emulator.kubernetes.server.reading import Missing, NotModelled, read
from emulator.ports import LOOPBACK

_LONGEST_BODY = 1 << 20


class ApiServer:
    """Serves one cluster's objects, pod logs and evictions on a port of loopback."""

    def __init__(
        self, objects: ObjectStore, logs: LogSource, token: str, port: int, context: ssl.SSLContext
    ) -> None:
        """Starts listening. Raises OSError if the port is taken."""
        self._listener = _Listener((LOOPBACK, port), objects, logs, token)
        self._listener.socket = context.wrap_socket(
            self._listener.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="api server", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stops listening."""
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


@dataclass(frozen=True)
class Answer:
    """An HTTP status and a body: an object, or the text of a log."""

    status: int
    body: Object | bytes


def answer(
    objects: ObjectStore,
    logs: LogSource,
    token: str,
    method: str,
    target: str,
    authorization: str,
    body: bytes = b"",
) -> Answer:
    """The API server's answer to a request. `target`: path and query."""
    if not hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        return _failure(401, "Unauthorized", "Unauthorized")
    path, _, query = target.partition("?")
    parameters = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
    match [urllib.parse.unquote(part) for part in path.strip("/").split("/")]:
        case ["api", "v1", "namespaces", namespace, "pods", name, "log"] if method == "GET":
            return _log(objects, logs, Key(POD.name, namespace, name), parameters)
        case parts if method == "GET":
            return _read(objects, parts, parameters)
        case ["api", "v1", "namespaces", namespace, "pods", name, "eviction"] if method == "POST":
            return _evicted(objects, namespace, name, body)
    return _not_modelled(f"{method} {path}")


def _read(objects: ObjectStore, path: Sequence[str], parameters: Mapping[str, str]) -> Answer:
    try:
        return Answer(200, read(objects, path, parameters))
    except Missing as missing:
        return _failure(404, "NotFound", missing.text)
    except NotModelled as refused:
        return _not_modelled(str(refused))


def _log(objects: ObjectStore, logs: LogSource, key: Key, parameters: Mapping[str, str]) -> Answer:
    pod = objects.get(key)
    if pod is None:
        return _failure(404, "NotFound", f'{POD.plural} "{key.name}" not found')
    try:
        return Answer(200, read_log(pod, parameters, logs, time.time()))
    except LogRefused as refused:
        return _failure(refused.status, refused.reason, refused.text)
    except NotModelled as refused:
        return _not_modelled(str(refused))


def _evicted(objects: ObjectStore, namespace: str, name: str, body: bytes) -> Answer:
    """https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/"""
    try:
        eviction = json.loads(body)
        kind, named = (eviction["apiVersion"], eviction["kind"]), eviction["metadata"]["name"]
    except (ValueError, KeyError, TypeError):
        return _failure(400, "BadRequest", "the body is no Eviction with a name")
    if kind != ("policy/v1", "Eviction") or eviction.keys() - {"apiVersion", "kind", "metadata"}:
        return _not_modelled(f"{kind[0]} {kind[1]} with {', '.join(sorted(eviction))}")
    if named != name:
        return _failure(400, "BadRequest", "name in URL does not match name in Eviction object")
    try:
        evict(objects, namespace, name)
    except NotFound as error:
        return _failure(404, "NotFound", str(error))
    except TooManyRequests as error:
        return _failure(429, "TooManyRequests", str(error))
    except ApiError as error:
        return _failure(500, "", str(error))
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
    return Answer(201, status)


def _not_modelled(what: str) -> Answer:
    return _failure(501, "NotImplemented", f"not modelled by the emulator: {what}")


def _failure(code: int, reason: str, message: str) -> Answer:
    status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return Answer(code, {**status, "message": message, "reason": reason, "code": code})


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], objects: ObjectStore, logs: LogSource, token: str) -> None:
        self.objects = objects
        self.logs = logs
        self.token = token
        super().__init__(address, _Connection)


class _Connection(BaseHTTPRequestHandler):
    connection: ssl.SSLSocket
    protocol_version = "HTTP/1.1"
    # Seconds until a silent client's thread is freed.
    timeout = 30

    def setup(self) -> None:
        super().setup()
        self.connection.do_handshake()

    def _answer(self) -> None:
        assert isinstance(self.server, _Listener)
        given = self.headers.get("Authorization", "")
        length = min(int(self.headers.get("Content-Length") or 0), _LONGEST_BODY)
        body = self.rfile.read(length)
        server = self.server
        answered = answer(server.objects, server.logs, server.token, self.command, self.path, given, body)
        text = isinstance(answered.body, bytes)
        content = answered.body if isinstance(answered.body, bytes) else json.dumps(answered.body).encode()
        self.send_response(answered.status)
        self.send_header("Content-Type", "text/plain" if text else "application/json")
        self.send_header("Content-Length", str(len(content)))
        # A longer body has not been read to its end.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def log_request(self, code: object = "-", size: object = "-") -> None:
        return
