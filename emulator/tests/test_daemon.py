"""The command line and the daemon, with a world in which nothing is deployed."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulator import code, control, lifecycle
from emulator.home import CHECKOUT, Home
from emulator.store import Store


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    yield home
    if home.root.exists():
        lifecycle.stop(home)


def emulator(home: Home, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "emulator", "--home", str(home.root), *arguments],
        cwd=CHECKOUT,
        text=True,
        capture_output=True,
        check=False,
    )


def processes(home: Home) -> list[bytes]:
    """Command lines of what was started for this home."""
    lines = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            try:
                lines.append((process / "cmdline").read_bytes())
            except (FileNotFoundError, ProcessLookupError):
                continue
    return [line for line in lines if str(home.root).encode() in line]


def await_end(pid: int) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    assert select.select([descriptor], [], [], 60)[0]


def test_a_daemon_starts_once_and_stops(home):
    first = lifecycle.start(home)
    assert lifecycle.start(home) == first
    assert set(first["ports"]) == {"azure-native", "kubernetes", "command"}
    assert emulator(home, "start").returncode == 0
    assert control.call(home, "hello") == first
    world = control.call(home, "status")
    assert world["daemon"]["pid"] == first["pid"]
    assert lifecycle.stop(home)
    await_end(first["pid"])
    assert not lifecycle.stop(home)
    assert processes(home) == []


def test_ports_stay_the_same(home):
    ports = lifecycle.start(home)["ports"]
    lifecycle.stop(home)
    assert lifecycle.start(home)["ports"] == ports


def test_a_daemon_of_other_code_is_started_anew(home, monkeypatch):
    first = lifecycle.start(home)
    monkeypatch.setattr(lifecycle, "digest", lambda: "edited")
    monkeypatch.setattr(lifecycle, "runs", lambda _home: [1])
    assert lifecycle.start(home) == first  # a run of pulumi keeps its daemon
    monkeypatch.setattr(lifecycle, "runs", lambda _home: [])
    second = lifecycle.start(home)
    assert second["pid"] != first["pid"]
    assert second["ports"] == first["ports"]


def test_the_digest_tells_code_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(code, "_PACKAGE", tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "one").write_text("text")
    digests = [code.digest()]
    (tmp_path / "templates" / "one").write_text("texts")
    digests.append(code.digest())
    (tmp_path / "templates" / "one").rename(tmp_path / "templates" / "two")
    digests.append(code.digest())
    for idle in ("tests", "__pycache__"):
        (tmp_path / idle).mkdir()
        (tmp_path / idle / "one.py").touch()
    (tmp_path / "README.md").touch()
    assert len(set(digests)) == 3
    assert code.digest() == digests[-1]


def test_two_starts_at_once_make_one_daemon(home):
    command = [sys.executable, "-m", "emulator", "--home", str(home.root), "start"]
    starts = [subprocess.Popen(command, cwd=CHECKOUT) for _ in range(2)]
    assert [start.wait() for start in starts] == [0, 0]
    assert len([line for line in processes(home) if b"\0serve\0" in line]) == 1


def test_a_second_daemon_is_refused(home):
    lifecycle.start(home)
    second = emulator(home, "serve")
    assert second.returncode == 1
    assert "running" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_killed_daemon_leaves_no_process_and_no_lock(home):
    pid = lifecycle.start(home)["pid"]
    init = _init_of(home)
    os.kill(pid, signal.SIGKILL)
    await_end(pid)
    await_end(init)
    assert not control.reachable(home)
    assert lifecycle.start(home)["pid"] != pid


def test_the_daemon_ends_with_its_world(home):
    pid = lifecycle.start(home)["pid"]
    os.kill(_init_of(home), signal.SIGKILL)
    await_end(pid)


def _init_of(home: Home) -> int:
    """The world's init keeps its log open."""
    log = str(home.logs / "network.log")
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                if os.readlink(process / "fd" / "2") == log:
                    return int(process.name)
            except OSError:
                continue
    raise AssertionError("the world has no init")


def test_the_daemon_ends_when_its_home_is_removed_by_hand(home):
    pid = lifecycle.start(home)["pid"]
    shutil.rmtree(home.root)
    await_end(pid)
    assert processes(home) == []


def test_down_removes_everything(home):
    lifecycle.start(home)
    down = emulator(home, "down")
    assert down.returncode == 0
    assert down.stdout.splitlines()[-1].startswith("Everything is gone")
    assert not home.root.exists()
    assert processes(home) == []
    again = emulator(home, "down")
    assert (again.returncode, again.stdout) == (0, f"There is nothing in {home.root}.\n")


@pytest.mark.parametrize("command", ["up", "down"])
def test_only_one_up_or_down_at_a_time(home, command):
    lifecycle.make_home(home)
    with lifecycle.exclusive_use(home):
        second = emulator(home, command)
    assert second.returncode == 1
    assert second.stderr == (
        f"Another `up` or `down` is under way in {home.root}: wait until it has ended.\n"
    )


@pytest.mark.parametrize("command", ["up", "down"])
def test_nothing_is_pulled_away_from_under_a_run_of_pulumi(home, command, tmp_path):
    lifecycle.start(home)
    (tmp_path / "pulumi").symlink_to("/bin/sleep")
    with subprocess.Popen([tmp_path / "pulumi", "600"]) as pulumi:
        locks = home.backend / ".pulumi" / "locks" / "organization" / "aks-kafka" / "local"
        locks.mkdir(parents=True)
        (locks / "one.json").write_text(json.dumps({"pid": pulumi.pid}))
        refused = emulator(home, command)
        pulumi.kill()
    assert refused.returncode == 1
    assert f"pulumi (process {pulumi.pid}) is changing {home.root}" in refused.stderr
    assert "interrupt it" in refused.stderr
    assert control.reachable(home)


def test_down_works_when_the_daemon_is_dead_or_cannot_start(home):
    os.kill(lifecycle.start(home)["pid"], signal.SIGKILL)
    (home.state / "azure").mkdir(parents=True, exist_ok=True)
    (home.state / "azure" / "broken.json").write_text("{")
    (home.backend / ".pulumi" / "stacks" / "aks-kafka").mkdir(parents=True)
    (home.backend / ".pulumi" / "stacks" / "aks-kafka" / "local.json").write_text("{}")
    Store(home.state / "programs").put("aks-kafka", {"folder": str(CHECKOUT)})
    down = emulator(home, "down")
    assert down.returncode == 0
    assert "by force" in down.stderr
    assert not home.root.exists()


def test_down_removes_folders_that_their_owner_may_not_enter(home):
    lifecycle.make_home(home)
    (home.root / "work" / "inner").mkdir(parents=True)
    (home.root / "work").chmod(0)
    assert emulator(home, "down").returncode == 0
    assert not home.root.exists()


def test_a_folder_that_is_no_home_is_left_alone(home):
    home.root.mkdir()
    (home.root / "precious").touch()
    for command in ("down", "start", "serve"):
        refused = emulator(home, command)
        assert refused.returncode == 1
        assert "something other than an emulated world" in refused.stderr
    assert [path.name for path in home.root.iterdir()] == ["precious"]


def test_a_start_that_fails_shows_why(home):
    lifecycle.make_home(home)
    (home.state / "azure").mkdir(parents=True)
    (home.state / "azure" / "broken.json").write_text("{")
    failed = emulator(home, "start")
    assert failed.returncode == 1
    assert "JSONDecodeError" in failed.stderr
    assert "daemon.log" in failed.stderr


def test_what_needs_a_daemon_says_so(home):
    for command in (["status"], ["exec", "wn0", "--", "true"], ["logs", "wn0"]):
        refused = emulator(home, *command)
        assert refused.returncode == 1
        assert "`make up` starts it" in refused.stderr


@pytest.mark.parametrize("command", ["up", "down", "start", "status", "logs wn0", "pulumi version"])
@pytest.mark.parametrize("below", ["", "folder/home"])
def test_a_home_that_is_a_file_or_lies_in_one_is_refused(tmp_path, command, below):
    file = tmp_path / "file"
    file.write_text("mine")
    refused = emulator(Home(file / below), *command.split())
    assert refused.returncode == 1
    assert refused.stderr == f"{file} is a file: a world needs a folder, which may be a new one.\n"
    assert file.read_text() == "mine"


@pytest.mark.parametrize("program", [["--program", "DIR"], ["--program=DIR"], []])
def test_options_after_pulumi_are_pulumis_but_for_the_program(program):
    from emulator.__main__ import _after_dashes, _parser, _protected

    words = _protected(["--home", "h", "pulumi", *program, "--version", "--program", "mine"])
    options = _parser().parse_args(words)
    assert options.program == (Path("DIR") if program else CHECKOUT)
    assert _after_dashes(options.arguments) == ["--version", "--program", "mine"]


def test_unknown_nodes_are_refused_by_name(home):
    lifecycle.start(home)
    for command in (["exec", "wn9", "--", "true"], ["logs", "wn9"]):
        refused = emulator(home, *command)
        assert refused.returncode == 1
        assert "wn9" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert emulator(home, "logs", "wn9").stderr == "no logs of wn9; there are none yet\n"


def test_pulumis_exit_status_and_options_are_passed_on(home):
    refused = emulator(home, "pulumi", "--no-such-option")
    assert refused.returncode != 0
    assert "unknown flag: --no-such-option" in refused.stderr
    stacks = emulator(home, "pulumi", "--non-interactive", "stack", "ls", "--json")
    assert stacks.returncode == 0
    assert json.loads(stacks.stdout)[0]["name"] == "local"


def test_quick_commands_do_not_load_pulumi():
    program = (
        "import sys; from emulator.__main__ import _expected, _parser; _parser(); _expected();"
        "import emulator.control; print([m for m in ('pulumi', 'grpc', 'yaml') if m in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout == "[]\n"
