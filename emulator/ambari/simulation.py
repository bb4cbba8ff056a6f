"""Ambari with simulated agents, which run no processes, for tests of Ambari's clients and of the emulator."""

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from ssl import SSLContext
from typing import Any

from emulator.ambari.cluster.agent import TaskOutcome
from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.server.server import AmbariServer
from emulator.store import Store

DOMAIN = "simulated.bx.internal.cloudapp.net"
FAILED_START = (
    "resource_management.core.exceptions.ExecutionFailed: Execution of "
    "'source /usr/hdp/current/kafka-broker/config/kafka-env.sh ; "
    "/usr/hdp/current/kafka-broker/bin/kafka start' returned 1. "
)

_FIRST_ADDRESS = IPv4Address("10.0.0.10")
_IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""The folder for temporary states, in memory, since a store waits for the disk at every change."""

SIMULATED_CONFIGS: Mapping[str, Mapping[str, str]] = {
    "cluster-env": {"security_enabled": "false"},
    "kafka-broker": {
        "auto.create.topics.enable": "false",
        "listeners": "PLAINTEXT://localhost:9092",
        "log.dirs": "/data_disk_0/kafka-logs",
        "zookeeper.connect": f"zk0-mykafk.{DOMAIN}:2181",
    },
    "kafka-env": {
        "content": "#!/bin/bash\nexport JAVA_HOME={{java64_home}}\nexport LOG_DIR={{kafka_log_dir}}\n",
        "kafka_log_dir": "/var/log/kafka",
        "kafka_pid_dir": "/var/run/kafka",
        "kafka_user": "kafka",
    },
    "kafka-log4j": {"content": "log4j.rootLogger=INFO, stdout\n"},
    "zoo.cfg": {"clientPort": "2181"},
    "zookeeper-env": {"content": "export ZOO_LOG_DIR={{zk_log_dir}}\n", "zk_user": "zookeeper"},
}


@dataclass
class SimulatedAgent:
    """An agent that only records what it is told to do. Thread-safe.

    seconds: how long each command takes. failures: how many of the next starts and restarts fail.
    """

    host_name: str
    ip: str
    seconds: float = 0
    failures: int = 0
    alive: set[str] = field(default_factory=set)
    """The components whose processes run."""
    metric_values: dict[str, float] = field(default_factory=dict)
    """The broker's metrics, by the names that `metrics` takes."""
    commands: list[str] = field(default_factory=list)
    """The commands so far, such as "restart KAFKA_BROKER"."""
    rendered: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    """The configuration with which each component was last started."""
    _held: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._held.set()

    def start(self, component: str, configs: Mapping[str, Mapping[str, str]]) -> TaskOutcome:
        """Starts the component, unless this start is to fail."""
        return self._up("start", component, configs)

    def stop(self, component: str, configs: Mapping[str, Mapping[str, str]]) -> TaskOutcome:
        """Stops the component."""
        self._wait("stop", component)
        self.alive.discard(component)
        return TaskOutcome(True, f"simulated agent ran STOP of {component}", "")

    def restart(self, component: str, configs: Mapping[str, Mapping[str, str]]) -> TaskOutcome:
        """Restarts the component with the configuration that was given when the command began."""
        return self._up("restart", component, configs)

    def running(self, component: str) -> bool:
        """Whether the component's process runs."""
        return component in self.alive

    def metrics(self, names: Sequence[str]) -> Mapping[str, float]:
        """The values in `metric_values`; none while no component runs."""
        return {name: self.metric_values[name] for name in names if name in self.metric_values and self.alive}

    def hold(self) -> None:
        """Blocks the next commands, after they have begun, until release()."""
        self._held.clear()

    def release(self) -> None:
        """Lets the commands that hold() blocks end."""
        self._held.set()

    def kill(self, component: str) -> None:
        """Ends the component's process. Ambari sees it at its next status check."""
        self.alive.discard(component)

    def _up(self, command: str, component: str, configs: Mapping[str, Mapping[str, str]]) -> TaskOutcome:
        self._wait(command, component)
        if self.failures:
            self.failures -= 1
            self.alive.discard(component)
            return TaskOutcome(False, f"simulated agent ran {command.upper()} of {component}", FAILED_START)
        self.rendered[component] = {name: dict(properties) for name, properties in configs.items()}
        self.alive.add(component)
        return TaskOutcome(True, f"simulated agent ran {command.upper()} of {component}", "")

    def _wait(self, command: str, component: str) -> None:
        self.commands.append(f"{command} {component}")
        threading.Event().wait(self.seconds)
        self._held.wait()


@dataclass(frozen=True)
class Simulation:
    """A running Ambari server, its cluster, and the agents on the cluster's hosts."""

    server: AmbariServer
    cluster: AmbariCluster
    agents: dict[str, SimulatedAgent]
    """By short name: wn0, wn1, ..., zk0, hn0."""
    user: str
    password: str

    @property
    def url(self) -> str:
        """The server's URL without a path."""
        return self.server.url

    @property
    def brokers(self) -> list[SimulatedAgent]:
        """The agents of the worker nodes, wn0 first."""
        return [agent for name, agent in self.agents.items() if name.startswith("wn")]

    def add_worker(self, short: str) -> SimulatedAgent:
        """Adds a worker node such as "wn3", whose broker Ambari installs and starts."""
        agent = self.join(short)
        self.change_state(short, "INSTALL")
        self.change_state(short, "START")
        return agent

    def join(self, short: str) -> SimulatedAgent:
        """Adds a worker node whose broker is neither installed nor started (INIT)."""
        number = max(int(IPv4Address(agent.ip)) for agent in self.agents.values()) + 1 - int(_FIRST_ADDRESS)
        agent = _agent(short, _host_name(short, self.cluster.name), number, 0)
        agent.alive.clear()
        self.agents[short] = agent
        self.cluster.add_host(agent, ["ZOOKEEPER_CLIENT"], "KAFKA_BROKER")
        return agent

    def change_state(self, short: str, command: str) -> None:
        """Has Ambari install, start or stop a broker (INSTALL, START, STOP), and waits until it has ended."""
        self.cluster.carry_out(command, self.agents[short].host_name, "KAFKA_BROKER")

    def remove_worker(self, short: str) -> None:
        """Makes a worker node's agent unreachable, whatever it is doing, and removes the node from Ambari."""
        agent = self.agents.pop(short)
        self.cluster.set_heartbeat(agent.host_name, lost=True)
        self.cluster.remove_host(agent.host_name)
        agent.release()


@contextmanager
def simulated_server(
    workers: int = 3,
    *,
    name: str = "mykafka",
    host_names: Mapping[str, str] | None = None,
    configs: Mapping[str, Mapping[str, str]] = SIMULATED_CONFIGS,
    user: str = "admin",
    password: str = "admin",
    seconds: float = 0,
    folder: Path | None = None,
    context: SSLContext | None = None,
    port: int = 0,
    **options: Any,
) -> Iterator[Simulation]:
    """Serves a cluster of simulated agents on a loopback port, a free one unless `port` is given.

    host_names: fully qualified names by short name, in place of the default ones.
    seconds: how long each command takes.
    folder: where the state is stored, so that another server can continue with it; else it is temporary.
    options: further arguments of AmbariCluster, such as status_interval=0.05.
    """
    shorts = ["hn0", *(f"wn{number}" for number in range(workers)), "zk0"]
    names = host_names or {short: _host_name(short, name) for short in shorts}
    agents = {short: _agent(short, names[short], number, seconds) for number, short in enumerate(shorts)}
    components = {names[short]: _components(short) for short in shorts}
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as temporary:
        store = Store(folder or Path(temporary))
        all_agents = list(agents.values())
        cluster = AmbariCluster(store, name, all_agents, components, configs, {user: password}, **options)
        server = AmbariServer(cluster, context, ("127.0.0.1", port))
        server.start()
        try:
            yield Simulation(server, cluster, agents, user, password)
        finally:
            server.stop()
            for agent in all_agents:
                agent.release()


def _agent(short: str, host_name: str, number: int, seconds: float) -> SimulatedAgent:
    masters = {component for component in _components(short) if component != "ZOOKEEPER_CLIENT"}
    return SimulatedAgent(host_name, str(_FIRST_ADDRESS + number), seconds, alive=masters)


def _host_name(short: str, cluster: str) -> str:
    return f"{short}-{cluster[:6].lower()}.{DOMAIN}"


def _components(short: str) -> list[str]:
    return {
        "hn": ["ZOOKEEPER_CLIENT"],
        "wn": ["KAFKA_BROKER", "ZOOKEEPER_CLIENT"],
        "zk": ["ZOOKEEPER_SERVER"],
    }[short[:2]]
