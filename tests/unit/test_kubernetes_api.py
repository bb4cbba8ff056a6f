"""How the API server is asked: whom it is believed to be, who asks, and what becomes of its answers."""

import base64
import datetime
import ipaddress
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from components.cluster.api import ApiRefused, ApiUnreachable, connect
from components.cluster.login import KubeconfigUnusable
from tests.unit.api_server import kubeconfig, serving

CHECKOUT = Path(__file__).resolve().parents[2]
CONNECTING = """
import sys
import threading
import time
from components.cluster.api import connect

def work(after):
    time.sleep(after)
    with connect('{"clusters": [{"name": "one", "cluster": {"server": "https://127.0.0.1:1"}}], '
                 '"users": [{"name": "one", "user": {"token": "one"}}], '
                 '"contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}], '
                 '"current-context": "one"}'):
        sys.stdout.write("connected\\n")

for number in range(60):
    threading.Thread(target=work, args=[number / 100]).start()
"""
PODS = "/api/v1/namespaces/ns/pods"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ca.pem`, and below it `server.pem` for 127.0.0.1, which holds the key as well."""
    folder = tmp_path_factory.mktemp("authority")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cluster")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(pem)
    (folder / "server.pem").write_bytes(pem + private)
    return folder


def over_tls(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem")
    return context


@pytest.mark.parametrize("how", ["as text", "as a file"])
def test_the_kubeconfig_s_authority_is_believed_whatever_requests_are_told(
    authority: Path, how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_text(ssl.DER_cert_to_PEM_cert(b""))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    encoded = base64.b64encode((authority / "ca.pem").read_bytes()).decode()
    cluster = {
        "as text": {"certificate-authority-data": encoded},
        "as a file": {"certificate-authority": str(authority / "ca.pem")},
    }[how]
    with serving({PODS: []}, over_tls(authority)) as server:
        with connect(kubeconfig(server.url, cluster, token="t")) as api:
            assert list(api.list(PODS)) == []
        with connect(kubeconfig(server.url, token="t")) as api, pytest.raises(ApiUnreachable):
            api.get(PODS)


def test_an_address_may_end_in_a_slash() -> None:
    with serving({PODS: []}) as server, connect(kubeconfig(f"{server.url}/", token="t")) as api:
        list(api.list(PODS, {"labelSelector": "a/b=c"}))
    assert server.asked == [(PODS, {"labelSelector": "a/b=c", "limit": "500"}, "Bearer t")]


def test_a_token_may_come_from_a_program(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text('#!/bin/sh\necho "{\\"status\\": {\\"token\\": \\"$1-$KIND\\"}}"\n')
    plugin.chmod(0o755)
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(plugin),
        "args": ["printed"],
        "env": [{"name": "KIND", "value": "token"}],
    }
    with serving({PODS: []}) as server, connect(kubeconfig(server.url, exec=program)) as api:
        api.get(PODS)
    assert server.asked[0][2] == "Bearer printed-token"


def test_a_list_is_read_page_by_page() -> None:
    first = {"metadata": {"continue": "more"}, "items": [1]}
    with serving({PODS: first}) as server, connect(kubeconfig(server.url, token="t")) as api:
        pages = api.list(PODS)
        assert next(pages) == 1
        server.answers[PODS] = [2]
        assert list(pages) == [2]
    assert server.asked[1][1]["continue"] == "more"


def test_what_is_not_there_is_nothing_and_a_refusal_is_said() -> None:
    with serving({PODS: 403}) as server, connect(kubeconfig(server.url, token="t")) as api:
        assert api.get("/api/v1/namespaces/none") is None
        with pytest.raises(ApiRefused, match=f"refused: {PODS}") as refusal:
            api.get(PODS)
    assert refusal.value.status == 403


def test_a_server_that_is_gone_is_unreachable() -> None:
    with serving({}) as server:
        text = kubeconfig(server.url, token="t")
    with connect(text) as api, pytest.raises(ApiUnreachable):
        api.get(PODS)


def test_credentials_of_no_kind_that_is_known_are_named() -> None:
    for text, named in (
        (kubeconfig("http://127.0.0.1:1", username="a"), "no token, no client certificate and no exec"),
        ("clusters: []", "current-context"),
    ):
        with pytest.raises(KubeconfigUnusable, match=named), connect(text):
            pass


@pytest.mark.thorough
def test_threads_that_connect_first_at_the_same_time_all_can() -> None:
    command = [sys.executable, "-c", CONNECTING]
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines() == ["connected"] * 60, ended.stderr
