"""Topics as the configuration declares them, on real brokers: they appear and grow, and nothing else."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from .environment import CHECKOUT, Environment, Finished
from .test_check import check

MESSAGES = {"name": "messages", "partitions": 6, "replicationFactor": 3}
PARTITIONS = """\
import json, sys
from confluent_kafka.admin import AdminClient
topics = AdminClient({"bootstrap.servers": sys.argv[1]}).list_topics(timeout=10).topics
print(json.dumps({name: len(topic.partitions) for name, topic in topics.items()}))
"""


def up(environment: Environment, folder: Path, *topics: Mapping[str, object]) -> Finished:
    """`up` with these topics, from a configuration file of our own: the committed one stays as it is."""
    stack = yaml.safe_load((CHECKOUT / "Pulumi.local.yaml").read_text())
    stack["config"]["aks-kafka:topics"] = [*topics]
    file = folder / "Pulumi.local.yaml"
    file.write_text(yaml.safe_dump(stack))
    return environment.run("pulumi", "up", "--yes", "--skip-preview", "--config-file", str(file))


def partitions(environment: Environment) -> dict[str, int]:
    brokers = environment.outputs()["bootstrapServers"]
    names = (node["name"].rsplit("/", 1)[-1] for node in environment.status()["nodes"])
    pod = next(name for name in names if name.startswith("kafka-test-app-"))
    return json.loads(environment.succeed("exec", pod, "--", "python", "-c", PARTITIONS, brokers))


def test_topics_appear_and_grow_and_are_never_changed_otherwise(
    environment: Environment, tmp_path: Path
) -> None:
    other = {"name": "other", "partitions": 2, "replicationFactor": 2, "config": {"retention.ms": "3600000"}}
    # The check advises to declare a topic that is missing.
    assert "Declare it in the setting `topics`" in check(environment, KAFKA_TOPIC="other").output
    assert up(environment, tmp_path, MESSAGES, other).status == 0
    assert check(environment, KAFKA_TOPIC="other").status == 0
    assert partitions(environment)["other"] == 2

    grown = other | {"partitions": 4}
    assert up(environment, tmp_path, MESSAGES, grown).status == 0
    assert partitions(environment)["other"] == 4

    changed = other | {"replicationFactor": 3, "config": {"retention.ms": "60000"}}
    refused = up(environment, tmp_path, MESSAGES, changed)
    assert refused.status != 0
    # At the first try: more of them would take minutes, and end no better.
    assert "[BackoffLimitExceeded]" in refused.output
    assert "topic other has 4 partitions, 2 are declared" in refused.output
    assert "topic other has replication factor 2, 3 is declared" in refused.output
    assert "topic other has retention.ms=3600000, 60000 is declared" in refused.output
    assert partitions(environment)["other"] == 4

    environment.succeed("up")
    assert partitions(environment) == partitions(environment) | {"messages": 6, "other": 4}
