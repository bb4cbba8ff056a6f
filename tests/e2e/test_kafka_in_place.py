"""A Kafka cluster's life on the real engine: made when it may be, changed in place, and then by another.

Pods have addresses of the subnet here; in the other tests they form an overlay.
"""

import copy
import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator import control
from emulator.home import CHECKOUT, Home

from .environment import KAFKA_CLUSTER, Environment, eventually, occurrences, send
from .secrecy import all_command_lines, files_that_hold

ANOTHER = "An0ther-Secret!word"
BROKER_PORT = 9092


class Stack:
    """The local stack with settings of its own, in a file of its own."""

    def __init__(self, world: Environment, folder: Path) -> None:
        self._world = world
        self._file = folder / "Pulumi.changed.yaml"
        self._file.write_text((CHECKOUT / "Pulumi.local.yaml").read_text())

    @property
    def options(self) -> tuple[str, str]:
        return ("--config-file", str(self._file))

    def set(self, **settings: Any) -> None:
        document = yaml.safe_load(self._file.read_text())
        document["config"] |= {f"aks-kafka:{name}": value for name, value in settings.items()}
        self._file.write_text(yaml.safe_dump(document))

    def set_password(self, password: str) -> None:
        self._world.pulumi("config", "set", "--secret", "ambariPassword", password, *self.options)

    def up(self) -> str:
        return self._world.pulumi("up", "--yes", "--skip-preview", *self.options)

    def up_killed_at(self, line: str) -> str:
        """Run `up` until it says this; then it is killed. Answers what it said in that line."""
        command = [sys.executable, "-m", "emulator", "--home", str(self._world.home), "pulumi", "up", "--yes"]
        # `emulator pulumi` becomes pulumi: the signal reaches nothing else.
        with subprocess.Popen(
            [*command, "--skip-preview", *self.options], cwd=CHECKOUT, text=True, stdout=subprocess.PIPE
        ) as run:
            said = next(said for said in run.stdout or () if line in said)
            run.kill()
        return said

    def refused(self) -> str:
        """What a preview says that must fail, on one line."""
        ended = self._world.run("pulumi", "preview", *self.options)
        assert ended.status != 0, ended.output
        assert "Traceback" not in ended.output
        return " ".join(ended.output.split())

    def is_in_place(self) -> None:
        self._world.pulumi("refresh", "--yes", "--expect-no-changes", "--run-program", *self.options)
        self._world.pulumi("preview", "--expect-no-changes", *self.options)


@pytest.fixture
def stack(untouched: Environment, tmp_path: Path) -> Stack:
    return Stack(untouched, tmp_path)


def test_a_cluster_is_made_in_time_changed_in_place_and_replaced_by_another(
    untouched: Environment, stack: Stack, tmp_path: Path
) -> None:
    world = untouched
    stack.set(aksPodNetwork="flat", storageRoleSeconds=25)
    killed = seconds_left(stack.up_killed_at("the Kafka cluster is created in"))
    assert 25 >= killed > seconds_left(stack.up())
    cluster = cluster_of(world)
    before = world.outputs()

    stack.set(kafkaWorkers=4, tags={"team": "data"})
    preview = world.pulumi("preview", "--diff", *stack.options)
    assert "+-azure-native:hdinsight:Cluster" not in preview
    assert '~ WORKERS: "3" => "4"' in preview
    up = stack.up()
    assert "every broker runs with it: nothing to do" in up
    assert ": restarting" not in up
    servers = world.outputs()["bootstrapServers"]
    assert servers == f"{before['bootstrapServers']},10.10.0.12:9092"
    assert advertised(world, "wn5") == ["advertised.listeners=PLAINTEXT://10.10.0.12:9092"]
    stack.is_in_place()
    send(before["appUrl"], "after the fourth")
    eventually(lambda: occurrences(before["appUrl"], "after the fourth") == 1, "the message comes back")
    assert callers_of_brokers(world) == addresses(world, "/aks-nodepool1-")
    assert all(address.startswith("10.20.") for address in addresses(world, "/kafka-test-app-"))

    # From now on brokers restart at once, which spares this test a minute.
    stack.set(restart="all-at-once")
    stack.set_password(ANOTHER)
    # Not in force yet: what signs in with it learns why.
    early = world.run("pulumi", "refresh", "--yes", "--run-program", *stack.options)
    assert early.status != 0
    assert "not in force yet" in early.output
    with all_command_lines() as command_lines:
        up = stack.up()
    assert "kafka-gateway-password updated" in up
    stack.is_in_place()
    assert ANOTHER not in up + "".join(command_lines)
    written = [world.home / folder for folder in ("pulumi", "pulumi-home", "logs", "nodes")]
    assert files_that_hold(ANOTHER, *written) == []

    state = json.loads(world.pulumi("stack", "export"))
    identity = next(iter(cluster_in(state)["inputs"]["identity"]["userAssignedIdentities"]))
    assert identity != identity.lower()
    patch_identity(world, cluster["id"], identity)
    world.pulumi("refresh", "--yes", "--run-program", *stack.options)
    refreshed = cluster_in(json.loads(world.pulumi("stack", "export")))
    assert list(refreshed["inputs"]["identity"]["userAssignedIdentities"]) == [identity.lower()]
    world.pulumi("preview", "--expect-no-changes", *stack.options)
    import_state(world, tmp_path, without_record(json.loads(world.pulumi("stack", "export"))))
    unrecorded = world.pulumi("preview", "--expect-no-changes", *stack.options)
    assert "does not say yet with which settings its Kafka cluster was made" in " ".join(unrecorded.split())

    import_state(world, tmp_path, as_declared_by_an_earlier_program(state))
    world.pulumi("preview", "--expect-no-changes", *stack.options)
    assert cluster_of(world) == cluster
    assert occurrences(before["appUrl"], "after the fourth") == 1
    stack.set(kafkaWorkers=3)
    assert "kafkaWorkers = 3 is fewer than the 4 that there are" in stack.refused()
    stack.set(kafkaWorkers=4, kafkaWorkerSize="Standard_E8_V3", kafkaClusterName="other-kafka")
    assert "azure-native:hdinsight:Cluster kafka-cluster replace" in world.pulumi("preview", *stack.options)
    stack.set(protect=True)
    refusal = stack.refused()
    assert "2 mistakes" in refusal
    assert "kafkaClusterName = 'other-kafka' was 'local-kafka' when the Kafka cluster was made" in refusal
    assert "kafkaWorkerSize = 'Standard_E8_V3' was 'Standard_E4_V3'" in refusal
    assert refusal.count("every topic with its messages") == 2

    stack.set(protect=False, kafkaClusterName=KAFKA_CLUSTER)
    up = stack.up()
    assert "is created in" not in up, "its identity's role is old"
    assert cluster_of(world)["id"] == cluster["id"]
    assert cluster_of(world) != cluster
    now = world.outputs()
    assert now["ambariUrl"] != before["ambariUrl"]
    assert now["bootstrapServers"] == servers
    assert advertised(world, "wn5") == ["advertised.listeners=PLAINTEXT://10.10.0.12:9092"]
    stack.is_in_place()
    assert occurrences(now["appUrl"], "after the fourth") == 0
    send(now["appUrl"], "to the new cluster")
    eventually(lambda: occurrences(now["appUrl"], "to the new cluster") == 1, "the message comes back")

    world.pulumi("destroy", "--yes", *stack.options)
    assert world.resources() == []


def seconds_left(output: str) -> int:
    """How long the cluster was first said to wait for its identity's role; 0 where it did not have to."""
    found = re.search(r"the Kafka cluster is created in (\d+) s", output)
    return int(found[1]) if found else 0


def cluster_of(world: Environment) -> dict[str, Any]:
    """What never changes in the life of one HDInsight cluster."""
    [cluster] = [each for each in world.resources() if each["type"] == "azure-native:hdinsight:Cluster"]
    properties = cluster["outputs"]["properties"]
    return {"id": cluster["id"], "clusterId": properties["clusterId"], "created": properties["createdDate"]}


def cluster_in(state: dict[str, Any]) -> dict[str, Any]:
    """The Kafka cluster in a stack's state."""
    [cluster] = [
        each for each in state["deployment"]["resources"] if each["type"] == "azure-native:hdinsight:Cluster"
    ]
    return cluster


def patch_identity(world: Environment, cluster: str, identity: str) -> None:
    """What `az hdinsight update` does with an identity, here one that the cluster has already."""
    body = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}}}
    control.call(Home(world.home), "hdinsight-patch", cluster_id=cluster, body=body)


def as_declared_by_an_earlier_program(state: dict[str, Any]) -> dict[str, Any]:
    """A state that holds the cluster with inputs that are not those of today's program, nor Azure's."""
    state = copy.deepcopy(state)
    properties = cluster_in(state)["inputs"]["properties"]
    properties["clusterVersion"] = "5.0"
    properties["computeProfile"]["roles"].reverse()
    del properties["minSupportedTlsVersion"]
    return state


def without_record(state: dict[str, Any]) -> dict[str, Any]:
    """A state that does not say what clusters were made with, as after an `up` that ended too early."""
    state = copy.deepcopy(state)
    for resource in state["deployment"]["resources"]:
        resource.get("outputs", {}).pop("madeWith", None)
    return state


def import_state(world: Environment, folder: Path, state: dict[str, Any]) -> None:
    (folder / "state.json").write_text(json.dumps(state))
    world.pulumi("stack", "import", "--file", str(folder / "state.json"))


def addresses(world: Environment, part: str) -> set[str]:
    """Of the nodes and pods with this part in their names."""
    return {node["address"] for node in world.status()["nodes"] if part in node["name"]}


def callers_of_brokers(world: Environment) -> set[str]:
    """The addresses of everybody but brokers who is connected to a broker, as the brokers see them."""
    brokers = [node["name"] for node in world.status()["nodes"] if f"{KAFKA_CLUSTER}/wn" in node["name"]]
    tables = [world.succeed("exec", broker, "--", "sh", "-c", "cat /proc/net/tcp*") for broker in brokers]
    rows = [line.split() for table in tables for line in table.splitlines()]
    # Columns of proc(5): local address and port, remote ones, state; 01 is an established connection.
    remote = {row[2] for row in rows if row[1].endswith(f":{BROKER_PORT:04X}") and row[3] == "01"}
    # The last four bytes are an IPv4 address in either table, and stand in the machine's order.
    callers = {socket.inet_ntoa(bytes.fromhex(end.partition(":")[0][-8:])[::-1]) for end in remote}
    return callers - addresses(world, f"{KAFKA_CLUSTER}/wn")


def advertised(world: Environment, node: str) -> list[str]:
    """The lines of a broker's configuration that say which address it hands out."""
    properties = "/usr/hdp/current/kafka-broker/config/server.properties"
    shown = world.succeed("exec", f"{KAFKA_CLUSTER}/{node}", "--", "cat", properties)
    return [line for line in shown.splitlines() if line.startswith("advertised.listeners")]
