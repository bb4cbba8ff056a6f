"""The way to Kafka, looked at link by link from a pod; and `up`, which fails with what is found."""

import json
from pathlib import Path

import pytest
import yaml

from components.ambari.configuration.kafka_env import BLOCK
from emulator.home import Home
from tests.troubleshooting import is_documented

from .environment import CHECKOUT, Environment, Finished, eventually
from .live_kafka import LiveKafka

CLOSED_PORT = 9093


def pod_of(environment: Environment) -> str:
    names = [node["name"].rsplit("/", 1)[-1] for node in environment.status()["nodes"]]
    return next(name for name in names if name.startswith("kafka-test-app-"))


def check(environment: Environment, *options: str, **variables: str) -> Finished:
    settings = [f"{name}={value}" for name, value in variables.items()]
    command = ["env", *settings, "python", "-m", "testapp", "check", *options]
    return environment.run("exec", pod_of(environment), "--", *command)


def test_each_link_that_is_broken_has_its_status_and_its_explanation(environment: Environment) -> None:
    servers = environment.outputs()["bootstrapServers"].split(",")
    well = check(environment, "--json")
    assert well.status == 0, well.output
    assert json.loads(well.output)["roundTripMilliseconds"] > 0

    closed = ",".join(f"{server.split(':')[0]}:{CLOSED_PORT}" for server in servers)
    refused = check(environment, KAFKA_BOOTSTRAP_SERVERS=closed)
    assert refused.status == 12
    assert "nothing listens at that port" in refused.output

    named = check(environment, KAFKA_BOOTSTRAP_SERVERS="wn0-local-.internal.cloudapp.net:9092")
    assert named.status == 11
    assert "names of brokers mean nothing here" in named.output
    assert is_documented(named.output)
    # What the explanation says helps.
    assert check(environment, KAFKA_BOOTSTRAP_SERVERS=",".join(servers)).status == 0

    absent = check(environment, KAFKA_TOPIC="absent")
    assert absent.status == 14
    assert "no topic absent; there are " in absent.output
    assert is_documented(absent.output)


def test_up_fails_with_the_explanation_when_a_broker_advertises_its_name(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Home(environment.home).tls / "bundle.pem"))
    kafka = LiveKafka.of(environment)
    content = kafka.value("kafka-env", "content")
    kafka.edit("kafka-env", "content", content.replace(BLOCK, ""))
    kafka.edit("kafka-broker", "listeners", "PLAINTEXT://localhost:9092")
    kafka.restart_by_hand(kafka.hosts()[:1])
    try:
        eventually(lambda: any("wn0" in host for host in kafka.advertised()), "a name is advertised")
        found = check(environment)
        assert found.status == 13
        assert "host names, which nothing here resolves" in found.output
        assert is_documented(found.output)

        stack = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
        stack["config"]["aks-kafka:topics"] = [{"name": "messages"}, {"name": "added"}]
        file = tmp_path / "Pulumi.local.yaml"
        file.write_text(yaml.safe_dump(stack))
        failed = environment.run("pulumi", "up", "--yes", "--skip-preview", "--config-file", str(file))
        assert failed.status != 0
        assert "BROKEN  advertised addresses usable: broker" in failed.output
        assert "what to do: Run `pulumi up --refresh`" in failed.output
        assert "timed out" not in failed.output
    finally:
        # What the explanation says helps: the brokers are put right, and the Job that failed is made again.
        environment.succeed("up", "--refresh")
    assert check(environment).status == 0
    environment.pulumi("refresh", "--yes", "--expect-no-changes")
