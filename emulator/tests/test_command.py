import os
import select
import socket
import subprocess
import sys
from pathlib import Path
from typing import cast

import grpc
import pytest

from emulator.command import process
from emulator.command.caller import Caller, CallerUnknown, find_caller
from emulator.command.provider import Command
from emulator.providers.calls import Call, Cancellation, begin_call
from emulator.providers.provider import UNKNOWN, ProviderError

URN = "urn:pulumi:local::p::command:local:Command::build"
TYPE = "command:local:Command"


class Context:
    """What the provider needs of grpc.ServicerContext."""

    def __init__(self) -> None:
        self.callbacks = []

    def peer(self):
        return "ipv4:127.0.0.1:1"

    def add_callback(self, callback):
        self.callbacks.append(callback)
        return True

    def is_active(self):
        return True


@pytest.fixture
def context():
    context = Context()
    begin_call(Call(cast(grpc.ServicerContext, context), Cancellation()))
    return context


@pytest.fixture
def caller(tmp_path, context):
    return Caller(tmp_path, {"PATH": os.environ["PATH"], "INHERITED": "yes"})


def create(caller, **inputs):
    return Command().create(caller, URN, TYPE, inputs, False, 0)


def test_a_command_runs_in_the_callers_folder_with_its_environment(caller, tmp_path):
    resource_id, outputs = create(
        caller, create='pwd; echo "$INHERITED $OWN" >&2', environment={"OWN": "a b"}
    )
    assert outputs["stdout"] == str(tmp_path)
    assert outputs["stderr"] == "yes a b"
    assert resource_id.startswith("build")
    assert len(resource_id) == len("build") + 8


def test_dir_is_relative_to_the_callers_folder(caller, tmp_path):
    (tmp_path / "sub").mkdir()
    assert create(caller, create="pwd", dir="sub")[1]["stdout"] == str(tmp_path / "sub")
    with pytest.raises(ProviderError, match="no such directory"):
        create(caller, create="pwd", dir="missing")


def test_stdin_and_interpreter(caller):
    assert create(caller, create="cat", stdin="text")[1]["stdout"] == "text"
    assert create(caller, create="cat")[1]["stdout"] == ""
    outputs = create(caller, create="print(1 + 1)", interpreter=[sys.executable, "-c"])[1]
    assert outputs["stdout"] == "2"


def test_a_failure_shows_status_command_and_output(caller):
    with pytest.raises(ProviderError) as error:
        create(caller, create="echo out; echo err >&2; exit 3")
    assert str(error.value) == "exit status 3: running 'echo out; echo err >&2; exit 3':\nout\nerr\n"


def test_an_update_runs_update_or_else_create_again(caller):
    old = {"stdout": "before", "stderr": ""}

    def update(**inputs):
        return Command().update(caller, URN, TYPE, "id", old, inputs, False, 0)["stdout"]

    assert update(create="echo create", update="echo update $PULUMI_COMMAND_STDOUT") == "update before"
    assert update(create="echo create") == "create"
    without = update(create='echo "[$PULUMI_COMMAND_STDOUT]"', addPreviousOutputInEnv=False)
    assert without == "[]"


def test_delete_runs_only_a_delete_command(caller, tmp_path):
    Command().delete(caller, URN, TYPE, "id", {"create": "touch created"}, 0)
    assert list(tmp_path.iterdir()) == []
    state = {"delete": 'echo "$PULUMI_COMMAND_STDOUT" > deleted', "stdout": "last"}
    Command().delete(caller, URN, TYPE, "id", state, 0)
    assert (tmp_path / "deleted").read_text() == "last\n"


def test_a_preview_runs_nothing(caller, tmp_path):
    _, outputs = Command().create(caller, URN, TYPE, {"create": "touch x"}, True, 0)
    assert outputs["stdout"] is UNKNOWN
    updated = Command().update(caller, URN, TYPE, "id", {}, {"create": "touch x"}, True, 0)
    assert updated["stderr"] is UNKNOWN
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("inputs", "replace"),
    [
        ({"create": "b", "triggers": [1]}, []),
        ({"create": "a", "triggers": [2]}, ["triggers[0]"]),
        ({"create": "a", "triggers": [2], "update": "u"}, []),
        ({"create": "a"}, ["triggers"]),
    ],
)
def test_changed_triggers_replace_unless_there_is_an_update_command(caller, inputs, replace):
    old = {"create": "a", "triggers": [1]}
    difference = Command().diff(caller, URN, TYPE, "id", old, old, inputs)
    assert difference.changed
    assert difference.replace == replace


def test_what_is_not_modelled_is_refused_by_name(caller):
    _, failures = Command().check(caller, URN, TYPE, {}, {"create": "x", "assetPaths": ["*"]})
    assert [failure.property for failure in failures] == ["assetPaths"]
    with pytest.raises(ProviderError, match="command:remote:Command is not modelled"):
        Command().check(caller, URN, "command:remote:Command", {}, {})
    with pytest.raises(ProviderError, match="command:local:other is not modelled"):
        Command().invoke(caller, "command:local:other", {})


def test_the_run_function(caller):
    assert Command().invoke(caller, "command:local:run", {"command": "echo hi"})["stdout"] == "hi"
    with pytest.raises(ProviderError, match="archivePaths"):
        Command().invoke(caller, "command:local:run", {"command": "echo", "archivePaths": ["*"]})


def _wait_for_end(pid: int) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    return bool(select.select([descriptor], [], [], 30)[0])


def test_a_command_that_takes_too_long_is_killed_with_all_that_it_started(caller, tmp_path):
    command = "sleep 600 & echo $! > pid; wait"
    with pytest.raises(ProviderError, match=r"not done in 0\.5 s"):
        Command().create(caller, URN, TYPE, {"create": command}, False, 0.5)
    assert _wait_for_end(int((tmp_path / "pid").read_text()))


def test_a_command_is_killed_when_its_caller_is_gone(caller, tmp_path, context):
    def abandoned_at_once(kill):
        kill()

    context.add_callback = abandoned_at_once
    with pytest.raises(ProviderError, match="exit status"):
        create(caller, create="sleep 600")


def test_a_command_ends_with_the_daemon(tmp_path):
    program = f"""
import os
from pathlib import Path
from emulator.command.process import run
command = "echo $$ > pid; mkfifo waiting; cat waiting"
run(command, folder=Path({str(tmp_path)!r}), environment=dict(os.environ))
"""
    daemon = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    while not (tmp_path / "waiting").exists():
        assert daemon.poll() is None
    pid = int((tmp_path / "pid").read_text())
    daemon.kill()
    daemon.wait()
    assert _wait_for_end(pid)


def test_a_program_that_cannot_be_run():
    with pytest.raises(process.CommandFailed, match="exit status 127"):
        process.run("x", folder=Path("/"), environment={}, interpreter=["/does/not/exist"])


def test_the_caller_is_found_through_its_connection(tmp_path):
    program = "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1]))); s.recv(1)"
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = subprocess.Popen(
            [sys.executable, "-c", program, str(server.getsockname()[1])],
            cwd=tmp_path,
            env={"MARK": "x=y"},
        )
        connection, (_, port) = server.accept()
        with connection:
            caller = find_caller(port)
        client.wait()
    assert caller.folder == tmp_path
    assert caller.environment["MARK"] == "x=y"
    with pytest.raises(CallerUnknown):
        find_caller(port)
