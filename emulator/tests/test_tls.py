import socket
import ssl
import threading

import pytest

from emulator.tls import Authority


def _handshake(context: ssl.SSLContext, client: ssl.SSLContext, name: str) -> str | None:
    server_end, client_end = socket.socketpair()

    def serve() -> None:
        try:
            with context.wrap_socket(server_end, server_side=True) as connection:
                connection.recv(1)
        except OSError:
            server_end.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(client_end, server_hostname=name) as connection:
            connection.sendall(b"x")
            return connection.version()
    finally:
        client_end.close()
        thread.join()


def _strict_client(authority: Authority) -> ssl.SSLContext:
    client = ssl.create_default_context(cafile=str(authority.bundle))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    return client


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "mykafka.azurehdinsight.net"])
def test_clients_with_the_bundle_trust_a_server(tmp_path, name):
    authority = Authority(tmp_path)
    context = authority.server_context("mykafka.azurehdinsight.net", ["127.0.0.1", "localhost"])
    assert _handshake(context, _strict_client(authority), name) == "TLSv1.3"


def test_a_server_is_not_trusted_under_another_name(tmp_path):
    authority = Authority(tmp_path)
    context = authority.server_context("mykafka.azurehdinsight.net", ["127.0.0.1"])
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(context, _strict_client(authority), "other.azurehdinsight.net")


def test_clients_without_the_bundle_trust_nothing(tmp_path):
    context = Authority(tmp_path).server_context("localhost", [])
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(context, ssl.create_default_context(), "localhost")


def test_the_authority_outlives_the_daemon(tmp_path):
    before = Authority(tmp_path)
    bundle = before.bundle.read_bytes()
    after = Authority(tmp_path)
    assert after.bundle.read_bytes() == bundle
    assert _handshake(after.server_context("localhost", []), _strict_client(before), "localhost")


def test_the_bundle_keeps_what_the_user_trusts(tmp_path, monkeypatch):
    own = Authority(tmp_path / "own")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(own.certificate))
    authority = Authority(tmp_path / "emulator")
    assert _handshake(own.server_context("localhost", []), _strict_client(authority), "localhost")


def test_private_keys_are_private(tmp_path):
    Authority(tmp_path).server_context("localhost", [])
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
