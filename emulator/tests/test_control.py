import socket
import threading

import pytest

from emulator import control
from emulator.home import Home


class Refused(Exception):
    pass


@pytest.fixture
def home(tmp_path):
    # Longer than an AF_UNIX address may be.
    root = tmp_path / ("x" * 100) / ("y" * 100)
    root.mkdir(parents=True)
    return Home(root)


@pytest.fixture
def serve(home):
    servers = []

    def start(**commands):
        server = control.ControlServer(home, commands, (Refused,))
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


def test_a_command_is_answered(home, serve):
    serve(add=lambda a, b: {"sum": a + b})
    assert control.call(home, "add", a=1, b=2) == {"sum": 3}
    assert control.reachable(home)


def test_refusals_reach_the_caller_in_their_own_words(home, serve, caplog):
    def refuse():
        raise Refused("not today")

    def fail():
        raise KeyError("bug")

    serve(refuse=refuse, fail=fail)
    with pytest.raises(control.CommandFailed, match=r"^not today$"):
        control.call(home, "refuse")
    assert caplog.records == []
    with pytest.raises(control.CommandFailed, match="KeyError: 'bug'"):
        control.call(home, "fail")
    assert "Traceback" in caplog.text


def test_an_unknown_command_is_refused_by_name(home, serve):
    serve(known=lambda: None)
    with pytest.raises(control.CommandFailed, match="no command other; its commands are known"):
        control.call(home, "other")


def test_a_slow_command_does_not_hold_up_another(home, serve):
    both = threading.Barrier(2, timeout=30)
    serve(meet=lambda: both.wait() >= 0)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(control.call(home, "meet"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True, True]


def test_no_daemon(home, tmp_path):
    assert not control.reachable(home)
    with pytest.raises(control.DaemonUnreachable, match="No emulator runs"):
        control.call(home, "hello")
    with pytest.raises(control.DaemonUnreachable):
        control.call(Home(tmp_path / "missing"), "hello")


def test_a_socket_left_by_a_dead_daemon_is_taken_over(home, serve, monkeypatch):
    # The whole path is too long for bind.
    monkeypatch.chdir(home.root)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(home.control_socket.name)
    assert home.control_socket.exists()
    assert not control.reachable(home)
    serve(who=lambda: "second")
    assert control.call(home, "who") == "second"
