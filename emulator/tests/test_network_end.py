"""The end of a world: nothing is left, whoever ends it and however."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.home import CHECKOUT, Home
from emulator.network.specification import NodeSpec, ProcessSpec, RootSpec
from emulator.network.world import World, WorldEnded

PATH = {"PATH": "/usr/bin:/bin"}
ENDS_WITHIN = 20
"""Seconds."""


def populate(world: World, marker: str) -> None:
    """A node and a pod with a process each, which has `marker` in its arguments; the pod's is a daemon."""
    world.add_network("network", ["10.10.0.0/16"])
    world.add_node(NodeSpec("node", "network", "10.10.0.4", 24, "node"))
    world.add_node(NodeSpec("pod", "network", "10.10.0.5", 24, "pod", root=RootSpec([], scratch=["/tmp"])))
    sleep = ["sh", "-c", "trap : TERM HUP; sleep 1000; :", marker]
    world.spawn("node", ProcessSpec(sleep, PATH))
    detached = ["setsid", "--fork", *sleep]
    assert world.spawn("pod", ProcessSpec(detached, PATH, user=10001)).wait(ENDS_WITHIN) == 0


def machine_processes(marker: str) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                if marker.encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                    found.append(entry.name)
    return found


def await_processes(marker: str) -> None:
    """Until both of `populate` are seen: a process that is about to run a program has no arguments."""
    deadline = time.monotonic() + ENDS_WITHIN
    while len(machine_processes(marker)) != 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_for_end(pidfd: int) -> None:
    ended, _, _ = select.select([pidfd], [], [], ENDS_WITHIN)
    os.close(pidfd)
    assert ended


@pytest.fixture
def marker(tmp_path: Path) -> str:
    return f"marker-{tmp_path}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with contextlib.closing(World.start(Home(tmp_path))) as world:
        yield world


def test_close_leaves_no_process_and_whoever_waits_is_told(world: World, marker: str) -> None:
    populate(world, marker)
    process = world.spawn("node", ProcessSpec(["sleep", "1000"], PATH))
    await_processes(marker)
    statuses: list[int] = []
    waiting = threading.Thread(target=lambda: statuses.append(process.wait(ENDS_WITHIN)))
    waiting.start()

    world.close()

    waiting.join()
    assert statuses == [-signal.SIGKILL]
    assert machine_processes(marker) == []
    with pytest.raises(WorldEnded):
        world.spawn("node", ProcessSpec(["true"], PATH))
    world.close()


def test_a_killed_daemon_leaves_no_process(tmp_path: Path, marker: str) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from emulator.home import Home
from emulator.network.world import World
from {Path(__file__).stem} import populate
world = World.start(Home(Path({str(tmp_path)!r})))
populate(world, {marker!r})
print(world.init, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as daemon:
        assert daemon.stdout
        init_ended = os.pidfd_open(int(daemon.stdout.readline()))
        await_processes(marker)

        daemon.kill()

    wait_for_end(init_ended)
    assert machine_processes(marker) == []


def test_a_killed_init_ends_the_world(world: World, marker: str) -> None:
    populate(world, marker)
    process = world.spawn("node", ProcessSpec(["sleep", "1000"], PATH))
    init = world.init
    init_ended = os.pidfd_open(init)

    os.kill(init, signal.SIGKILL)

    assert process.wait(ENDS_WITHIN) == -signal.SIGKILL
    wait_for_end(init_ended)
    assert machine_processes(marker) == []
    with pytest.raises(WorldEnded):
        world.add_network("another", ["10.20.0.0/16"])


def test_signals_of_a_terminal_do_not_reach_the_world(world: World, marker: str) -> None:
    populate(world, marker)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        os.kill(world.init, number)
    assert os.getsid(world.init) != os.getsid(0)
    assert world.spawn("node", ProcessSpec(["true"], PATH)).wait(ENDS_WITHIN) == 0


def test_a_world_shows_nowhere_on_the_machine(world: World, marker: str) -> None:
    def machine() -> tuple[str, list[tuple[int, str]]]:
        return Path("/proc/self/mounts").read_text(), socket.if_nameindex()

    before = machine()
    populate(world, marker)
    assert machine() == before


def test_nodes_that_come_and_go_leave_no_descriptors(world: World, marker: str) -> None:
    populate(world, marker)
    descriptors = Path(f"/proc/{world.init}/fd")

    def come_and_go() -> tuple[int, int]:
        world.add_node(NodeSpec("guest", "network", "10.10.0.9", 24, "guest"))
        world.spawn("guest", ProcessSpec(["true"], PATH)).wait(ENDS_WITHIN)
        with pytest.raises(ConnectionRefusedError):
            world.connect("guest", "10.10.0.9", 9, 5)
        world.remove_node("guest")
        return len(os.listdir(descriptors)), len(os.listdir("/proc/self/fd"))

    first = come_and_go()
    assert [come_and_go() for _ in range(5)] == [first] * 5


def test_the_daemons_mask_does_not_lock_out_the_users_of_pods(tmp_path: Path) -> None:
    (tmp_path / "image" / "app").mkdir(parents=True)
    former = os.umask(0o077)
    try:
        world = World.start(Home(tmp_path / "home"))
    finally:
        os.umask(former)
    with contextlib.closing(world):
        world.add_network("network", ["10.10.0.0/16"])
        root = RootSpec([str(tmp_path / "image")], {"/opt/deep/image": str(tmp_path / "image")})
        world.add_node(NodeSpec("pod", "network", "10.10.0.5", 24, "pod", root=root))
        list_all = ProcessSpec(["ls", "/app", "/opt/deep/image", "/usr", "/etc", "/home"], PATH, user=10001)
        assert world.spawn("pod", list_all).wait(ENDS_WITHIN) == 0


def test_worlds_with_the_same_addresses_live_side_by_side(world: World, tmp_path: Path, marker: str) -> None:
    populate(world, marker)
    with contextlib.closing(World.start(Home(tmp_path / "other"))) as other:
        populate(other, f"{marker}-other")
        world.close()
        await_processes(f"{marker}-other")


def test_many_threads_use_one_world(world: World, marker: str) -> None:
    populate(world, marker)
    statuses: dict[int, int] = {}

    def use(number: int) -> None:
        name = f"node{number}"
        world.add_node(NodeSpec(name, "network", f"10.10.1.{number + 4}", 24, name))
        for _ in range(5):
            statuses[number] = world.spawn(name, ProcessSpec(["sh", "-c", f"exit {number}"], PATH)).wait(
                ENDS_WITHIN
            )
        world.remove_node(name)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == {number: number for number in range(8)}
    assert world.nodes() == ["node", "pod"]
