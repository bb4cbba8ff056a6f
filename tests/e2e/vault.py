"""A key service on this machine, by which the engine opens secrets: a `hashivault://` secrets provider."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

KEY = "hashivault://key"
GOOD, BAD = "good", "bad"


def key(url: str, token: str) -> dict[str, str]:
    """What the engine's driver takes to use a key: https://gocloud.dev/howto/secrets/#vault."""
    return {"VAULT_SERVER_URL": url, "VAULT_SERVER_TOKEN": token}


@contextmanager
def vault() -> Iterator[str]:
    """A key service that knows the token `GOOD`, in the protocol of Vault's transit engine: its address.

    https://developer.hashicorp.com/vault/api-docs/secret/transit
    """
    server = HTTPServer(("127.0.0.1", 0), Vault)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Vault(BaseHTTPRequestHandler):
    """`encrypt` puts a mark before what it is given, and `decrypt` takes it away."""

    def do_PUT(self) -> None:
        given: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["X-Vault-Token"] != GOOD:
            self._answer(403, {"errors": ["permission denied"]})
        elif "/encrypt/" in self.path:
            self._answer(200, {"data": {"ciphertext": f"vault:v1:{given['plaintext']}"}})
        else:
            self._answer(200, {"data": {"plaintext": given["ciphertext"].removeprefix("vault:v1:")}})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass
