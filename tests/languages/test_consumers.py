"""Consumers in Python, TypeScript and YAML: each reads the topic, and follows the brokers from `up` to `up`.

What they take is said by `python -m tools.languages`.
"""

import json
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.environment import CHECKOUT, Environment, adapted, eventually, send
from tests.e2e.referenced_stack import Program, deployed, passphrase, providers
from tools.languages import lacking, search_path

CONSUMERS = {
    "consumer": "kafka-consumer",
    "consumer-typescript": "kafka-consumer-typescript",
    "consumer-yaml": "kafka-consumer-yaml",
}
"""Folders of examples/, each with its namespace."""
FOURTH = "10.10.0.12:9092"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Namespaces by folder of copies of the examples, which have installed what they import."""
    assert lacking() == []
    folder = tmp_path_factory.mktemp("examples") / "examples"
    shutil.copytree(
        CHECKOUT / "examples", folder, ignore=shutil.ignore_patterns("node_modules", "__pycache__", ".venv")
    )
    # The packages of Pulumi's providers would run scripts that fetch plugins, which nothing here uses.
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder / "consumer-typescript", check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", search_path())
        yield {str(folder / name): namespace for name, namespace in CONSUMERS.items()}


def test_consumers_in_every_language_read_the_topic_and_follow_the_brokers(
    untouched: Environment, programs: Mapping[str, str], tmp_path: Path
) -> None:
    world = untouched
    # All at once, which spares this test the pauses between brokers.
    world.succeed("up", *adapted(tmp_path, restart="all-at-once"))
    before = world.outputs()["bootstrapServers"]
    for program in programs:
        world.pulumi("--program", program, "up", "--yes", "--skip-preview")
        world.pulumi("--program", program, "preview", "--expect-no-changes")
    text = f"for every consumer {uuid.uuid4()}"
    sent = {**send(world.outputs()["appUrl"], text), "text": text}
    for namespace in programs.values():
        eventually(lambda namespace=namespace: sent in consumed(world, namespace), f"{namespace} reads it")

    four = adapted(tmp_path, restart="all-at-once", kafkaWorkers=4)
    world.pulumi("up", "--yes", "--skip-preview", *four)
    for program, namespace in programs.items():
        assert servers_of(world, namespace) == before
        world.pulumi("--program", program, "up", "--yes", "--skip-preview")
        assert servers_of(world, namespace) == f"{before},{FOURTH}"
        outputs = json.loads(world.pulumi("--program", program, "stack", "output", "--json"))
        assert outputs["bootstrapServers"] == f"{before},{FOURTH}"

    for program in programs:
        world.pulumi("--program", program, "destroy", "--yes", "--skip-preview")
    assert not [pod for namespace in programs.values() for pod in pods(world, namespace)]


def test_typescript_says_which_secret_it_can_not_open(programs: Mapping[str, str]) -> None:
    [folder] = (Path(program) for program in programs if program.endswith("typescript"))
    deployed(folder.parent, passphrase("environment"))
    with providers() as ports:
        consumer = Program(folder, folder, passphrase("consumer"), ports)
        consumer.create()
        ended = consumer.run("preview", "--config", "environment=organization/environment/dev")
    assert ended.status != 0
    assert "Output kubeconfig of stack organization/environment/dev can't be opened" in ended.output


def pods(world: Environment, namespace: str) -> list[str]:
    """Names of the pods in a namespace, as `exec` and `logs` take them."""
    names = (node["name"] for node in world.status()["nodes"])
    return [name.rsplit("/", 1)[-1] for name in names if f"/{namespace}/" in name]


def consumed(world: Environment, namespace: str) -> list[dict[str, object]]:
    """What the consumer in a namespace has printed so far."""
    [pod] = pods(world, namespace)
    return [json.loads(line) for line in world.succeed("logs", pod).splitlines() if line.startswith("{")]


def servers_of(world: Environment, namespace: str) -> str:
    """The brokers that the pod in a namespace was told, once the one before it has ended."""
    eventually(lambda: len(pods(world, namespace)) == 1, f"there is one pod in {namespace}")
    [pod] = pods(world, namespace)
    program = "import os; print(os.environ['KAFKA_BOOTSTRAP_SERVERS'])"
    return world.succeed("exec", pod, "--", "python", "-c", program).strip()
