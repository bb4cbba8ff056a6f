"""The life of one environment, from nothing to nothing, on the real engine."""

import subprocess
import uuid
from pathlib import Path

import yaml

from .environment import CHECKOUT, Environment, eventually, occurrences, send

OUTPUTS = {
    "appUrl",
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

    preview = world.pulumi("preview")
    assert "create" in preview
    assert world.status()["nodes"] == []

    summary = world.succeed("up")
    outputs = world.outputs()
    assert set(outputs) == OUTPUTS
    assert outputs["kubeconfig"] == "[secret]"
    assert outputs["appUrl"] in summary
    assert len(outputs["bootstrapServers"].split(",")) == 3

    text = f"hello {uuid.uuid4()}"
    send(outputs["appUrl"], text)
    eventually(lambda: occurrences(outputs["appUrl"], text) == 1, "the message comes back")
    send(outputs["appUrl"], "a later one")
    eventually(lambda: occurrences(outputs["appUrl"], "a later one") == 1, "the next message comes back")
    assert occurrences(outputs["appUrl"], text) == 1

    mark = len(world.ambari_requests())
    world.pulumi("preview", "--expect-no-changes")
    world.pulumi("up", "--yes", "--expect-no-changes")
    world.pulumi("refresh", "--yes", "--expect-no-changes")
    since = world.ambari_requests()[mark:]
    assert [request for request in since if request["method"] != "GET"] == []

    exported = tmp_path / "state.json"
    world.pulumi("stack", "export", "--file", str(exported))
    world.pulumi("stack", "import", "--file", str(exported))
    world.pulumi("preview", "--expect-no-changes")
    assert "Emulator-Passw0rd" not in exported.read_text()

    world.pulumi("destroy", "--yes")
    assert world.resources() == []
    assert world.status()["nodes"] == []

    world.succeed("down")
    assert not world.home.exists()
    assert world.processes() == []


def test_mistakes_stop_the_preview_with_one_message(untouched: Environment, tmp_path: Path) -> None:
    mistakes = {
        "aks-kafka:aksAddressSpace": "10.10.128.0/17",
        "aks-kafka:kafkaWorkers": "2",
        "aks-kafka:kafkaClusterName": "My_Kafka",
    }
    stack = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    stack["config"] |= mistakes
    wrong = tmp_path / "Pulumi.local.yaml"
    wrong.write_text(yaml.safe_dump(stack))
    ended = untouched.run("pulumi", "preview", "--config-file", str(wrong))
    assert ended.status != 0
    assert "3 mistakes" in ended.output
    for key, value in mistakes.items():
        assert f"{key.removeprefix('aks-kafka:')} = '{value}'" in ended.output
    assert "Traceback" not in ended.output
    assert untouched.resources() == []


def test_the_checkout_stays_clean(environment: Environment) -> None:
    assert environment.outputs()
    stack = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    committed = subprocess.run(
        ["git", "show", "HEAD:Pulumi.local.yaml"], cwd=CHECKOUT, capture_output=True, check=True
    )
    assert stack == yaml.safe_load(committed.stdout)
