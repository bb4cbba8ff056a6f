"""A provider's process and the engine that it depends on."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from components.running import engine
from components.running.engine import EngineGone

PROVIDER = os.path.join("site-packages", "pulumi", "dynamic", "__main__.py")


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def address(listener: socket.socket) -> str:
    return f"127.0.0.1:{listener.getsockname()[1]}"


def test_the_engine_is_asked_whether_it_lives(listener: socket.socket, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", [PROVIDER, address(listener)])
    confirm = engine.engine_liveness()
    confirm()
    listener.close()
    with pytest.raises(EngineGone, match="has ended"):
        confirm()


@pytest.mark.parametrize("argv", [["pytest"], ["pytest", "127.0.0.1:1"], [PROVIDER], [PROVIDER, "--help"]])
def test_outside_of_a_provider_there_is_none_to_ask(argv: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", argv)
    engine.engine_liveness()()


def test_an_idle_process_ends_with_its_engine(listener: socket.socket):
    script = (
        "import sys, threading\n"
        f"sys.argv = [{PROVIDER!r}, {address(listener)!r}]\n"
        "from components.running import engine\n"
        "engine.end_with_engine()\n"
        "threading.Event().wait(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    connection, _ = listener.accept()
    assert process.poll() is None
    # One connection that ends is no proof: the engine closes those that say nothing.
    connection.close()
    connection, _ = listener.accept()
    assert process.poll() is None
    listener.close()
    connection.close()
    assert process.wait(timeout=30) == 1
