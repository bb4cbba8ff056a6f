"""What a process on a node sees: names, files, users, environment; and what is known of its end."""

import contextlib
import errno
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.home import Home
from emulator.network.specification import NodeSpec, ProcessSpec, RootSpec
from emulator.network.world import Process, World

PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
HOST_NAME = "wn0-mykafk.example.internal"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whatever nodes mount, some of it by way of links."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "disk").mkdir()
    for layer, text in (("upper", "upper"), ("lower", "lower")):
        application = folder / layer / "app"
        application.mkdir(parents=True)
        (application / "main").write_text(text)
        (application / f"only-{layer}").write_text("")
    python = folder / "private" / "python"
    python.mkdir(parents=True)
    (python / "version").write_text("3.11")
    (folder / "link").symlink_to(folder / "private")
    (folder / "private").chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[World]:
    with contextlib.closing(World.start(Home(tmp_path_factory.mktemp("world")))) as world:
        world.add_network("network", ["10.10.0.0/16"])
        world.add_node(
            NodeSpec(
                name="mykafka/wn0",
                network="network",
                address="10.10.0.4",
                prefix_length=24,
                hostname=HOST_NAME,
                hosts={"wn1-mykafk.example.internal": "10.10.0.5"},
                overlays={"/usr/hdp/current": str(folder / "disk"), "/srv-disk": str(folder / "disk")},
            )
        )
        world.add_node(
            NodeSpec(
                name="aks/pod",
                network="network",
                address="10.10.0.6",
                prefix_length=24,
                hostname="pod",
                overlays={"/data": str(folder / "disk")},
                root=RootSpec(
                    layers=[str(folder / "upper"), str(folder / "lower")],
                    binds={"/opt/python": str(folder / "link" / "python")},
                    scratch=["/tmp"],
                ),
            )
        )
        yield world


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "log"


def shell(world: World, node: str, script: str, log: Path, user: int | None = None) -> str:
    """What the script printed; it must succeed."""
    process = world.spawn(node, ProcessSpec(["sh", "-c", script], PATH, user=user, log=log))
    status = process.wait(10)
    text = log.read_text()
    assert status == 0, text
    return text


def test_a_node_knows_its_own_name_and_address(world: World, log: Path) -> None:
    printed = shell(world, "mykafka/wn0", "hostname; hostname -f; hostname -i; cat /etc/hostname", log)
    assert printed.split() == [HOST_NAME, HOST_NAME, "10.10.0.4", HOST_NAME]


def test_a_node_resolves_the_names_it_was_given_and_no_others(world: World, log: Path) -> None:
    assert shell(world, "mykafka/wn0", "getent hosts wn1-mykafk", log).split()[0] == "10.10.0.5"
    for node, name in (("mykafka/wn0", "pod"), ("mykafka/wn0", "example.com"), ("aks/pod", "wn1-mykafk")):
        assert world.spawn(node, ProcessSpec(["getent", "hosts", name], PATH)).wait(10) == 2


def test_the_names_that_a_node_resolves_can_be_replaced(world: World, log: Path) -> None:
    def resolves(name: str) -> bool:
        return world.spawn("mykafka/wn0", ProcessSpec(["getent", "hosts", name], PATH)).wait(10) == 0

    before = world.specification("mykafka/wn0").hosts
    world.set_hosts("mykafka/wn0", {"wn2-mykafk.example.internal": "10.10.0.7"})
    assert shell(world, "mykafka/wn0", "getent hosts wn2-mykafk; hostname -i", log).split() == [
        "10.10.0.7",
        "wn2-mykafk.example.internal",
        "wn2-mykafk",
        "10.10.0.4",
    ]
    assert not resolves("wn1-mykafk")
    world.set_hosts("mykafka/wn0", before)
    assert (resolves("wn1-mykafk"), resolves("wn2-mykafk")) == (True, False)


def test_a_disk_is_mounted_where_the_machine_has_no_such_folder(
    world: World, log: Path, folder: Path
) -> None:
    shell(world, "mykafka/wn0", "echo one > /usr/hdp/current/file; cat /srv-disk/file", log)
    assert log.read_text() == "one\n"
    assert (folder / "disk" / "file").read_text() == "one\n"
    assert not Path("/usr/hdp").exists()
    assert not Path("/srv-disk").exists()


def test_a_node_sees_the_machines_files(world: World, log: Path, folder: Path) -> None:
    shell(world, "mykafka/wn0", f"cat {folder}/upper/app/main; test -w {folder}; test -x /usr/bin/env", log)
    assert log.read_text() == "upper"


def test_a_pod_sees_its_image_over_the_machines_system_folders_only(world: World, log: Path) -> None:
    assert shell(
        world, "aks/pod", "cat /app/main; cd /; echo; ls -d app/* usr/bin/env; ls /home", log
    ).split() == [
        "upper",
        "app/main",
        "app/only-lower",
        "app/only-upper",
        "usr/bin/env",
    ]


@pytest.mark.parametrize("path", ["/new", "/app/new", "/etc/new", "/usr/new", "/opt/python/new", "/dev/new"])
def test_a_pod_can_not_write_to(world: World, log: Path, path: str) -> None:
    process = world.spawn("aks/pod", ProcessSpec(["touch", path], PATH, log=log))
    assert process.wait(10) == 1
    assert "Read-only file system" in log.read_text()


def test_a_pod_writes_to_scratch_and_disks(world: World, log: Path, folder: Path) -> None:
    shell(world, "aks/pod", "touch /tmp/scratch /dev/shm/shared && echo two > /data/pod", log)
    assert (folder / "disk" / "pod").read_text() == "two\n"
    assert not Path("/tmp/scratch").exists()


def test_a_pod_runs_as_its_user_without_privileges(world: World, log: Path) -> None:
    script = "id -u; id -g; touch /tmp/mine; stat -c %u /tmp/mine; grep CapEff /proc/self/status"
    assert shell(world, "aks/pod", script, log, user=10001).split() == [
        "10001",
        "10001",
        "10001",
        "CapEff:",
        "0000000000000000",
    ]


def test_a_pods_user_reads_what_it_could_not_reach_on_the_machine(world: World, log: Path) -> None:
    assert shell(world, "aks/pod", "cat /opt/python/version", log, user=10001) == "3.11"


def test_devices_work_in_a_pod(world: World, log: Path) -> None:
    script = "head -c 4 /dev/urandom | wc -c; head -c 3 /dev/zero > /dev/null; echo error >> /dev/stderr"
    assert shell(world, "aks/pod", script, log).split() == ["4", "error"]


def test_a_process_gets_its_environment_and_no_other(world: World, log: Path) -> None:
    process = world.spawn(
        "mykafka/wn0", ProcessSpec(["env"], {"PATH": "/usr/bin", "GREETING": "hä"}, log=log)
    )
    assert process.wait(10) == 0
    assert sorted(log.read_text().splitlines()) == ["GREETING=hä", "PATH=/usr/bin"]


def test_a_process_starts_in_its_folder_with_no_input_and_appends_to_its_log(world: World, log: Path) -> None:
    log.parent.mkdir()
    log.write_text("before\n")
    spec = ProcessSpec(
        ["sh", "-c", "pwd; cat; ls /proc/self/fd | wc -l; umask"], PATH, folder="/usr/bin", log=log
    )
    assert world.spawn("mykafka/wn0", spec).wait(10) == 0
    # Standard input, output, errors and the folder that ls reads: nothing of the world leaks in.
    assert log.read_text().split() == ["before", "/usr/bin", "4", "0022"]


def test_processes_do_not_inherit_ignored_signals(world: World, log: Path) -> None:
    printed = shell(world, "mykafka/wn0", "grep -E 'SigIgn|SigBlk' /proc/self/status", log)
    masks = {name: int(mask, 16) for name, mask in (line.split() for line in printed.splitlines())}
    # 32 and 33 belong to the C library, whose posix_spawn (GNU make's) leaves them ignored.
    assert {name: mask & 0x7FFF_FFFF for name, mask in masks.items()} == {"SigIgn:": 0, "SigBlk:": 0}


def test_what_can_not_be_run_is_reported_at_once(world: World) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        world.spawn("mykafka/wn0", ProcessSpec(["no-such-program"], PATH))
    with pytest.raises(NotADirectoryError):
        world.spawn("mykafka/wn0", ProcessSpec(["true"], PATH, folder="/etc/passwd"))
    with pytest.raises(PermissionError):
        world.spawn("mykafka/wn0", ProcessSpec(["/etc/passwd"], PATH))


def test_a_message_too_long_for_the_world_is_refused_and_harms_nothing(world: World) -> None:
    with pytest.raises(OSError, match="too long") as refusal:
        world.spawn("mykafka/wn0", ProcessSpec(["true", "x" * 300_000], PATH))
    assert refusal.value.errno == errno.EMSGSIZE
    assert world.spawn("mykafka/wn0", ProcessSpec(["true"], PATH)).wait(10) == 0


def test_the_status_of_a_process_is_reported(world: World) -> None:
    process = world.spawn("mykafka/wn0", ProcessSpec(["sh", "-c", "exit 7"], PATH))
    assert process.wait(10) == 7
    assert process.poll() == 7


def test_a_signal_ends_the_whole_group_and_shows_in_the_status(world: World, log: Path) -> None:
    process = world.spawn(
        "mykafka/wn0", ProcessSpec(["sh", "-c", "sleep 1000 & echo $!; wait"], PATH, log=log)
    )
    child = first_line(log, process)
    with pytest.raises(TimeoutError):
        process.wait(0)
    assert process.poll() is None

    process.signal(signal.SIGTERM)

    assert process.wait(10) == -signal.SIGTERM
    shell(world, "mykafka/wn0", f"while test -e /proc/{child}; do :; done", log)
    process.signal(signal.SIGTERM)


def first_line(log: Path, process: Process) -> str:
    while not (lines := log.read_text().splitlines()):
        assert process.poll() is None
    return lines[0]


def test_a_command_can_be_run_on_a_node_from_outside(world: World) -> None:
    for node, name in (("mykafka/wn0", HOST_NAME), ("aks/pod", "pod")):
        command = [*world.enter(node), "sh", "-c", "hostname; hostname -i; id -u; test -e /home/*; echo $?"]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=PATH)
        host_name, address, user, has_homes = done.stdout.split()
        assert (host_name, user) == (name, "0")
        assert address == {"mykafka/wn0": "10.10.0.4", "aks/pod": "10.10.0.6"}[node]
        assert has_homes == ("1" if node == "aks/pod" or not os.listdir("/home") else has_homes)


def test_a_source_that_does_not_exist_is_reported_and_leaves_no_node(world: World, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    for number, root in enumerate((RootSpec([missing]), RootSpec([], {"/opt": missing}), None)):
        spec = NodeSpec(
            name="broken",
            network="network",
            address=f"10.10.1.{number + 4}",
            prefix_length=24,
            hostname="broken",
            overlays={} if root else {"/opt": missing},
            root=root,
        )
        with pytest.raises(FileNotFoundError, match="missing"):
            world.add_node(spec)
    assert world.nodes() == ["mykafka/wn0", "aks/pod"]


def test_a_removed_node_leaves_no_process_and_its_address_to_another(world: World, log: Path) -> None:
    spec = NodeSpec("fleeting", "network", "10.10.2.4", 24, "fleeting")
    world.add_node(spec)
    script = "setsid sh -c 'trap : TERM; echo $$; while :; do sleep 1000; done' & wait"
    process = world.spawn("fleeting", ProcessSpec(["sh", "-c", script], PATH, log=log))
    daemon = first_line(log, process)
    with subprocess.Popen([*world.enter("fleeting"), "sleep", "1000"]) as entered:
        while world.spawn("mykafka/wn0", ProcessSpec(["pgrep", "-x", "-f", "sleep 1000"], PATH)).wait(10):
            assert entered.poll() is None

        world.remove_node("fleeting")

        assert entered.wait(10) != 0
    assert process.wait(10) == -signal.SIGKILL
    assert world.spawn("mykafka/wn0", ProcessSpec(["test", "-e", f"/proc/{daemon}"], PATH)).wait(10) == 1
    assert "fleeting" not in world.nodes()
    world.add_node(spec)
    world.remove_node("fleeting")
