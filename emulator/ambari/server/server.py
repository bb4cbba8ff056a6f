"""Ambari's HTTP server: connections, TLS, injected faults, and restarts."""

import contextlib
import gzip
import os
import signal
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import psutil

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.server.faults import Fault, Faults
from emulator.ambari.server.request_log import RequestLog
from emulator.ambari.server.routes import HANDLERS
from emulator.ambari.server.wire import Response, WireRequest, handle_request, route_of


class AmbariServer:
    """Serves one cluster's API, over TLS when there is a context. With port 0 it chooses a free one.

    kill: kills a process by its id, for the fault "kill-client".
    """

    def __init__(
        self,
        cluster: AmbariCluster,
        context: ssl.SSLContext | None,
        address: tuple[str, int],
        *,
        kill: Callable[[int], None] | None = None,
    ) -> None:
        self.faults = Faults({template for _, template in HANDLERS})
        self.log = RequestLog()
        self._cluster = cluster
        self._context = context
        self._address = address
        self._kill = kill or (lambda pid: os.kill(pid, signal.SIGKILL))
        self._listener: _Listener | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, which stay the same over restarts."""
        return self._address

    @property
    def url(self) -> str:
        """The server's URL without a path."""
        return f"{'https' if self._context else 'http'}://{self._address[0]}:{self._address[1]}"

    def start(self) -> None:
        """Starts serving. Raises OSError when the port is taken."""
        self._listen()
        self._cluster.start()

    def stop(self) -> None:
        """Ends all connections, frees the port, and closes the cluster."""
        self._stopped.set()
        self._close_listener()
        self._cluster.close()

    def restart(self, seconds: float = 0) -> None:
        """Restarts the server: for `seconds` connections are refused, and sessions end."""
        self._close_listener()
        self._cluster.restart()
        if not self._stopped.wait(seconds):
            self._listen()

    def respond(self, request: WireRequest, connection: "_Connection") -> Response | None:
        """Handles a request, with the fault that happens to it, if any.

        None: there is no response, and the connection is to be closed.
        """
        route = route_of(request)
        fault = self.faults.match(request.method, route)
        response: Response | None = None
        if fault is None or fault.when == "after" or fault.action == "delay":
            if fault and fault.when == "before":
                self._stopped.wait(fault.seconds)
            response = handle_request(self._cluster, request)
        if fault and not (fault.when == "before" and fault.action == "delay"):
            response = self._inject(fault, response, connection)
        self.log.add(request.method, route, response.status if response else 0)
        return response

    def _inject(self, fault: Fault, response: Response | None, connection: "_Connection") -> Response | None:
        match fault.action:
            case "delay":
                self._stopped.wait(fault.seconds)
                return response
            case "500":
                return Response(500, "Server Error", [("Content-Type", "text/plain;charset=iso-8859-1")])
            case "503":
                return Response(503, "Service Unavailable", [("Content-Type", "text/html")], _HTML)
            case "html":
                return Response(200, "OK", [("Content-Type", "text/html")], _HTML)
            case "empty":
                return Response(200, "OK", [("Content-Type", "text/plain;charset=utf-8")])
            case "reset":
                connection.reset_on_close()
            case "restart":
                threading.Thread(target=self.restart, args=(fault.seconds,), daemon=True).start()
            case "kill-client":
                self._kill(connection.peer_process())
        return None

    def _listen(self) -> None:
        with self._lock:
            listener = _Listener(self._address, self._context, self)
            self._address = (self._address[0], listener.server_address[1])
            self._listener = listener
            threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()

    def _close_listener(self) -> None:
        with self._lock:
            if self._listener:
                self._listener.shutdown()
                self._listener.server_close()
                self._listener.close_connections()
            self._listener = None


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext | None, owner: AmbariServer) -> None:
        self.owner = owner
        self._context = context
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Connection)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        connection, peer = super().get_request()
        if self._context:
            # The connection's own thread does the handshake, so a slow client doesn't delay others.
            connection = self._context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        with self._lock:
            self._connections.add(connection)
        return connection, peer

    def shutdown_request(self, request: socket.socket) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        with self._lock:
            self._connections.discard(request)
        if not _will_reset(request):
            _shut_down(request)
        request.close()

    def close_connections(self) -> None:
        """Ends all open connections."""
        with self._lock:
            for connection in self._connections:
                # Not close(): the connection's own thread still holds it, and closes it.
                _shut_down(connection)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connection: socket.socket

    def setup(self) -> None:
        super().setup()
        if isinstance(self.connection, ssl.SSLSocket):
            self.connection.do_handshake()

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # the client has closed the connection, so there is nothing to send

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = WireRequest(self.command, self.path, headers, body)
        response = cast(_Listener, self.server).owner.respond(request, self)
        if response is None:
            self.close_connection = True
        else:
            self._send(request, response)

    def reset_on_close(self) -> None:
        """Makes the connection end with a TCP reset when it is closed."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)

    def peer_process(self) -> int:
        """The id of the client's process. Raises LookupError when it is not on this machine."""
        for connection in psutil.net_connections("tcp"):
            if connection.pid and connection.laddr and tuple(connection.laddr) == self.client_address[:2]:
                return connection.pid
        raise LookupError(f"no process of this machine holds {self.client_address}")

    def _send(self, request: WireRequest, response: Response) -> None:
        body, headers = response.body, list(response.headers)
        if body and request.method == "GET" and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body)
            headers.append(("Content-Encoding", "gzip"))
        self.send_response_only(response.status, response.reason)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if response.closes:
            self.close_connection = True


_HTML = b"<html><head><title>Gateway</title></head><body><h1>Something went wrong</h1></body></html>"
_LINGER_RESET = struct.pack("ii", 1, 0)


def _will_reset(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == _LINGER_RESET


def _shut_down(connection: socket.socket) -> None:
    # ENOTCONN: the client has closed the connection already.
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
