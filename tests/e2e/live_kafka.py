"""An environment's Kafka as its operator and its clients see it: through Ambari, and from AKS's network."""

import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, Any

import httpx

from components.ambari.api.client import Ambari
from components.ambari.api.connection import Connection
from components.ambari.api.model import Configuration, Request
from components.ambari.configuration.kafka_env import BLOCK
from components.ambari.configuration.listeners import DEFAULT_LISTENERS
from emulator import control
from emulator.ambari.server.faults import Action, When
from emulator.home import CHECKOUT, Home
from tests.e2e.environment import KAFKA_CLUSTER, Environment, eventually, send

_METADATA = """\
import sys
from confluent_kafka.admin import AdminClient

metadata = AdminClient({"bootstrap.servers": sys.argv[1]}).list_topics(timeout=5)
print(*(broker.host for broker in metadata.brokers.values()))
"""
_LET_IN = """\
import sys
from confluent_kafka.admin import (
    AdminClient, ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion
)

servers, user, password = sys.argv[1:]
mechanism = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
credential = UserScramCredentialUpsertion(user, mechanism, password.encode())
admin = AdminClient({"bootstrap.servers": servers})
admin.alter_user_scram_credentials([credential])[user].result(30)
"""


@dataclass(frozen=True)
class LiveKafka:
    """Real brokers behind the emulator's Ambari."""

    environment: Environment
    ambari: Ambari
    connection: Connection

    @classmethod
    def of(cls, environment: Environment) -> "LiveKafka":
        """Wants REQUESTS_CA_BUNDLE to name the world's bundle."""
        password = environment.pulumi("config", "get", "ambariPassword").strip()
        return cls.by(environment, Connection(environment.outputs()["ambariUrl"], "admin", password))

    @classmethod
    def by(cls, environment: Environment, connection: Connection) -> "LiveKafka":
        """Asked over this connection."""
        return cls(environment, Ambari(connection, KAFKA_CLUSTER), connection)

    # Configuration

    def value(self, type_: str, key: str) -> str:
        return self.ambari.current().version.types[type_].properties[key]

    def edit(self, type_: str, key: str, value: str) -> None:
        """Saves another value, as somebody does in Ambari's web page."""
        version = self.ambari.current().version
        old = version.types[type_]
        changed = Configuration(f"edited-{version.number}", {**old.properties, key: value}, old.attributes)
        self.ambari.save({type_: changed}, "edited by hand")

    def make_every_broker_stale(self) -> None:
        """Changes what has nothing to do with what brokers advertise."""
        threads = int(self.value("kafka-broker", "num.io.threads"))
        self.edit("kafka-broker", "num.io.threads", str(threads + 1))

    # Restarts

    def hosts(self) -> list[str]:
        return [broker.host for broker in self.ambari.brokers()]

    def restart_by_hand(self, hosts: list[str]) -> None:
        """One simultaneous restart."""
        number = self.ambari.restart(hosts, "Restart by hand")
        eventually(lambda: self.ambari.request(number).ended, "the restart by hand ends")

    def set_state(self, host: str, state: str) -> None:
        """Has Ambari stop a broker for good (INSTALLED) or start it (STARTED), and waits for that."""
        path = f"/clusters/{KAFKA_CLUSTER}/hosts/{host}/host_components/KAFKA_BROKER"
        self.connection.write("PUT", path, {"HostRoles": {"state": state}})

        def reached() -> bool:
            return {broker.host: broker.state for broker in self.ambari.brokers()}[host] == state

        eventually(reached, f"the broker on {host} is {state}")

    def newest_request(self) -> int:
        return max((request.id for request in self.ambari.broker_requests()), default=0)

    def restarts_since(self, number: int) -> list[Request]:
        """Requests after the one of that number, the oldest first."""
        return [request for request in reversed(self.ambari.broker_requests()) if request.id > number]

    def restarted_since(self, number: int) -> list[str]:
        """Short names of the hosts in the order of their restarts."""
        requests = self.restarts_since(number)
        return [task.host.split("-")[0] for request in requests for task in request.tasks]

    # What clients see

    def advertised(self) -> set[str]:
        """Where a client in AKS's network is sent to: nowhere while no broker answers."""
        servers = self.environment.outputs()["bootstrapServers"]
        arguments = ["exec", "aks", "--", sys.executable, "-c", _METADATA, servers]
        asked = self.environment.run(*arguments)
        return set(asked.output.split()) if asked.status == 0 else set()

    def let_in(self, user: str, password: str) -> None:
        """Has Kafka know the user by this password alone, by SCRAM-SHA-512 and without a restart."""
        servers = self.environment.outputs()["bootstrapServers"]
        arguments = ["exec", "aks", "--", sys.executable, "-c", _LET_IN, servers, user, password]

        def let_in() -> bool:
            return self.environment.run(*arguments).status == 0

        eventually(let_in, f"Kafka knows {user}")

    # Ambari's own behaviour

    def fault(self, method: str, route: str, ordinal: int, when: When, action: Action) -> None:
        fault = {"method": method, "route": route, "ordinal": ordinal, "when": when, "action": action}
        control.call(Home(self.environment.home), "ambari-fault", cluster=KAFKA_CLUSTER, fault=fault)

    def requests_since(self, mark: int) -> list[dict[str, Any]]:
        """What reached Ambari after the first `mark` requests."""
        return self.environment.ambari_requests()[mark:]

    def writes_since(self, mark: int) -> list[str]:
        seen = self.requests_since(mark)
        return [f"{request['method']} {request['route']}" for request in seen if request["method"] != "GET"]

    # As it should be

    def check(self) -> None:
        """Everything is as the program wants it, and nothing is left of any run."""
        assert self.value("kafka-env", "content").count(BLOCK) == 1
        assert self.value("kafka-broker", "listeners") == DEFAULT_LISTENERS
        assert [broker.host for broker in self.ambari.brokers() if broker.stale or not broker.started] == []
        assert self.ambari.artifacts() == {}
        addresses = {broker.ip for broker in self.ambari.brokers()}
        eventually(lambda: self.advertised() == addresses, "every broker advertises its address")


@dataclass
class Visitor:
    """Somebody who sends one message after the other through the page until told to stop."""

    url: str
    name: str
    pause: float = 0.2
    """Seconds from one message to the next."""
    sent: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._visit, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def received(self) -> Counter[str]:
        """How often each of the messages has come back."""
        messages = httpx.get(f"{self.url}/messages", params={"last": 10_000}, timeout=30).json()
        return Counter(message["text"] for message in messages if message["text"] in self.sent)

    def _visit(self) -> None:
        while not self._stopped.wait(self.pause):
            text = f"{self.name} {len(self.sent)}"
            try:
                send(self.url, text)
                self.sent.append(text)
            except (httpx.HTTPError, AssertionError) as trouble:
                self.troubles.append(repr(trouble))


def start_pulumi(
    environment: Environment, *arguments: str, output: IO[str] | int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    """A run that is not waited for. `emulator pulumi` becomes pulumi: its process is the CLI's."""
    command = [sys.executable, "-m", "emulator", "--home", str(environment.home), "pulumi", *arguments]
    return subprocess.Popen(command, cwd=CHECKOUT, text=True, stdout=output, stderr=subprocess.STDOUT)


def bundle(environment: Environment) -> str:
    """The certificates that a client of the environment's Ambari has to trust."""
    return str(Home(environment.home).tls / "bundle.pem")
