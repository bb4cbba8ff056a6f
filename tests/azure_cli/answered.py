"""Runs Azure's command line with all its HTTP sent to the server at $ANSWERS, and no connection elsewhere.

For the Python of the environment that the command line is installed in: python answered.py ARGUMENT...
"""

import os
import socket
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from azure.cli.core import get_default_cli  # pyright: ignore[reportMissingImports]
from requests.adapters import HTTPAdapter

_send, _connect, _sleep = HTTPAdapter.send, socket.socket.connect, time.sleep


def _to_the_test(self: HTTPAdapter, request: Any, *positional: Any, **options: Any) -> Any:
    meant = urlsplit(request.url)
    origin = f"{meant.scheme}://{meant.netloc}"
    request.url = request.url.replace(origin, f"{os.environ['ANSWERS']}/{meant.netloc}", 1)
    return _send(self, request, *positional, **options)


def _only_here(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
        raise ConnectionRefusedError(f"{address} is not this machine")
    _connect(self, address)


HTTPAdapter.send = _to_the_test
socket.socket.connect = _only_here
# Operations are polled each 30 seconds, and here they have ended at the first look.
time.sleep = lambda _seconds, /: _sleep(0.01)
sys.exit(get_default_cli().invoke(sys.argv[1:]))
