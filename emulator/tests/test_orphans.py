import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.home import HOME_VARIABLE, Home
from emulator.orphans import kill_orphans


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def engine() -> Iterator[socket.socket]:
    """Stands for an engine that lives: it listens, and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def address(engine: socket.socket) -> str:
    return f"127.0.0.1:{engine.getsockname()[1]}"


@contextmanager
def helper(home: Home, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process with these arguments that waits for ever, started for a run in this home."""
    script = (
        "import sys, threading; sys.stdout.write('ready\\n'); sys.stdout.flush(); threading.Event().wait()"
    )
    process = subprocess.Popen(
        [arguments[0], "-c", script, *arguments[1:]],
        executable=sys.executable,
        env={**os.environ, HOME_VARIABLE: str(home.root)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


HELPERS = [
    ["/x/.engine/bin/pulumi-language-python", "ADDRESS"],
    ["/bin/sh", "/x/.engine/bin/pulumi-resource-pulumi-python", "ADDRESS"],
    ["python3", "pulumi.dynamic", "ADDRESS"],
]


@pytest.mark.parametrize("arguments", HELPERS, ids=["language host", "shell", "dynamic provider"])
def test_helpers_end_after_their_engine_and_not_before(
    home: Home, engine: socket.socket, arguments: list[str]
) -> None:
    told = [address(engine) if argument == "ADDRESS" else argument for argument in arguments]
    with helper(home, *told) as process:
        assert kill_orphans(home) == []
        assert process.poll() is None
        engine.close()
        assert kill_orphans(home) == [process.pid]
        assert process.poll() is not None


def test_helpers_in_another_home_and_other_processes_stay(
    home: Home, engine: socket.socket, tmp_path: Path
) -> None:
    dead = address(engine)
    engine.close()
    another = Home(tmp_path / "another")
    with helper(another, "pulumi-language-python", dead) as theirs, helper(home, "python3", dead) as other:
        assert kill_orphans(home) == []
        assert theirs.poll() is None
        assert other.poll() is None
