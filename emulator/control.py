"""The daemon's control socket: a connection carries one request and its response, a line of JSON each.

Every user who can enter the home's folder can use the socket; only the folder's owner can.
"""

import json
import logging
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from emulator.home import Home

log = logging.getLogger(__name__)

Command = Callable[..., Any]


class DaemonUnreachable(Exception):
    """No daemon listens in this home."""


class CommandFailed(Exception):
    """The daemon refused a command; the message is for the user."""


def call(home: Home, command: str, /, **arguments: Any) -> Any:
    """Calls a command of the daemon, and returns its result. Arguments and result are JSON values.

    Raises DaemonUnreachable, and CommandFailed when the command is refused.
    """
    with _connection(home) as connection, connection.makefile("rw") as stream:
        stream.write(json.dumps({"command": command, "arguments": arguments}) + "\n")
        stream.flush()
        line = stream.readline()
    if not line:
        raise DaemonUnreachable("The daemon ended before it responded.")
    response = json.loads(line)
    if "error" in response:
        raise CommandFailed(response["error"])
    return response["result"]


def reachable(home: Home) -> bool:
    """Whether a daemon listens in this home."""
    try:
        with _connection(home):
            return True
    except DaemonUnreachable:
        return False


class ControlServer:
    """Serves `commands` on the home's socket, each call in a thread of its own.

    Exceptions reach the client as messages; those not listed in `refusals` are logged with their traceback.
    """

    def __init__(
        self, home: Home, commands: Mapping[str, Command], refusals: tuple[type[Exception], ...] = ()
    ) -> None:
        home.control_socket.unlink(missing_ok=True)
        with _short_path(home.control_socket) as path:
            self._server = _Server(path, commands, (CommandFailed, *refusals))
        self._thread = threading.Thread(target=self._server.serve_forever, name="control", daemon=True)
        self._socket = home.control_socket

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stops serving, and removes the socket."""
        self._server.shutdown()
        self._server.server_close()
        self._socket.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self, path: str, commands: Mapping[str, Command], refusals: tuple[type[Exception], ...]
    ) -> None:
        self.commands = commands
        self.refusals = refusals
        super().__init__(path, _RequestHandler)


class _RequestHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        line = self.rfile.readline()
        if line:
            self.wfile.write(json.dumps(self._answer(json.loads(line))).encode() + b"\n")

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        server = self.server
        assert isinstance(server, _Server)
        command = server.commands.get(request["command"])
        if command is None:
            known = ", ".join(sorted(server.commands))
            return {"error": f"The daemon has no command {request['command']}; its commands are {known}."}
        try:
            return {"result": command(**request["arguments"])}
        except server.refusals as refusal:
            return {"error": str(refusal)}
        except Exception as error:
            log.exception("%s", request["command"])
            return {"error": f"{type(error).__name__}: {error}"}


@contextmanager
def _connection(home: Home) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            with _short_path(home.control_socket) as path:
                connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise DaemonUnreachable(f"No emulator runs in {home.root}.") from error
        yield connection


@contextmanager
def _short_path(path: Path) -> Iterator[str]:
    """Yields a path short enough for AF_UNIX (108 bytes), through a descriptor of the socket's folder."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
