"""The life of one environment, from nothing to nothing, on the real engine."""

import json
import uuid
from pathlib import Path

from .environment import Environment, eventually, occurrences, send

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


def test_mistakes_stop_the_preview_with_one_message(untouched: Environment) -> None:
    mistakes = {
        "aks-kafka:aksAddressSpace": "10.10.128.0/17",
        "aks-kafka:kafkaWorkers": "2",
        "aks-kafka:kafkaClusterName": "My_Kafka",
    }
    options = [option for key, value in mistakes.items() for option in ("--config", f"{key}={value}")]
    ended = untouched.run("pulumi", "preview", *options)
    assert ended.status != 0
    for key in mistakes:
        assert key.removeprefix("aks-kafka:") in ended.output
    assert "Traceback" not in ended.output
    assert untouched.resources() == []


def test_the_checkout_stays_clean(environment: Environment) -> None:
    from subprocess import run

    changed = run(
        ["git", "status", "--porcelain", "Pulumi.local.yaml"], capture_output=True, text=True, check=True
    ).stdout
    assert changed == ""
    assert json.loads(environment.pulumi("config", "--json"))
