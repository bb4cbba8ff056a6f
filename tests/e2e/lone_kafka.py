"""A Kafka cluster with nothing around it but a client in another network, and runs of the change on it."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from components.ambari.api.model import Configuration
from components.ambari.change import Change
from components.ambari.rolling_restart.restart import Pace
from components.ambari.rolling_restart.roll import RollOptions
from components.running.clock import SystemClock
from components.running.progress import Progress
from emulator.hdinsight.cluster import HdinsightCluster
from emulator.hdinsight.readiness import await_broker, await_controller
from emulator.home import CHECKOUT, Home
from emulator.network.specification import NodeSpec, ProcessSpec
from emulator.network.world import World
from emulator.specifications import HdinsightSpec
from emulator.tls import Authority
from tests.e2e.broker_certificates import BrokerAuthority
from tests.e2e.environment import eventually

NODES = {name: f"10.10.0.{4 + number}" for number, name in enumerate(("hn0", "zk0", "wn0", "wn1", "wn2"))}
WORKERS = ("wn0", "wn1", "wn2")
ADDRESSES = [NODES[worker] for worker in WORKERS]
CLIENT = "aks/client"
KEY_STORE = "/usr/hdp/broker.p12"
TRUST_STORE = "/usr/hdp/authority.pem"
ALL_AT_ONCE = RollOptions("all", pace=Pace(poll=0.5, settle=1, settle_unvouched=1))
DEADLINE = 90.0

BROKERS = """\
import json, sys
from confluent_kafka.admin import AdminClient

metadata = AdminClient(json.loads(sys.argv[1])).list_topics(timeout=10)
print(json.dumps(sorted(f"{broker.host}:{broker.port}" for broker in metadata.brokers.values())))
"""
REPLICATED = """\
import json, sys, time
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

settings, name = json.loads(sys.argv[1]), sys.argv[2]
topic = NewTopic(name, num_partitions=3, replication_factor=3, config={"min.insync.replicas": "3"})
admin = AdminClient(settings)
admin.create_topics([topic])[name].result(30)
producer = Producer({**settings, "acks": "all", "message.timeout.ms": 30000})
errors = []
for partition in range(3):
    producer.produce(name, "x", partition=partition, on_delivery=lambda error, _: errors.append(str(error)))
producer.flush(40)
print(json.dumps(errors))
"""
CERTIFICATE = """\
import json, sys
from components.ambari.configuration.certificates import trouble_with_address

print(json.dumps(trouble_with_address(sys.argv[1], int(sys.argv[2]))))
"""


@dataclass
class LoneKafka:
    """Real brokers, their Ambari, and a client's node in a peered network."""

    home: Home
    world: World
    cluster: HdinsightCluster
    ambari: Ambari
    authority: BrokerAuthority

    def give_certificates(self, with_addresses: bool) -> None:
        """Each broker gets a key and a certificate for its name, and for its address, too, or not."""
        for worker in WORKERS:
            hdp = self.home.nodes / "mykafka" / worker / "hdp"
            addresses = [NODES[worker]] if with_addresses else []
            store = self.authority.key_store(self.cluster.host_name(worker), addresses)
            (hdp / Path(KEY_STORE).name).write_bytes(store)
            (hdp / Path(TRUST_STORE).name).write_text(self.authority.certificate)

    def set_broker(self, **properties: str | None) -> None:
        """Somebody saves these in Ambari, with dots for double underscores; None takes one away."""
        version = self.ambari.current().version
        old = version.types["kafka-broker"]
        named = {name.replace("__", "."): value for name, value in properties.items()}
        merged = {**old.properties, **named}
        kept = {name: value for name, value in merged.items() if value is not None}
        changed = Configuration(f"edited-{version.number}", kept, old.attributes)
        self.ambari.save({"kafka-broker": changed}, "edited by hand")

    def value(self, type_: str, key: str) -> str:
        return self.ambari.current().version.types[type_].properties[key]

    def restart_by_hand(self) -> None:
        """All brokers at once, as somebody does in Ambari after an edit."""
        hosts = [broker.host for broker in self.ambari.brokers()]
        number = self.ambari.restart(hosts, f"by hand, version {self.ambari.current().version.number}")
        eventually(lambda: self.ambari.request(number).ended, "the restart by hand ends", DEADLINE)
        self.await_brokers()

    def await_brokers(self) -> None:
        """Each one serves, and the controller knows all of them."""
        agents = [self.cluster.agent(worker) for worker in WORKERS]
        for worker, agent in zip(WORKERS, agents, strict=True):
            await_broker(agent, self.cluster.logs(worker)[0])
        await_controller(agents)

    def change(self) -> Change:
        clock = SystemClock()
        progress = Progress(clock)
        return Change(self.ambari, clock, progress, ALL_AT_ONCE, trouble_with_address=self.trouble)

    def trouble(self, address: str, port: int) -> str:
        """Seen from where the brokers can be reached."""
        return self.run(CERTIFICATE, address, str(port))

    def brokers(self, servers: str, **settings: str) -> list[str]:
        """Where brokers send a client that asks them in this way."""
        return self.run(BROKERS, json.dumps(self._client(servers, settings)))

    def lets_in(self, servers: str, **settings: str) -> bool:
        """Whether brokers answer such a client at all."""
        return self.attempt(BROKERS, json.dumps(self._client(servers, settings)))[0] == 0

    def replicate(self, topic: str, servers: str, **settings: str) -> list[str]:
        """What becomes of messages that only count once every broker has them."""
        return self.run(REPLICATED, json.dumps(self._client(servers, settings)), topic)

    def run(self, script: str, *arguments: str) -> Any:
        """What the script prints on the client's node, from JSON."""
        status, text = self.attempt(script, *arguments)
        assert status == 0, text
        return json.loads(text.splitlines()[-1])

    def attempt(self, script: str, *arguments: str) -> tuple[int, str]:
        log = self.home.logs / "client.log"
        log.unlink(missing_ok=True)
        environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT)}
        process = self.world.spawn(
            CLIENT, ProcessSpec([sys.executable, "-c", script, *arguments], environment, log=log)
        )
        return process.wait(DEADLINE), log.read_text()

    def _client(self, servers: str, settings: Mapping[str, str]) -> dict[str, str]:
        file = self.home.logs / "authority.pem"
        file.write_text(self.authority.certificate)
        named = {name.replace("_", "."): value for name, value in settings.items()}
        return {"bootstrap.servers": servers, "ssl.ca.location": str(file), **named}


@contextmanager
def lone_kafka(folder: Path, environ: pytest.MonkeyPatch) -> Iterator[LoneKafka]:
    home = Home(folder)
    authority = Authority(home.tls)
    spec = HdinsightSpec(
        name="mykafka",
        network="hdinsight",
        subnet_prefix="10.10.0.0/24",
        addresses=NODES,
        domain="abcdefghijklmnopqrstuvwxyz.bx.internal.cloudapp.net",
        user="admin",
        password="Emulator-Passw0rd!",
        ambari_address=("127.0.0.1", _free_port()),
    )
    world = World.start(home)
    environ.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    cluster = HdinsightCluster(home, world, authority, spec)
    try:
        world.add_network("hdinsight", ["10.10.0.0/16"])
        world.add_network("aks", ["10.20.0.0/16"])
        world.add_node(NodeSpec(CLIENT, "aks", "10.20.0.4", 24, "client"))
        world.set_peers("hdinsight", {"aks": ["10.20.0.0/16"]})
        world.set_peers("aks", {"hdinsight": ["10.10.0.0/16"]})
        cluster.create()
        host, port = spec.ambari_address
        connection = Connection(f"https://{host}:{port}", spec.user, spec.password)
        yield LoneKafka(home, world, cluster, Ambari(connection, spec.name), BrokerAuthority())
    finally:
        cluster.close()
        world.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def servers(port: int) -> list[str]:
    """All brokers at that port."""
    return [f"{address}:{port}" for address in ADDRESSES]
