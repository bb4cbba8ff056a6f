"""What holds on real brokers and real routes.

One cluster serves all tests, which take it through its life in the order in which they stand here.
"""

import dataclasses
import json
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from emulator.hdinsight.agent import NodeAgent
from emulator.hdinsight.cluster import HdinsightCluster
from emulator.hdinsight.readiness import StartFailed, await_broker
from emulator.home import Home
from emulator.network.specification import NodeSpec, ProcessSpec
from emulator.network.world import World
from emulator.specifications import HdinsightSpec
from emulator.tls import Authority

HDINSIGHT = ["10.10.0.0/16"]
AKS = ["10.20.0.0/16"]
CLIENT = "aks/client"
CLIENT_SCRIPT = Path(__file__).with_name("kafka_client.py")
NODES = {name: f"10.10.0.{4 + number}" for number, name in enumerate(("hn0", "zk0", "wn0", "wn1", "wn2"))}
WORKERS = ("wn0", "wn1", "wn2")
BOOTSTRAP = f"{NODES['wn0']}:9092"
ADDRESSES = {f"{NODES[name]}:9092" for name in WORKERS}
DEADLINE = 60.0

HOW_TO_SNIPPET = "\n" + Path(__file__).with_name("how_to_snippet.sh").read_text()
"""What users paste into kafka-env, in the how-to's own words."""


@dataclasses.dataclass
class Environment:
    """An HDInsight cluster in one network, and a client's node in another."""

    home: Home
    authority: Authority
    spec: HdinsightSpec
    world: World
    cluster: HdinsightCluster

    @classmethod
    def start(cls, home: Home) -> "Environment":
        authority = Authority(home.tls)
        spec = HdinsightSpec(
            name="mykafka",
            network="hdinsight",
            subnet_prefix="10.10.0.0/24",
            addresses=NODES,
            domain="abcdefghijklmnopqrstuvwxyz.bx.internal.cloudapp.net",
            user="admin",
            password="Emulator-Passw0rd!",
            ambari_address=("127.0.0.1", free_port()),
        )
        world = start_world(home)
        return cls(home, authority, spec, world, HdinsightCluster(home, world, authority, spec))

    def crash(self) -> None:
        """The daemon dies: nothing is shut down in order, and everything starts again from disk."""
        self.cluster.close()
        self.world.close()
        self.world = start_world(self.home)
        self.cluster = HdinsightCluster(self.home, self.world, self.authority, self.spec)

    def peer(self, *, from_hdinsight: bool, from_aks: bool) -> None:
        self.world.set_peers("hdinsight", {"aks": AKS} if from_hdinsight else {})
        self.world.set_peers("aks", {"hdinsight": HDINSIGHT} if from_aks else {})

    def run(self, node: str, *argv: str) -> str:
        """What a program prints on a node; it must succeed."""
        log = self.home.logs / "client.log"
        log.unlink(missing_ok=True)
        process = self.world.spawn(node, ProcessSpec(argv, {"PATH": "/usr/bin:/bin"}, log=log))
        assert process.wait(DEADLINE) == 0, log.read_text()
        return log.read_text()

    def client(self, node: str, *arguments: str) -> Any:
        """What the Kafka client answers on a node, leaving out what its library logs."""
        lines = self.run(node, sys.executable, str(CLIENT_SCRIPT), *arguments).splitlines()
        return json.loads(lines[-1])

    def inside(self, node: str, command: str) -> str:
        return self.run(f"mykafka/{node}", "/bin/bash", "-c", command)

    def named_brokers(self) -> set[str]:
        """Where the cluster sends the client of the other network."""
        return set(self.client(CLIENT, "brokers", BOOTSTRAP).values())

    def agent(self, node: str) -> NodeAgent:
        return self.cluster.agent(node)

    def await_brokers(self, nodes: Sequence[str] = WORKERS) -> None:
        for node in nodes:
            await_broker(self.agent(node), self.cluster.logs(node)[0])
        # A broker hears of the others from the controller, a moment later.
        eventually(lambda: len(self.named_brokers()) == len(WORKERS))


def start_world(home: Home) -> World:
    world = World.start(home)
    world.add_network("hdinsight", HDINSIGHT)
    world.add_network("aks", AKS)
    world.add_node(NodeSpec(CLIENT, "aks", "10.20.0.4", 24, "client"))
    return world


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    environment = Environment.start(Home(tmp_path_factory.mktemp("home")))
    try:
        environment.cluster.create()
        environment.client("mykafka/hn0", "create-topic", BOOTSTRAP)
        yield environment
    finally:
        environment.cluster.close()
        environment.world.close()


class Ambari:
    """Plain requests, as a person with curl would send them."""

    def __init__(self, environment: Environment) -> None:
        host, port = environment.spec.ambari_address
        self.url = f"https://{host}:{port}/api/v1/clusters/mykafka"
        self.session = requests.Session()
        self.session.auth = (environment.spec.user, environment.spec.password)
        self.trusted = str(environment.authority.bundle)
        self.session.headers["X-Requested-By"] = "test"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        # `verify` of the session would give way to REQUESTS_CA_BUNDLE.
        response = self.session.request(
            method, self.url + path, data=body and json.dumps(body), timeout=30, verify=self.trusted
        )
        response.raise_for_status()
        return response.json() if response.content else None

    def properties(self, kind: str) -> dict[str, str]:
        desired = self.call("GET", "?fields=Clusters/desired_configs")["Clusters"]["desired_configs"]
        found = self.call("GET", f"/configurations?type={kind}&tag={desired[kind]['tag']}")
        return found["items"][0]["properties"]

    def save(self, **properties_by_kind: dict[str, str]) -> None:
        tag = f"version{time.time_ns() // 1_000_000}"
        desired = [
            {"type": kind, "tag": tag, "properties": properties}
            for kind, properties in properties_by_kind.items()
        ]
        self.call("PUT", "", [{"Clusters": {"desired_config": desired}}])

    def restart_brokers(self, hosts: Sequence[str]) -> None:
        filters = {"service_name": "KAFKA", "component_name": "KAFKA_BROKER", "hosts": ",".join(hosts)}
        accepted = self.call(
            "POST",
            "/requests",
            {
                "RequestInfo": {"command": "RESTART", "context": "Restart Kafka"},
                "Requests/resource_filters": [filters],
            },
        )
        path = f"/requests/{accepted['Requests']['id']}?fields=Requests/*"
        eventually(lambda: self.call("GET", path)["Requests"]["end_time"] > 0)
        assert self.call("GET", path)["Requests"]["request_status"] == "COMPLETED"


@pytest.fixture(scope="module")
def advertising(environment: Environment) -> Environment:
    """The cluster after the how-to's change, made through Ambari's API."""
    environment.peer(from_hdinsight=True, from_aks=True)
    environment.client("mykafka/hn0", "produce", BOOTSTRAP, "before the change")
    ambari = Ambari(environment)
    broker, env = ambari.properties("kafka-broker"), ambari.properties("kafka-env")
    broker["listeners"] = "PLAINTEXT://0.0.0.0:9092"
    env["content"] += HOW_TO_SNIPPET
    ambari.save(**{"kafka-broker": broker, "kafka-env": env})
    ambari.restart_brokers([environment.cluster.host_name(node) for node in WORKERS])
    environment.await_brokers()
    return environment


@pytest.mark.parametrize(
    ("from_hdinsight", "from_aks"),
    [(False, False), (True, False), (False, True)],
    ids=["none", "hdinsight", "aks"],
)
def test_without_both_halves_of_the_peering_no_broker_is_reached(environment, from_hdinsight, from_aks):
    environment.peer(from_hdinsight=from_hdinsight, from_aks=from_aks)
    for node in WORKERS:
        with pytest.raises(OSError, match=r"timed out|unreachable"):
            environment.world.connect(CLIENT, NODES[node], 9092, timeout=0.3)


def test_before_the_change_a_client_is_handed_names_that_it_cannot_resolve(environment):
    environment.peer(from_hdinsight=True, from_aks=True)
    environment.await_brokers()
    names = {environment.cluster.host_name(node) for node in WORKERS}
    assert environment.named_brokers() == {f"{name}:9092" for name in names}
    for name in names:
        assert environment.client(CLIENT, "resolve", name) is None
        assert environment.client("mykafka/hn0", "resolve", name) in NODES.values()


def test_before_the_change_a_client_can_bootstrap_but_not_produce(environment):
    environment.peer(from_hdinsight=True, from_aks=True)
    answer = environment.client(CLIENT, "produce", BOOTSTRAP, "lost")
    assert not answer["acknowledged"]
    assert any("Failed to resolve 'wn" in error for error in answer["errors"]), answer["errors"]


def test_after_the_change_a_client_is_handed_addresses_and_gets_every_message(advertising):
    assert advertising.named_brokers() == ADDRESSES
    assert advertising.client(CLIENT, "produce", BOOTSTRAP, "after the change") == {
        "acknowledged": True,
        "errors": [],
    }
    assert advertising.client(CLIENT, "consume", BOOTSTRAP, "2") == ["after the change", "before the change"]


def test_after_the_change_a_client_still_resolves_no_name(advertising):
    for node in WORKERS:
        assert advertising.client(CLIENT, "resolve", advertising.cluster.host_name(node)) is None
        assert (
            advertising.client(CLIENT, "resolve", advertising.cluster.host_name(node).split(".")[0]) is None
        )


def test_the_how_tos_snippet_really_ran_on_each_node(advertising):
    for node in WORKERS:
        written = advertising.inside(
            node, "grep advertised /usr/hdp/current/kafka-broker/conf/server.properties"
        )
        assert written == f"advertised.listeners=PLAINTEXT://{NODES[node]}:9092\n"
        assert "0.0.0.0:9092" in advertising.inside(
            node, "grep ^listeners= /usr/hdp/current/kafka-broker/config/server.properties"
        )


def test_the_brokers_own_figures_are_read_from_them(advertising):
    controllers, leaders, replicas, unknown = names = [
        "kafka.controller.KafkaController.ActiveControllerCount",
        "kafka.server.ReplicaManager.LeaderCount",
        "kafka.server.ReplicaManager.PartitionCount",
        "kafka.server.ReplicaManager.NoSuchThing",
    ]
    figures = [advertising.agent(node).metrics(names) for node in WORKERS]
    assert sum(figure[controllers] for figure in figures) == 1.0
    # Every partition has a replica on each of the three, and one leader.
    assert {figure[replicas] for figure in figures} == {sum(figure[leaders] for figure in figures)}
    assert all(unknown not in figure for figure in figures)


def test_a_stopped_broker_has_ended_and_is_not_running(advertising):
    agent = advertising.agent("wn1")
    assert agent.stop("KAFKA_BROKER", {}).ok
    assert not agent.running("KAFKA_BROKER")
    assert agent.metrics(["kafka.server.ReplicaManager.PartitionCount"]) == {}
    eventually(lambda: advertising.named_brokers() == ADDRESSES - {f"{NODES['wn1']}:9092"})
    assert "controlled shutdown" in advertising.inside("wn1", "tail -n 200 /var/log/kafka/server.log").lower()


def test_a_broker_that_listens_everywhere_and_advertises_nothing_starts_and_then_ends(advertising):
    configs = advertising.cluster.configs("wn1")
    content = configs["kafka-env"]["content"].replace(HOW_TO_SNIPPET, "")
    bare = {**configs, "kafka-env": {**configs["kafka-env"], "content": content}}
    agent = advertising.agent("wn1")
    assert agent.restart("KAFKA_BROKER", bare).ok  # the start script returned 0; more Ambari does not know
    eventually(lambda: not agent.running("KAFKA_BROKER"))
    assert "nonroutable meta-address 0.0.0.0" in advertising.inside("wn1", "cat /var/log/kafka/server.log")


def test_a_broker_keeps_its_id_over_restarts(advertising):
    before = {NODES[node]: broker_id(advertising, node) for node in WORKERS}
    agent = advertising.agent("wn1")
    assert agent.restart("KAFKA_BROKER", advertising.cluster.configs("wn1")).ok
    advertising.await_brokers(["wn1"])
    named = advertising.client(CLIENT, "brokers", BOOTSTRAP)
    assert {address.removesuffix(":9092"): int(identity) for identity, address in named.items()} == before
    assert set(before.values()) == {1001, 1002, 1003}


def broker_id(environment: Environment, node: str) -> int:
    return int(environment.inside(node, "grep ^broker.id= /data_disk_0/kafka/meta.properties").split("=")[1])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("echo ${#list[@]}", "TemplateSyntaxError: Missing end of comment tag"),
        ("exit 3", "returned 3"),
    ],
)
def test_an_environment_script_that_cannot_be_rendered_or_exits_fails_the_task(
    advertising, content, complaint
):
    configs = dict(advertising.cluster.configs("hn0"))
    configs["kafka-env"] = {**configs["kafka-env"], "content": content}
    outcome = advertising.agent("hn0").start("KAFKA_BROKER", configs)
    assert not outcome.ok
    assert complaint in outcome.stderr
    assert not advertising.agent("hn0").running("KAFKA_BROKER")


def test_stopping_sources_the_script_of_the_last_start(advertising):
    configs = advertising.cluster.configs("hn0")
    # A "broker" that prints its version and ends.
    wording = "\nexport KAFKA_HEAP_OPTS=-version\necho the {} script\n"
    env = configs["kafka-env"]
    old, new = (
        {**configs, "kafka-env": {**env, "content": env["content"] + wording.format(age)}}
        for age in ("old", "new")
    )
    agent = advertising.agent("hn0")
    assert "the old script" in agent.start("KAFKA_BROKER", old).stdout
    outcome = agent.stop("KAFKA_BROKER", new)
    assert outcome.ok
    assert "the old script" in outcome.stdout


def test_a_changed_password_is_ambaris_at_once(advertising):
    advertising.cluster.set_password("Another-Passw0rd!")
    ambari = Ambari(advertising)
    with pytest.raises(requests.HTTPError, match="403"):
        ambari.properties("kafka-env")
    advertising.cluster.set_password(advertising.spec.password)
    assert "hostname -i" in ambari.properties("kafka-env")["content"]


def test_after_a_crash_everything_is_there_again(advertising):
    advertising.client(CLIENT, "produce", BOOTSTRAP, "before the crash")
    messages = advertising.client(CLIENT, "consume", BOOTSTRAP, "3")
    advertising.crash()
    advertising.cluster.revive()
    advertising.peer(from_hdinsight=True, from_aks=True)
    advertising.await_brokers()
    assert advertising.named_brokers() == ADDRESSES
    assert "before the crash" in messages
    assert advertising.client(CLIENT, "consume", BOOTSTRAP, str(len(messages))) == messages
    assert Ambari(advertising).properties("kafka-broker")["listeners"] == "PLAINTEXT://0.0.0.0:9092"


def test_a_cluster_whose_brokers_do_not_come_up_is_refused_and_leaves_nothing(advertising):
    broken = dataclasses.replace(
        advertising.spec,
        name="broken",
        addresses={"zk0": "10.10.1.4", "wn0": "10.10.1.5"},
        subnet_prefix="10.10.1.0/24",
        ambari_address=("127.0.0.1", free_port()),
        kafka_broker={"listeners": "PLAINTEXT://0.0.0.0:9092"},
    )
    cluster = HdinsightCluster(advertising.home, advertising.world, advertising.authority, broken)
    with pytest.raises(StartFailed, match="nonroutable meta-address"):
        cluster.create()
    assert not any(node.startswith("broken/") for node in advertising.world.nodes())
    assert {path.name for path in advertising.home.nodes.iterdir()} == {"mykafka"}


def test_a_deleted_cluster_leaves_nothing(advertising):
    advertising.cluster.delete()
    assert advertising.world.nodes() == [CLIENT]
    assert list(advertising.home.nodes.iterdir()) == []
    assert list(advertising.home.state.iterdir()) == []
