"""Whether a broker's certificate holds its address, seen on a real TLS socket."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from components.ambari.configuration.certificates import trouble_with_address
from emulator.tls import Authority


@contextmanager
def listener(context: ssl.SSLContext | None) -> Iterator[int]:
    """The port of a server on 127.0.0.1 that shakes hands, or says something that is no TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with contextlib.suppress(OSError), client:
                    if context is None:
                        client.sendall(b"no TLS here\n")
                    else:
                        context.wrap_socket(client, server_side=True).close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def context(folder: Path, *addresses: str) -> ssl.SSLContext:
    return Authority(folder).server_context("wn0-mykafk.example.internal", list(addresses))


def test_a_certificate_with_the_address_does_whoever_signed_it(tmp_path: Path):
    with listener(context(tmp_path, "10.10.0.6", "127.0.0.1")) as port:
        assert trouble_with_address("127.0.0.1", port) == ""


def test_a_certificate_without_the_address_does_not(tmp_path: Path):
    with listener(context(tmp_path, "10.10.0.6")) as port:
        trouble = trouble_with_address("127.0.0.1", port)
    assert trouble.startswith(f"the certificate at 127.0.0.1:{port} does not do (IP address mismatch")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(("held", "does"), [("127.0.0.1", True), ("10.10.0.6", False)])
def test_brokers_that_want_a_certificate_of_their_clients_show_theirs_first(
    tmp_path: Path, version: ssl.TLSVersion, held: str, does: bool
):
    both = context(tmp_path, held)
    both.maximum_version = version
    both.verify_mode = ssl.CERT_REQUIRED
    with listener(both) as port:
        trouble = trouble_with_address("127.0.0.1", port)
    assert ("IP address mismatch" in trouble, trouble == "") == (not does, does)


def test_a_listener_without_tls_is_said_to_have_none():
    with listener(None) as port:
        trouble = trouble_with_address("127.0.0.1", port)
    assert "could not be looked at from here (WRONG_VERSION_NUMBER)" in trouble


def test_a_broker_that_cannot_be_reached_is_named():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        trouble = trouble_with_address("127.0.0.1", port)
    unseen = f"the certificate at 127.0.0.1:{port} could not be looked at from here"
    assert trouble == f"{unseen} (Connection refused)"
