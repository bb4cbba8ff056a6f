"""The commands that look into a running environment."""

import shlex
import subprocess
import sys

import pytest

from .environment import CHECKOUT, Environment

APP = "kafka-test-app-"
METADATA = """\
import sys
from confluent_kafka.admin import AdminClient
metadata = AdminClient({"bootstrap.servers": sys.argv[1]}).list_topics(timeout=10)
print(*sorted(f"{broker.host}:{broker.port}" for broker in metadata.brokers.values()))
"""


def pod(environment: Environment) -> str:
    names = (node["name"].rsplit("/", 1)[-1] for node in environment.status()["nodes"])
    return next(name for name in names if name.startswith(APP))


def test_status_lists_networks_and_nodes(environment: Environment) -> None:
    status = environment.status()
    assert sorted(status["networks"].values()) == [["10.10.0.0/16"], ["10.20.0.0/16"]]
    names = {node["name"].rsplit("/", 1)[-1] for node in status["nodes"]}
    assert {"hn0", "hn1", "zk0", "zk3", "zk5", "wn0", "wn3", "wn4"} < names
    assert sum(name.startswith(APP) for name in names) == 2
    assert environment.outputs()["appUrl"] in environment.succeed("status")


@pytest.mark.parametrize("node", ["wn0", "zk0"])
def test_exec_runs_on_a_node_of_the_cluster(environment: Environment, node: str) -> None:
    name = environment.succeed("exec", node, "--", "hostname", "-f").strip()
    assert name.startswith(f"{node}-local-")
    assert name.endswith(".internal.cloudapp.net")


def test_exec_runs_in_a_pod_and_in_the_network_of_aks(environment: Environment) -> None:
    name = pod(environment)
    assert environment.succeed("exec", name, "--", "hostname").strip() == name
    assert environment.succeed("exec", "aks", "--", "hostname", "-i").strip().startswith("10.20.")


def test_exec_in_a_pod_runs_as_its_container(environment: Environment) -> None:
    described = 'echo "$(id -u):$(id -g) $PWD $KAFKA_TOPIC ${LOGNAME:-nothing}"'
    ran = environment.succeed("exec", pod(environment), "--", "sh", "-c", described)
    assert ran.split() == ["10001:10001", "/app", environment.outputs()["topic"], "nothing"]


def test_exec_passes_input_output_and_exit_status_on(environment: Environment) -> None:
    command = [sys.executable, "-m", "emulator", "--home", str(environment.home), "exec", "wn0", "--"]
    ended = subprocess.run(
        [*command, "sh", "-c", "cat; echo aside >&2; exit 7"],
        cwd=CHECKOUT, input="word", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "word", "aside\n")


def test_only_nodes_of_the_cluster_know_the_names_of_brokers(environment: Environment) -> None:
    broker = environment.succeed("exec", "wn0", "--", "hostname", "-f").strip()
    address = environment.succeed("exec", "wn0", "--", "hostname", "-i").strip()
    assert environment.succeed("exec", "zk0", "--", "getent", "hosts", broker).split()[0] == address
    for node in (pod(environment), "aks"):
        for name in (broker, broker.split(".")[0]):
            assert environment.run("exec", node, "--", "getent", "hosts", name).status == 2


def test_a_pod_is_handed_addresses_by_whichever_broker_it_asks(environment: Environment) -> None:
    brokers = environment.outputs()["bootstrapServers"]
    for broker in brokers.split(","):
        asked = environment.succeed("exec", pod(environment), "--", "python", "-c", METADATA, broker)
        assert asked.split() == sorted(brokers.split(","))


def test_logs_are_those_of_the_processes_on_the_node(environment: Environment) -> None:
    assert "kafka.server.KafkaServer" in environment.succeed("logs", "wn0")
    assert "ZooKeeperServerMain" in environment.succeed("logs", "zk0")
    assert "serving messages on port" in environment.succeed("logs", pod(environment))


def test_logs_end_in_silence_when_nobody_reads_on(environment: Environment) -> None:
    logs = shlex.join([sys.executable, "-m", "emulator", "--home", str(environment.home), "logs", "wn0"])
    ended = subprocess.run(
        f"{logs} | head -1", shell=True, cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.startswith("==> ")
    assert ended.stderr == ""
