"""Runs the handlers of probes and lifecycle hooks: an HTTP request, a TCP connection or a command."""

import http.client
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.kubernetes.node.container import port_number
from emulator.kubernetes.server.objects import Object
from emulator.network.specification import ProcessSpec
from emulator.network.world import NodeUnknown, World

_USER_AGENT = "kube-probe/1"


@dataclass(frozen=True)
class Answer:
    """Whether a handler succeeded, and the message if it did not."""

    success: bool
    message: str = ""


@dataclass(frozen=True)
class HandlerTarget:
    """The container that handlers are run against, from the cluster node of its pod."""

    world: World
    machine: str
    """World name of the cluster node."""
    node: str
    """World name of the pod's own node."""
    address: str
    container: Object
    process: ProcessSpec
    """How the container was started; commands get its environment, folder and user."""

    def ask(self, handler: Mapping[str, Any], timeout: float) -> Answer:
        """Runs the httpGet, tcpSocket or exec of a probe or hook. `timeout`: in seconds."""
        try:
            if "exec" in handler:
                return self._execute(handler["exec"]["command"], timeout)
            if "httpGet" in handler:
                return self._get(handler["httpGet"], timeout)
            self._connect(handler["tcpSocket"]["port"], timeout).close()
        except (OSError, http.client.HTTPException, NodeUnknown) as error:
            return Answer(False, str(error) or type(error).__name__)
        return Answer(True)

    def _get(self, action: Mapping[str, Any], timeout: float) -> Answer:
        connection = http.client.HTTPConnection(self.address, timeout=timeout)
        connection.sock = self._connect(action["port"], timeout)
        headers = {"User-Agent": _USER_AGENT, "Connection": "close"}
        headers |= {header["name"]: header["value"] for header in action.get("httpHeaders") or []}
        try:
            connection.request("GET", action.get("path", "/"), headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
        success = 200 <= status < 400
        return Answer(success, "" if success else f"HTTP probe failed with statuscode: {status}")

    def _connect(self, port: int | str, timeout: float) -> socket.socket:
        number = port_number(self.container, port)
        if number is None:
            raise ConnectionError(f"the container has no port named {port}")
        connection = self.world.connect(self.machine, self.address, number, timeout)
        connection.settimeout(timeout)
        return connection

    def _execute(self, command: list[str], timeout: float) -> Answer:
        process = ProcessSpec(command, self.process.environment, self.process.folder, self.process.user)
        started = self.world.spawn(self.node, process)
        try:
            code = started.wait(timeout)
        except TimeoutError:
            started.signal(signal.SIGKILL)
            return Answer(False, f"command timed out after {timeout:g} seconds")
        return Answer(code == 0, "" if code == 0 else f"command exited with {code}")
