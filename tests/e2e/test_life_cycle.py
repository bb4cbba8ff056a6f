"""The life of one environment, from nothing to nothing, on the real engine."""

import subprocess
import uuid
from pathlib import Path

import pytest
import yaml

from .environment import CHECKOUT, Environment, adapted, eventually, occurrences, send
from .secrecy import (
    PASSWORD,
    TOKEN,
    WRONG_PASSWORD,
    Evidence,
    all_command_lines,
    files_that_hold,
    log_everything,
    program_with_a_broken_image,
    secrets_of,
    settings_with,
)

OUTPUTS = {
    "contractVersion",
    "appUrl",
    "roundTripMilliseconds",
    "bootstrapServers",
    "bootstrapServersTls",
    "bootstrapServersSasl",
    "bootstrapServersSaslTls",
    "kafkaProtocol",
    "kafkaCa",
    "topic",
    "namespace",
    "ambariUrl",
    "registryLoginServer",
    "resourceGroup",
    "hdinsightVnetId",
    "aksVnetId",
    "kubeconfig",
}


def test_from_nothing_to_nothing(
    untouched: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = untouched
    configurations, elsewhere = tmp_path / "configurations", tmp_path / "elsewhere"
    configurations.mkdir()
    elsewhere.mkdir()
    settings = settings_with(world, configurations, PASSWORD)
    mistaken = settings_with(world, configurations, WRONG_PASSWORD)
    verbose_logs = log_everything(monkeypatch, elsewhere)
    evidence = Evidence(world)

    # Pulumi's own debug lines show what a program registers as outputs, the kubeconfig too: so no --debug
    # where a program runs that has them.
    with all_command_lines() as command_lines:
        preview = evidence.succeed("pulumi", "preview", "--debug", *settings)
        assert "create" in preview
        assert world.status()["nodes"] == []

        up = evidence.succeed("up", *settings)
        outputs = world.outputs()
        assert set(outputs) == OUTPUTS
        assert outputs["kubeconfig"] == "[secret]"
        assert up.splitlines()[-1] == f"Page   {outputs['appUrl']}"
        assert "Outputs:" not in up
        assert len(outputs["bootstrapServers"].split(",")) == 3
        assert outputs["bootstrapServersTls"] == ""
        assert announced(evidence.succeed("pulumi", "preview", "--refresh", "--diff", *settings)) == [
            "~ pulumi:pulumi:Stack: (refresh)"
        ]

        text = f"hello {uuid.uuid4()}"
        send(outputs["appUrl"], text, TOKEN)
        eventually(lambda: occurrences(outputs["appUrl"], text) == 1, "the message comes back")
        send(outputs["appUrl"], "a later one", TOKEN)
        eventually(lambda: occurrences(outputs["appUrl"], "a later one") == 1, "the next message comes back")
        assert occurrences(outputs["appUrl"], text) == 1
        assert "==> " in world.succeed("logs", "create-topics")

        mark = len(world.ambari_requests())
        world.pulumi("preview", "--expect-no-changes", *settings)
        world.pulumi("up", "--yes", "--expect-no-changes", *settings)
        evidence.succeed("pulumi", "refresh", "--yes", "--debug", "--expect-no-changes", *settings)
        since = world.ambari_requests()[mark:]
        assert [request for request in since if request["method"] != "GET"] == []

        exported = evidence.succeed("pulumi", "stack", "export")
        (tmp_path / "state.json").write_text(exported)
        world.pulumi("stack", "import", "--file", str(tmp_path / "state.json"))
        world.pulumi("preview", "--expect-no-changes", *settings)

        fail_in_every_way(evidence, settings, mistaken, elsewhere)
        secrets = secrets_of(world)
        assert files_that_hold(PASSWORD, world.home / "state")  # Azure itself knows it

        evidence.succeed("pulumi", "destroy", "--yes", "--debug", *settings)
    assert world.resources() == []
    assert world.status()["nodes"] == []

    evidence.shown["command lines"] = "\n".join(command_lines)
    assert "pulumi-language-python" in evidence.shown["command lines"]
    assert files_that_hold("urllib3.connectionpool", verbose_logs)
    written = [world.home / folder for folder in ("pulumi", "pulumi-home", "logs", "nodes")]
    for what, secret in secrets.items():
        assert evidence.places_of(secret, *written, verbose_logs) == [], what

    assert world.succeed("down").splitlines()[-1].startswith("Everything is gone")
    assert not world.home.exists()
    assert world.processes() == []


def announced(preview: str) -> list[str]:
    """The lines of a preview that tell of a difference; the stack itself has one in each."""
    lines = [line.strip() for line in preview.partition("Resources:")[0].splitlines()]
    return [line for line in lines if line.startswith(("~", "+", "-"))]


def fail_in_every_way(
    evidence: Evidence, settings: tuple[str, str], mistaken: tuple[str, str], elsewhere: Path
) -> None:
    """A password that Ambari refuses, topics that Kafka refuses, and sources that `az` can't build."""
    changing = ("--yes", "--skip-preview")
    refused = evidence.run("pulumi", "refresh", "--yes", "--run-program", *mistaken)
    assert refused.status != 0
    assert "Invalid username/password combination" in refused.output

    stack = yaml.safe_load(Path(settings[1]).read_text())
    stack["config"]["aks-kafka:topics"] = [{"name": "messages", "partitions": 6, "replicationFactor": 2}]
    changed = elsewhere / "Pulumi.changed.yaml"
    changed.write_text(yaml.safe_dump(stack))
    refused = evidence.run("pulumi", "up", *changing, "--config-file", str(changed))
    assert refused.status != 0
    assert "topic messages has replication factor 3, 2 is declared" in refused.output

    program = str(program_with_a_broken_image(elsewhere))
    refused = evidence.run("pulumi", "--program", program, "up", *changing, *settings)
    assert refused.status != 0
    assert "missing.txt" in refused.output


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
