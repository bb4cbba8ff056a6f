import json
import os
import sys
from pathlib import Path

import pytest

from emulator import engine
from emulator.engine import Engine, EngineFailed
from emulator.home import CHECKOUT, Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def program(tmp_path):
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: toy\nruntime: python\n")
    (folder / "__main__.py").write_text("import pulumi\npulumi.export('answer', 42)\n")
    return folder


def write_lock(home: Home, pid: int) -> Path:
    folder = home.backend / ".pulumi" / "locks" / "organization" / "toy" / "local"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pid}.json"
    path.write_text(json.dumps({"pid": pid, "hostname": os.uname().nodename}))
    return path


def dead_pid() -> int:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def test_the_engine_finds_our_tools_before_the_users(home, program, monkeypatch):
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", "/elsewhere")
    environment = Engine(home, program, {"command": 1, "kubernetes": 2}).environment()
    path = environment["PATH"].split(os.pathsep)
    assert path[:2] == [str(Path(sys.executable).parent), str(CHECKOUT / "emulator" / "bin")]
    assert environment["PULUMI_DEBUG_PROVIDERS"] == "command:1,kubernetes:2"
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in environment


def test_a_stack_is_made_once_and_its_configuration_survives(home, program):
    toy = Engine(home, program, {})
    toy.prepare()
    assert engine.stacks(home) == ["toy"]
    assert engine.programs(home) == [str(program)]
    configuration = (program / "Pulumi.local.yaml").read_text()
    assert toy.run("up", "--yes", "--skip-preview") == 0
    assert engine.stack_outputs(home, "toy") == {"answer": 42}
    assert list(home.backend.glob("**/*.attrs")) == []
    assert toy.run("destroy", "--yes", "--skip-preview") == 0
    toy.remove_stack()
    assert engine.stacks(home) == []
    assert engine.programs(home) == []
    toy.prepare()
    assert (program / "Pulumi.local.yaml").read_text() == configuration


def test_the_checkouts_own_configuration_is_not_touched(home):
    file = CHECKOUT / "Pulumi.local.yaml"
    before = file.read_bytes()
    own = Engine(home, CHECKOUT, {})
    own.prepare()
    own.remove_stack()
    assert file.read_bytes() == before


@pytest.mark.parametrize(("script", "status"), [("exit 7", 7), ("kill -9 $$", 137)])
def test_exit_statuses_are_passed_on(home, program, monkeypatch, tmp_path, script, status):
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f"#!/bin/sh\n{script}\n")
    pulumi.chmod(0o755)
    monkeypatch.setattr(engine, "search_path", lambda: str(tmp_path))
    assert Engine(home, program, {}).run("up") == status


@pytest.mark.parametrize(("status", "told"), [(0, ""), (9, "out\naside\n")])
def test_a_refresh_says_only_what_goes_wrong(home, program, monkeypatch, tmp_path, capfd, status, told):
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked; echo out; echo aside >&2; exit {status}\n')
    pulumi.chmod(0o755)
    monkeypatch.setattr(engine, "search_path", lambda: f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    assert Engine(home, program, {}).refresh(["--config-file", "other.yaml"]) == status
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", told)
    asked = "refresh --yes --skip-preview --non-interactive --config-file other.yaml"
    assert (tmp_path / "asked").read_text().strip() == asked


def test_locks_of_dead_runs_are_removed(home):
    dead = write_lock(home, dead_pid())
    another = write_lock(home, os.getpid())  # alive, but no pulumi: the number was given out again
    cut_short = dead.with_name("cut-short.json")
    cut_short.write_text("")
    engine.remove_stale_locks(home)
    assert not any(path.exists() for path in (dead, another, cut_short))


def test_the_lock_of_a_living_run_is_kept(home, tmp_path):
    pulumi = tmp_path / "pulumi"
    pulumi.symlink_to("/bin/sleep")
    pid = os.posix_spawn(str(pulumi), ["pulumi", "600"], os.environ)
    try:
        lock = write_lock(home, pid)
        while Path(f"/proc/{pid}/comm").read_text() != "pulumi\n":
            pass
        engine.remove_stale_locks(home)
        assert lock.exists()
        assert engine.runs(home) == engine.runs(home, "toy") == [pid]
        assert engine.runs(home, "another") == []
    finally:
        os.kill(pid, 9)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    try:
        # Where nobody reaps what was killed, it keeps its number and its name.
        assert Path(f"/proc/{pid}/comm").read_text() == "pulumi\n"
        assert engine.runs(home) == []
        engine.remove_stale_locks(home)
        assert not lock.exists()
    finally:
        os.waitpid(pid, 0)


def test_a_folder_without_a_program(home, tmp_path):
    with pytest.raises(EngineFailed, match="no Pulumi program"):
        Engine(home, tmp_path, {}).prepare()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"name: [", "is no YAML"),
        (b"name: \xff", "is no YAML"),
        (b"", "names no project"),
        (b"just words", "names no project"),
        (b"runtime: python", "names no project"),
        (b"name: 7", "names no project"),
        (b"name: ''", "names no project"),
    ],
)
def test_a_pulumi_yaml_without_a_name_is_told_with_its_path(home, program, text, reason):
    (program / "Pulumi.yaml").write_bytes(text)
    with pytest.raises(EngineFailed) as failed:
        Engine(home, program, {}).prepare()
    assert f"{program}/Pulumi.yaml {reason}" in str(failed.value)


def test_without_pulumi_it_is_said_how_to_get_it(home, program, monkeypatch):
    monkeypatch.setattr(engine, "search_path", lambda: "/nowhere")
    with pytest.raises(EngineFailed, match="make setup"):
        Engine(home, program, {}).run("version")


def test_outputs_before_there_is_a_stack(home):
    assert engine.stack_outputs(home, "toy") == {}
