"""What the check sees of listeners with TLS: servers of this process, whose certificates the test makes."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from testapp.check.evidence import Mismatch, Silence
from testapp.check.probes import Probes
from testapp.kafka.security import PLAINTEXT, Security

from tests.e2e.broker_certificates import KEY_PASSWORD, BrokerAuthority

AUTHORITY, STRANGER = BrokerAuthority(), BrokerAuthority()
TRUSTING = Security("SSL", AUTHORITY.certificate)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("testapp.check.probes.ANSWER_SECONDS", 1)


def listener(folder: Path, addresses: Sequence[str], with_tls: bool = True) -> Iterator[str]:
    """Shakes hands, and then says nothing; without TLS it ends every connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    store = folder / "broker.pem"
    store.write_text(AUTHORITY.pem("broker.example.org", addresses))
    context.load_cert_chain(store, password=KEY_PASSWORD)

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if with_tls:
                context.wrap_socket(connection, server_side=True).recv(1)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def by_address(tmp_path: Path) -> Iterator[str]:
    yield from listener(tmp_path, ["127.0.0.1"])


@pytest.fixture
def by_name(tmp_path: Path) -> Iterator[str]:
    yield from listener(tmp_path, [])


@pytest.fixture
def without_tls(tmp_path: Path) -> Iterator[str]:
    yield from listener(tmp_path, [], with_tls=False)


def mismatch(address: str, security: Security) -> Mismatch | None:
    answer = Probes(address, "words", security).ask(address)
    assert isinstance(answer, Silence)
    return answer.mismatch


def test_a_certificate_with_the_address_is_trusted(by_address: str) -> None:
    assert mismatch(by_address, TRUSTING) is None


@pytest.mark.parametrize("security", [Security("SSL", STRANGER.certificate), Security("SSL")])
def test_one_of_another_authority_is_not(by_address: str, security: Security) -> None:
    assert mismatch(by_address, security) is Mismatch.CERTIFICATE


def test_one_without_the_address_is_not(by_name: str) -> None:
    assert mismatch(by_name, TRUSTING) is Mismatch.CERTIFICATE


def test_a_listener_without_tls_is_told_from_one_with_a_wrong_certificate(without_tls: str) -> None:
    assert mismatch(without_tls, TRUSTING) is Mismatch.TLS
    assert mismatch(without_tls, PLAINTEXT) is None
