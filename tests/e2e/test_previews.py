"""What a preview says is what `up` does, step for step, for every kind of change."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from tests.e2e.environment import CHECKOUT, Environment, program_with
from tests.e2e.live_kafka import LiveKafka
from tests.e2e.test_peering import PEERING, SomebodyElse, peerings

MESSAGES = {"name": "messages", "partitions": 6, "replicationFactor": 3}
_NO_STEP = ("same", "read", "refresh")


@dataclass
class Copy:
    """A copy of the program with settings of its own, which grow with every change."""

    world: Environment
    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        program_with(CHECKOUT / "app", self.program)
        (self.folder / "elsewhere").mkdir()
        self.settings = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
        self.write()

    @property
    def program(self) -> Path:
        return self.folder / "program"

    @property
    def file(self) -> Path:
        return self.folder / "Pulumi.changed.yaml"

    @property
    def cluster(self) -> str:
        """The name of the Kafka cluster by the settings."""
        return self.settings["config"]["aks-kafka:kafkaClusterName"]

    def write(self) -> None:
        self.file.write_text(yaml.safe_dump(self.settings))

    def set(self, **settings: object) -> None:
        self.settings["config"] |= {f"aks-kafka:{name}": value for name, value in settings.items()}
        self.write()

    def set_secret(self, name: str, value: str) -> None:
        options = ("--config-file", str(self.file))
        self.world.pulumi("--program", str(self.program), "config", "set", "--secret", name, value, *options)
        self.settings = yaml.safe_load(self.file.read_text())

    def steps(self, *command: str) -> set[str]:
        """What the command does, or says that `up` would do: each operation with the resource's name."""
        log = self.folder / "events.json"
        log.unlink(missing_ok=True)
        options = ("--config-file", str(self.file), "--event-log", str(log))
        self.world.pulumi("--program", str(self.program), *command, *options)
        events = [json.loads(line) for line in log.read_text().splitlines()]
        done = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
        return {f"{one['op']} {one['urn'].rpartition('::')[2]}" for one in done if one["op"] not in _NO_STEP}

    def kafka(self) -> LiveKafka:
        """By the settings, which may name another cluster by then, and have another password."""
        command = ("config", "get", "ambariPassword", "--config-file", str(self.file))
        password = self.world.pulumi("--program", str(self.program), *command).strip()
        connection = Connection(self.world.outputs()["ambariUrl"], "admin", password)
        ambari = Ambari(connection, self.cluster)
        return LiveKafka(self.world, ambari, connection)


Change = Callable[[Copy], None]


def image(copy: Copy) -> None:
    with (copy.program / "app" / "testapp" / "__main__.py").open("a") as source:
        source.write("# changed\n")


def password(copy: Copy) -> None:
    copy.set_secret("ambariPassword", "Another-Passw0rd-1")


def token(copy: Copy) -> None:
    copy.set_secret("appAccessToken", "a-token-that-nobody-guesses")


def another_token(copy: Copy) -> None:
    copy.set_secret("appAccessToken", "another-token-that-nobody-guesses")


def kafka_password(copy: Copy) -> None:
    """Brokers ask for a password, and clients have one; then it is another one."""
    kafka = copy.kafka()
    for name, value in LOGIN.items():
        kafka.edit("kafka-broker", name, value)
    kafka.restart_by_hand(kafka.hosts())
    kafka.let_in("anna", "a-password-of-kafka")
    copy.set(kafkaProtocol="SASL_PLAINTEXT", kafkaSaslMechanism="SCRAM-SHA-512", kafkaUser="anna")
    copy.set_secret("kafkaPassword", "a-password-of-kafka")
    copy.steps("up", "--yes", "--skip-preview", "--refresh")
    kafka.let_in("anna", "another-password-of-kafka")
    copy.set_secret("kafkaPassword", "another-password-of-kafka")


def listeners(copy: Copy) -> None:
    copy.kafka().edit("kafka-broker", "listeners", "PLAINTEXT://localhost:9092")


def stale(copy: Copy) -> None:
    kafka = copy.kafka()
    kafka.make_every_broker_stale()
    kafka.restart_by_hand(kafka.hosts()[1:])


def half(copy: Copy) -> None:
    somebody = SomebodyElse(copy.world, copy.folder / "elsewhere")
    somebody.delete(PEERING, peerings(copy.world)["aks-to-hdinsight"])
    somebody.leave()


def setting(**settings: object) -> Change:
    return lambda copy: copy.set(**settings)


LOGIN = {
    "listeners": "PLAINTEXT://0.0.0.0:9092,SASL_PLAINTEXT://0.0.0.0:9093",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": (
        "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    ),
}
"""Properties of brokers that have a listener for users with a password."""
PUBLISHED = {"replace create-topics", "replace check", "update check-result", "update create-topics-result"}
CHANGES: Mapping[str, tuple[Change, bool, set[str]]] = {
    "nothing": (lambda _: None, False, set()),
    "nothing, looked at": (lambda _: None, True, set()),
    "listeners drifted": (listeners, True, {"update ip-advertising"}),
    "a broker is stale": (stale, True, {"update ip-advertising"}),
    "a topic more": (setting(topics=[MESSAGES, {**MESSAGES, "name": "orders"}]), False, PUBLISHED),
    "more partitions": (
        setting(topics=[{**MESSAGES, "partitions": 8}, {**MESSAGES, "name": "orders"}]),
        False,
        PUBLISHED,
    ),
    "more replicas": (setting(appReplicas=3), False, {"update kafka-test-app", "update rollout"}),
    "other visitors": (
        setting(appSourceRanges=["203.0.113.0/28"]),
        False,
        {"update kafka-test-app-service"},
    ),
    "an access token": (token, False, {"create access-token", "update kafka-test-app", "update rollout"}),
    "other machines for AKS": (setting(aksNodeSize="Standard_D8s_v5"), False, {"replace aks-cluster"}),
    "another token": (
        another_token,
        False,
        {"replace access-token", "update kafka-test-app", "update rollout"},
    ),
    "another password": (password, False, {"update kafka-gateway-password"}),
    "half a peering": (half, True, set()),
    "another image": (
        image,
        False,
        {
            *PUBLISHED,
            "replace image-build",
            "update kafka-test-app",
            "update rollout",
            "update kafka-view",
        },
    ),
    "a worker more": (
        setting(kafkaWorkers=4),
        False,
        {"update broker-addresses", "update ip-advertising", "update kafka-view"},
    ),
    "another Kafka cluster": (setting(kafkaClusterName="another-kafka"), True, {"replace kafka-cluster"}),
    "another password of Kafka": (
        kafka_password,
        False,
        {
            *PUBLISHED,
            "replace kafka-login",
            "update kafka-test-app",
            "update rollout",
            "update kafka-view",
        },
    ),
}
"""By name: what changes, whether the preview has to look, and steps that are among those taken."""
NOT_FORESEEN: Mapping[str, set[str]] = {
    # Which addresses the new brokers will have, nobody knows before they are there: here the same ones.
    "another Kafka cluster": {"update network-policy", "update kafka-view"},
}
"""Steps that a preview has to say, and that turn out to be none."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("previews")
    world = Environment(folder / "world")
    with pytest.MonkeyPatch.context() as environment:
        # Without it the engine knows no --event-log.
        environment.setenv("PULUMI_DEBUG_COMMANDS", "true")
        environment.setenv("REQUESTS_CA_BUNDLE", str(world.home / "tls" / "bundle.pem"))
        try:
            world.succeed("start")
            made = Copy(world, folder)
            made.steps("up", "--yes", "--skip-preview")
            yield made
        finally:
            os.environ.pop("REQUESTS_CA_BUNDLE", None)
            world.succeed("down")


@pytest.mark.parametrize("name", CHANGES)
def test_up_takes_the_steps_that_the_preview_says(copy: Copy, name: str) -> None:
    change, looks, expected = CHANGES[name]
    deployed = copy.cluster
    change(copy)
    refresh = ["--refresh"] if looks else []
    mark = len(copy.world.ambari_requests(deployed))
    plan = str(copy.folder / "plan.json")
    said = copy.steps("preview", *refresh, "--save-plan", plan)
    asked = copy.world.ambari_requests(deployed)[mark:]
    assert [request for request in asked if request["method"] != "GET"] == []
    # Held to the plan, as the workflows do it: where up would do anything else it fails midway.
    done = copy.steps("up", "--yes", "--skip-preview", *refresh, "--plan", plan)
    assert done == said - NOT_FORESEEN.get(name, set())
    assert expected <= said
    assert bool(said) == bool(expected) or name == "half a peering"
    assert copy.steps("preview", "--refresh") == set()
