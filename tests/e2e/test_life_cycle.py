"""The life of one environment, from nothing to nothing, on the real engine."""

import subprocess
import uuid
from pathlib import Path

import yaml

from .environment import CHECKOUT, Environment, adapted, eventually, occurrences, send
from .secrecy import PASSWORD, all_command_lines, files_that_hold, plant, secrets_of

OUTPUTS = {
    "appUrl",
    "roundTripMilliseconds",
    "bootstrapServers",
    "topic",
    "namespace",
    "ambariUrl",
    "registryLoginServer",
    "resourceGroup",
    "hdinsightVnetId",
    "aksVnetId",
    "kubeconfig",
}


def test_from_nothing_to_nothing(untouched: Environment, tmp_path: Path) -> None:
    world = untouched

    settings = plant(world, tmp_path)

    preview = world.pulumi("preview", *settings)
    assert "create" in preview
    assert world.status()["nodes"] == []

    with all_command_lines() as command_lines:
        up = world.succeed("up", *settings)
    outputs = world.outputs()
    assert set(outputs) == OUTPUTS
    assert outputs["kubeconfig"] == "[secret]"
    assert up.splitlines()[-1] == f"Page   {outputs['appUrl']}"
    assert "Outputs:" not in up
    assert len(outputs["bootstrapServers"].split(",")) == 3

    text = f"hello {uuid.uuid4()}"
    send(outputs["appUrl"], text)
    eventually(lambda: occurrences(outputs["appUrl"], text) == 1, "the message comes back")
    send(outputs["appUrl"], "a later one")
    eventually(lambda: occurrences(outputs["appUrl"], "a later one") == 1, "the next message comes back")
    assert occurrences(outputs["appUrl"], text) == 1
    assert "==> " in world.succeed("logs", "create-topics")

    mark = len(world.ambari_requests())
    world.pulumi("preview", "--expect-no-changes", *settings)
    world.pulumi("up", "--yes", "--expect-no-changes", *settings)
    refresh = world.pulumi("refresh", "--yes", "--expect-no-changes", *settings)
    since = world.ambari_requests()[mark:]
    assert [request for request in since if request["method"] != "GET"] == []

    exported = tmp_path / "state.json"
    world.pulumi("stack", "export", "--file", str(exported))
    world.pulumi("stack", "import", "--file", str(exported))
    world.pulumi("preview", "--expect-no-changes", *settings)

    shown = {"preview": preview, "up": up, "refresh": refresh, "export": exported.read_text()}
    shown["command lines"] = "\n".join(command_lines)
    assert "pulumi-language-python" in shown["command lines"]
    assert files_that_hold(PASSWORD, world.home / "state")  # Azure itself knows it
    written = [world.home / folder for folder in ("pulumi", "pulumi-home", "logs", "nodes")]
    for what, secret in secrets_of(world).items():
        assert [place for place, text in shown.items() if secret in text] == [], what
        assert files_that_hold(secret, *written) == [], what

    world.pulumi("destroy", "--yes", *settings)
    assert world.resources() == []
    assert world.status()["nodes"] == []

    assert world.succeed("down").splitlines()[-1].startswith("Everything is gone")
    assert not world.home.exists()
    assert world.processes() == []


def test_mistakes_stop_the_preview_with_one_message(untouched: Environment, tmp_path: Path) -> None:
    mistakes = {
        "aksAddressSpace": "10.10.128.0/17",
        "kafkaWorkers": "2",
        "kafkaClusterName": "My_Kafka",
    }
    ended = untouched.run("pulumi", "preview", *adapted(tmp_path, **mistakes))
    assert ended.status != 0
    assert "3 mistakes" in ended.output
    for key, value in mistakes.items():
        assert f"{key} = '{value}'" in ended.output
    assert "Traceback" not in ended.output
    assert untouched.resources() == []


def test_the_checkout_stays_clean(environment: Environment) -> None:
    assert environment.outputs()
    stack = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    committed = subprocess.run(
        ["git", "show", "HEAD:Pulumi.local.yaml"], cwd=CHECKOUT, capture_output=True, check=True
    )
    assert stack == yaml.safe_load(committed.stdout)
