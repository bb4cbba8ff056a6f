"""Load balancers, with pods that are sockets of this machine."""

import contextlib
import os
import socket
import socketserver
import threading
from ipaddress import IPv4Network

import pytest

from emulator.kubernetes.services import balancer
from emulator.kubernetes.services.balancer import LoadBalancers
from emulator.kubernetes.services.service import Endpoint
from emulator.kubernetes.services.sources import admit

ADDRESS = f"127.253.{os.getpid() % 250}.1"


class Machine:
    """Connects as a World would, without one."""

    def connect(self, node: str, address: str, port: int, timeout: float) -> socket.socket:
        assert node == "node"
        return socket.create_connection((address, port), timeout)


class Echo(socketserver.StreamRequestHandler):
    """Answers only once the other side has said everything."""

    def handle(self) -> None:
        received = self.rfile.read()
        _, port = self.connection.getsockname()
        self.wfile.write(port.to_bytes(4) + received)


@contextlib.contextmanager
def pod():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Endpoint("127.0.0.1", server.server_address[1])
        server.shutdown()


@pytest.fixture
def balancers():
    one = LoadBalancers(Machine(), "node")  # pyright: ignore[reportArgumentType]
    yield one
    one.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind((ADDRESS, 0))
        return one.getsockname()[1]


def unheard() -> type[OSError]:
    """What callers from elsewhere meet: silence, or a reset where the kernel filters for root alone."""
    with socket.socket() as one:
        try:
            admit(one, [])
        except PermissionError:
            return OSError
    return TimeoutError


def exchange(port: int, sent: bytes, source: str = "127.0.0.1", timeout: float = 20) -> tuple[int, bytes]:
    with socket.create_connection((ADDRESS, port), timeout, (source, 0)) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(1 << 16):
            received += part
    return int.from_bytes(received[:4]), received[4:]


def test_bytes_go_both_ways_and_each_end_is_told(balancers):
    with pod() as one:
        front = (ADDRESS, free_port())
        assert balancers.route({front: [one]}) == {}
        sent = os.urandom(3 << 20)
        assert exchange(front[1], sent) == (one.port, sent)


def test_every_pod_gets_connections_and_one_that_has_gone_none(balancers):
    with pod() as one, pod() as other:
        front = (ADDRESS, free_port())
        balancers.route({front: [one, other]})
        assert {exchange(front[1], b"x")[0] for _ in range(40)} == {one.port, other.port}
        balancers.route({front: [other]})
        assert {exchange(front[1], b"x")[0] for _ in range(20)} == {other.port}


@pytest.mark.parametrize("pods", [[], [Endpoint("127.0.0.1", 1)]], ids=["none", "deaf"])
def test_without_a_pod_that_listens_connections_are_reset(balancers, pods):
    front = (ADDRESS, free_port())
    balancers.route({front: pods})
    # Which call is the first to notice is a matter of time.
    with pytest.raises(OSError, match=r"reset|Broken pipe|not connected"):
        exchange(front[1], b"x")


def test_a_service_that_goes_takes_its_listener_and_connections_along(balancers):
    with pod() as one:
        front = (ADDRESS, free_port())
        balancers.route({front: [one]})
        with socket.create_connection(front, timeout=20) as connection:
            connection.sendall(b"x")
            balancers.route({})
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(100) == b""
        with pytest.raises(ConnectionRefusedError):
            exchange(front[1], b"x")


def test_a_port_that_is_taken_is_refused_and_taken_up_when_it_is_free(balancers):
    with pod() as one:
        front = (ADDRESS, free_port())
        with socket.create_server(front):
            refusals = balancers.route({front: [one]})
            assert refusals == {
                front: f"can't listen on {ADDRESS}:{front[1]} of this machine: Address already in use"
            }
        assert balancers.route({front: [one]}) == {}
        assert exchange(front[1], b"x") == (one.port, b"x")


def test_a_port_that_only_root_may_have_is_refused_with_what_to_do(balancers, monkeypatch):
    def forbid(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbid)
    refusal = balancers.route({(ADDRESS, 80): []})[(ADDRESS, 80)]
    assert "an ordinary user may not listen on port 80" in refusal
    assert "choose a Service port of 1024 or above" in refusal
    assert "sysctl net.ipv4.ip_unprivileged_port_start=80" in refusal


def test_where_the_kernel_does_not_filter_others_are_reset(balancers, monkeypatch):
    def forbid(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(balancer, "admit", forbid)
    with pod() as one:
        front = (ADDRESS, free_port())
        assert balancers.route({front: [one]}, {front: [IPv4Network("127.0.0.3/32")]}) == {}
        assert exchange(front[1], b"x", "127.0.0.3") == (one.port, b"x")
        with pytest.raises(OSError, match=r"reset|Broken pipe|not connected"):
            exchange(front[1], b"x", "127.0.0.1")


def test_only_the_sources_that_are_named_get_an_answer(balancers):
    with pod() as one:
        front = (ADDRESS, free_port())
        ranges = [IPv4Network("127.0.0.3/32"), IPv4Network("127.0.4.0/24")]
        balancers.route({front: [one]}, {front: ranges})
        for source in ("127.0.0.3", "127.0.4.9"):
            assert exchange(front[1], b"x", source) == (one.port, b"x")
        for source in ("127.0.0.1", "127.0.5.1"):
            with pytest.raises(unheard()):
                exchange(front[1], b"x", source, timeout=0.3)
        balancers.route({front: [one]}, {front: [IPv4Network("127.0.0.1/32")]})
        assert exchange(front[1], b"x") == (one.port, b"x")
        with pytest.raises(unheard()):
            exchange(front[1], b"x", "127.0.0.3", timeout=0.3)
        balancers.route({front: [one]})
        assert exchange(front[1], b"x", "127.0.0.3") == (one.port, b"x")
