"""Kafka decides on real brokers: what the view's pod in AKS says holds a roll up, stops it, or lets it go on.

The tests share one environment; each leaves it in order for the next.
"""

import ssl
import sys
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from components.ambari.api.errors import RollStopped
from components.ambari.api.model import Broker
from components.ambari.change import Change
from components.ambari.rolling_restart.kafkas_view import PodWatch
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from components.kafka_view import NAME
from components.running.clock import SystemClock
from components.running.progress import Progress
from tests.e2e.environment import Environment, eventually
from tests.e2e.live_kafka import LiveKafka, bundle, start_pulumi
from tests.e2e.topics_at_risk import ONE_REPLICA, TWO_REPLICAS

UP = ("up", "--yes", "--skip-preview", "--refresh")
TOPICS = Path(__file__).with_name("topics_at_risk.py")
BELOW_OUR_BLOCK = """
config=/usr/hdp/current/kafka-broker/config/server.properties
sed -i '/^advertised.listeners=/d' $config
echo "advertised.listeners=PLAINTEXT://$(hostname -f):9092" >> $config
"""
START = "/usr/hdp/current/kafka-broker/bin/kafka"
IMPATIENT = RollOptions(pace=Pace(poll=1, health=40, others=40))
"""It has the time that a broker takes to be back, and the 20 s for which the view's last word counts."""


@dataclass(frozen=True)
class Decider:
    """Real brokers, what Kafka says of them, and the pod that says it."""

    kafka: LiveKafka
    kubeconfig: str
    namespace: str

    @property
    def world(self) -> Environment:
        return self.kafka.environment

    @property
    def brokers(self) -> list[Broker]:
        return self.kafka.ambari.brokers()

    def watch(self) -> PodWatch:
        return PodWatch(self.kubeconfig, self.namespace, NAME, SystemClock())

    def advertised(self) -> set[str | None]:
        """By the pod's word, the host of every broker; None for one that is silent."""
        view = self.watch().look().view
        told = [one.advertised for one in view.brokers.values()] if view else []
        return {one["PLAINTEXT"].rpartition(":")[0] if one else None for one in told}

    def topics(self, command: str, *hosts: str) -> str:
        """Run topics_at_risk.py in AKS's network."""
        servers = self.world.outputs()["bootstrapServers"]
        return self.world.succeed("exec", "aks", "--", sys.executable, str(TOPICS), command, servers, *hosts)

    def controller(self) -> Broker:
        place = self.topics("controller").splitlines()[-1]
        [found] = [broker for broker in self.brokers if place in (broker.host, broker.ip)]
        return found

    def canary(self) -> Broker:
        """Who restarts first where all are well: of those that are not the controller, Kafka's first."""
        view = self.watch().look().view
        assert view is not None
        number = min(number for number in view.brokers if number != view.controller)
        [found] = [broker for broker in self.brokers if broker.ip == view.brokers[number].address]
        return found

    def restarted_since(self, number: int) -> list[str]:
        """Addresses in the order of the restarts, without what was stopped or started by hand."""
        ips = {broker.host: broker.ip for broker in self.brokers}
        tasks = [task for request in self.kafka.restarts_since(number) for task in request.tasks]
        return [ips[task.host] for task in tasks if task.command not in ("START", "STOP")]

    def on_the_node(self, broker: Broker, command: str) -> None:
        """What its administrator types, or what happens to it."""
        self.world.succeed("exec", broker.host.split("-")[0], "--", "sh", "-c", command)

    def process_of_the_view(self) -> psutil.Process:
        running = [process for node in self.world.status()["nodes"] for process in node["processes"]]
        [pid] = [one["pid"] for one in running if one["command"][-2:] == ["testapp", "view"]]
        return psutil.Process(pid)

    def evict_the_view(self) -> None:
        """As a drain of its node does."""
        config = yaml.safe_load(self.kubeconfig)
        cluster = config["clusters"][0]["cluster"]
        context = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
        headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}"}
        pods = f"/api/v1/namespaces/{self.namespace}/pods"
        with httpx.Client(base_url=cluster["server"], headers=headers, verify=context) as api:
            selected = {"labelSelector": f"app.kubernetes.io/component={NAME}"}
            [pod] = api.get(pods, params=selected).json()["items"]
            name = pod["metadata"]["name"]
            eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}}
            api.post(f"{pods}/{name}/eviction", json=eviction).raise_for_status()


class Run:
    """A `pulumi up` that goes on meanwhile."""

    def __init__(self, world: Environment, folder: Path) -> None:
        self._file = folder / "up.txt"
        with self._file.open("w") as stream:
            self._process = start_pulumi(world, *UP, output=stream)

    def said(self) -> str:
        return self._file.read_text()

    def ended_well(self) -> str:
        """All it has said, once it has ended."""
        assert self._process.wait(300) == 0, self.said()
        return self.said()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decider]:
    world = Environment(tmp_path_factory.mktemp("decides") / "world")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REQUESTS_CA_BUNDLE", bundle(world))
        try:
            world.succeed("up")
            kafka = LiveKafka.of(world)
            kubeconfig = world.pulumi("stack", "output", "kubeconfig", "--show-secrets")
            place = Decider(kafka, kubeconfig, world.outputs()["namespace"])
            first, second, _ = (broker.ip for broker in place.brokers)
            place.topics("create", first, second)
            yield place
        finally:
            world.run("down")


@pytest.fixture(autouse=True)
def left_in_order(place: Decider) -> Iterator[None]:
    yield
    assert [broker.host for broker in place.brokers if broker.stale or not broker.started] == []
    assert place.kafka.ambari.artifacts() == {}
    assert place.kafka.advertised() == {broker.ip for broker in place.brokers}


@dataclass(frozen=True)
class Repair:
    """What was shown and said of brokers that advertised names, and in what order they restarted."""

    content_before: str
    """kafka-env, before somebody wrote lines below our block."""
    names: dict[str, str]
    """The brokers' host names by address."""
    controller: str
    """Its address, before the repair."""
    preview: str
    refreshed: dict[str, Any]
    """The resource's outputs after a refresh."""
    up: str
    order: list[str]


@pytest.fixture(scope="module")
def repair(place: Decider) -> Repair:
    kafka, world = place.kafka, place.world
    names = {broker.ip: broker.host for broker in place.brokers}
    content = kafka.value("kafka-env", "content")
    kafka.edit("kafka-env", "content", content + BELOW_OUR_BLOCK)
    kafka.restart_by_hand(kafka.hosts())
    eventually(lambda: place.advertised() == {*names.values()}, "the pod says that names are advertised")
    while place.controller() == place.brokers[-1]:
        # Last by Ambari's order, too.
        kafka.restart_by_hand([place.brokers[-1].host])
        eventually(lambda: place.advertised() == {*names.values()}, "the last broker is back")
    controller, before = place.controller(), kafka.newest_request()
    preview = world.pulumi("preview", "--refresh", "--diff")
    world.pulumi("refresh", "--yes", "--skip-preview")
    [refreshed] = [one["outputs"] for one in world.resources() if "underReplicated" in one.get("outputs", {})]
    up = world.pulumi(*UP)
    return Repair(content, names, controller.ip, preview, refreshed, up, place.restarted_since(before))


def test_names_advertised_below_our_block_are_shown_with_both_values(repair: Repair) -> None:
    for address, name in repair.names.items():
        assert f': "{name}:9092" => "{address}:9092"' in repair.preview


def test_names_advertised_below_our_block_are_repaired_and_the_lines_stay(
    place: Decider, repair: Repair
) -> None:
    assert place.advertised() == {*repair.names}
    assert sorted(repair.order) == sorted(repair.names)
    assert BELOW_OUR_BLOCK.strip() in place.kafka.value("kafka-env", "content")


def test_the_controller_restarts_last(repair: Repair) -> None:
    assert repair.order[-1] == repair.controller != [*repair.names][-1]
    assert repair.refreshed["order"][-1].endswith(f"({repair.controller}, controller)")


def test_a_partition_with_one_replica_is_named_by_up_and_in_the_outputs(repair: Repair) -> None:
    told = f"{ONE_REPLICA}, partition 0: neither read nor written while the broker restarts"
    assert f"Clients will notice: {told}" in repair.up
    assert [line for line in repair.refreshed["unavailable"] if line.startswith(told)]


def test_a_canary_that_comes_back_with_its_name_stops_the_roll(place: Decider, repair: Repair) -> None:
    kafka, world = place.kafka, place.world
    controller, canary = place.controller(), place.canary()
    kafka.edit("kafka-env", "content", repair.content_before)
    before = kafka.newest_request()
    # Somebody has changed how Kafka starts on that host, which Ambari knows nothing of.
    advertise = f"sed -i 's|^advertised.listeners=.*|advertised.listeners=PLAINTEXT://{canary.host}:9092|'"
    place.on_the_node(
        canary, f'sed -i.before "/^  start)/a {advertise} \\$home/config/server.properties" {START}'
    )
    try:
        ended = world.run("pulumi", *UP)
    finally:
        place.on_the_node(canary, f"mv {START}.before {START}")
    assert ended.status != 0
    told = f"came back and advertises {canary.host}:9092 for PLAINTEXT instead of {canary.ip}:9092"
    assert f"the first broker to restart, {told}, so says Kafka" in ended.output
    assert place.restarted_since(before) == [canary.ip]

    world.pulumi(*UP)
    order = place.restarted_since(before)
    assert order[:2] == [canary.ip, canary.ip]
    assert order[-1] == controller.ip
    assert len(order) == 4


def test_a_partition_whose_follower_is_stopped_is_waited_for_by_name(place: Decider, tmp_path: Path) -> None:
    kafka = place.kafka
    leader, follower, third = place.brokers
    kafka.set_state(follower.host, "INSTALLED")
    kafka.make_every_broker_stale()
    before = kafka.newest_request()
    run = Run(place.world, tmp_path)
    needed = f"{TWO_REPLICAS}-0 would have 0 of its 2"
    eventually(lambda: "waiting: Kafka says that" in run.said() and needed in run.said(), "it waits", 180)
    assert leader.ip not in place.restarted_since(before)

    kafka.set_state(follower.host, "STARTED")
    run.ended_well()
    assert sorted(place.restarted_since(before)) == sorted([leader.ip, third.ip])


def test_a_view_that_falls_silent_midway_stops_the_roll_and_the_next_up_ends_it_with_another_pod(
    place: Decider, tmp_path: Path
) -> None:
    kafka, clock = place.kafka, SystemClock()
    kafka.make_every_broker_stale()
    before = kafka.newest_request()
    view = place.process_of_the_view()

    def fall_silent() -> None:
        if kafka.restarts_since(before):
            view.suspend()

    change = Change(kafka.ambari, clock, Progress(clock), IMPATIENT, alive=fall_silent, watch=place.watch())
    try:
        with pytest.raises(RollStopped, match=r"Kafka's view is unknown: pod .* has said nothing for 20 s"):
            change.advertise()
    finally:
        view.resume()
    [canary] = place.restarted_since(before)
    assert kafka.ambari.artifacts() == {}

    run = Run(place.world, tmp_path)
    eventually(lambda: len(place.restarted_since(before)) == 2, "the second broker is being restarted", 120)
    place.evict_the_view()
    run.ended_well()
    assert place.process_of_the_view() != view
    order = place.restarted_since(before)
    assert order[0] == canary
    assert sorted(order) == sorted(broker.ip for broker in place.brokers)


def test_a_broker_that_is_killed_during_the_roll_goes_next(place: Decider, tmp_path: Path) -> None:
    kafka, killed = place.kafka, place.controller()
    kafka.make_every_broker_stale()
    before = kafka.newest_request()
    run = Run(place.world, tmp_path)
    eventually(lambda: len(place.restarted_since(before)) == 1, "the first broker is being restarted", 120)
    place.on_the_node(killed, "kill -KILL $(cat /run/kafka/kafka.pid)")
    run.ended_well()
    order = place.restarted_since(before)
    # Otherwise it would have been the last.
    assert order[1] == killed.ip
    assert sorted(order) == sorted(broker.ip for broker in place.brokers)
