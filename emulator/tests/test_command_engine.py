"""The emulated pulumi-command with the real engine and the real SDK."""

import os
import select
import signal
from collections.abc import Iterator

import pytest

from emulator.command.provider import Command
from emulator.providers.server import ProviderServer
from emulator.tests.stack import Stack

PREAMBLE = """
import pulumi
from pulumi_command import local

hidden = pulumi.Output.secret("v3ry hidden")
"""


@pytest.fixture
def stack(tmp_path) -> Iterator[Stack]:
    server = ProviderServer(Command())
    server.start()
    yield Stack(tmp_path, {"command": server.port}, PREAMBLE)
    server.stop()


def test_what_a_command_prints_is_secret_as_soon_as_an_input_is(stack):
    program = """
    local.Command("plain", create="echo plain")
    local.Command("environment", create="echo $TOKEN >&2", environment={"TOKEN": hidden})
    local.Command("stdin", create="cat", stdin=hidden)
    local.Command("create", create=pulumi.Output.concat("echo '", hidden, "'"))
    pulumi.export("run", local.run_output(command="cat", stdin=hidden).stdout)
    """
    stack.write(program)
    stack.run("preview")
    stack.up()
    outputs = {name: resource.get("outputs", {}) for name, resource in stack.resources().items()}
    assert outputs["plain"]["stdout"] == "plain"
    for name in ("environment", "stdin", "create"):
        assert "ciphertext" in outputs[name]["stdout"]
        assert "ciphertext" in outputs[name]["stderr"]
    assert stack.outputs()["run"] == "[secret]"
    stack.run("refresh", "--yes", "--expect-no-changes")
    stack.run("preview", "--expect-no-changes")
    assert "v3ry hidden" not in stack.files()
    assert "v3ry hidden" in stack.run("stack", "export", "--show-secrets")


def test_an_interrupt_ends_the_command(stack):
    fifo = stack.program / "started"
    os.mkfifo(fifo)
    stack.write('local.Command("endless", create="sleep 600 & echo $! > started; wait")')
    run = stack.start("up", "--yes", "--skip-preview")
    sleep = os.pidfd_open(int(fifo.read_text()))
    run.send_signal(signal.SIGINT)
    text, _ = run.communicate()
    assert run.returncode != 0
    assert "cancelled: exit status" in text
    assert select.select([sleep], [], [], 30)[0]
    os.close(sleep)
    assert "endless" not in stack.resources()
