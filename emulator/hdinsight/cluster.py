"""An HDInsight Kafka cluster: nodes in a virtual network, ZooKeeper, brokers, and Ambari, which manages them.

Unlike in HDInsight, only zk0 runs a ZooKeeper server; the other ZooKeeper nodes run nothing.
"""

import logging
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from urllib.parse import quote

from emulator.ambari.cluster.cluster import AmbariCluster
from emulator.ambari.server.server import AmbariServer
from emulator.hdinsight.agent import NodeAgent
from emulator.hdinsight.defaults import default_configs
from emulator.hdinsight.disk import ZOOKEEPER_DATA, NodeDisk, data_disk
from emulator.hdinsight.naming import fully_qualified_name, workers
from emulator.hdinsight.readiness import StartFailed, await_broker, await_controller, await_zookeeper
from emulator.home import Home
from emulator.network.specification import NodeSpec
from emulator.network.world import World
from emulator.specifications import HdinsightSpec
from emulator.store import Store
from emulator.tls import Authority

_log = logging.getLogger(__name__)

_ZOOKEEPER_NODE = "zk0"
_BROKER = "KAFKA_BROKER"
_ZOOKEEPER = "ZOOKEEPER_SERVER"
_STATUS_INTERVAL = 3.0
"""Seconds. With Ambari's 20, the program would wait that long after each restart for a certain state."""
_METRICS_SLICE = 5.0
"""Seconds. With Ambari's 30, one bad sample would delay a rolling restart by two minutes."""


class HdinsightCluster:
    """A handle of an HDInsight cluster. `create` starts a new cluster, `revive` one that exists on disk."""

    def __init__(self, home: Home, world: World, authority: Authority, spec: HdinsightSpec) -> None:
        self.spec = spec
        self._home = home
        self._world = world
        self._authority = authority
        self._folder = home.nodes / quote(spec.name, safe="")
        self._state = home.state / f"ambari-{quote(spec.name, safe='')}"
        self._agents: dict[str, NodeAgent] = {}
        self._ambari: AmbariCluster | None = None
        self._server: AmbariServer | None = None

    @property
    def ambari(self) -> AmbariServer:
        """Ambari's HTTP server, with its faults and its request log. Raises RuntimeError while none runs."""
        if self._server is None:
            raise RuntimeError(self._not_running())
        return self._server

    def create(self) -> None:
        """Creates the nodes and starts all services; returns when they serve clients.

        Removes first what an interrupted creation left on disk. Raises StartFailed when a process doesn't
        start, and then removes everything again.
        """
        self.delete()
        try:
            failures = self._start_all()
            if failures:
                raise failures[0]
        except BaseException:
            self.delete()
            raise

    def revive(self) -> None:
        """Starts the cluster again from disk, with the brokers' data and Ambari's state.

        As after a reboot of the hosts, agents render the configuration that is desired now, and components
        that were stopped through Ambari stay stopped. A component that fails to start is logged, and Ambari
        shows it as stopped.
        """
        for failure in self._start_all():
            _log.warning("%s", failure)

    def delete(self) -> None:
        """Stops the cluster and removes its data from disk."""
        self.close()
        self._remove_nodes(self.spec.addresses)
        for folder in (self._folder, self._state):
            if folder.exists():
                shutil.rmtree(folder)

    def close(self) -> None:
        """Stops Ambari. The nodes and their processes end with the world."""
        if self._server:
            self._server.stop()
        self._server = self._ambari = None

    def add_workers(self, addresses: Mapping[str, str]) -> None:
        """Adds workers, given as addresses by short name, whose brokers Ambari installs and starts.

        So they start with the configuration that is desired now, and all older brokers become stale (seen on
        Ambari 2.7.3). That HDInsight has Ambari do this is believed. Raises StartFailed, and then removes the
        new workers again.
        """
        before = self.spec
        self.spec = replace(before, addresses={**before.addresses, **addresses})
        try:
            for node in before.addresses:
                self._world.set_hosts(self.node_name(node), self._hosts())
            with ThreadPoolExecutor() as brokers:
                list(brokers.map(self._start_worker, addresses))
        except BaseException:
            self.spec = before
            self._remove_from_ambari(addresses)
            self._remove_nodes(addresses)
            raise

    def set_password(self, password: str) -> None:
        """Changes the gateway's password, hence Ambari's."""
        self._running_ambari.set_password(self.spec.user, password)

    def node_name(self, node: str) -> str:
        """The name in the world of the node with this short name."""
        return f"{self.spec.name}/{node}"

    def host_name(self, node: str) -> str:
        """The fully qualified host name of the node with this short name."""
        return fully_qualified_name(node, self.spec.name, self.spec.domain)

    def agent(self, node: str) -> NodeAgent:
        """Ambari's agent on the node with this short name."""
        return self._agents[node]

    def configs(self, node: str) -> Mapping[str, Mapping[str, str]]:
        """The configuration of a node that is desired in Ambari: properties by configuration type."""
        ambari = self._running_ambari
        with ambari.lock:
            return ambari.configurations.for_host(self.host_name(node))

    def logs(self, node: str) -> list[Path]:
        """The log files of a node's processes: their logs, then their standard output and error."""
        folder = self._disk(node).logs
        return sorted(folder.glob("*/*.log")) + sorted(folder.glob("*/*.out"))

    @property
    def _running_ambari(self) -> AmbariCluster:
        if self._ambari is None:
            raise RuntimeError(self._not_running())
        return self._ambari

    def _start_all(self) -> list[StartFailed]:
        for node in self.spec.addresses:
            self._boot(node)
        self._ambari = self._make_ambari()
        failures = self._start_services()
        # Before the old world ended, Ambari may have recorded processes as stopped that run again.
        self._ambari.check_status()
        address = self.spec.ambari_address
        context = self._authority.server_context(address[0], [address[0]])
        self._server = AmbariServer(self._running_ambari, context, address)
        self._server.start()
        return failures

    def _boot(self, node: str) -> None:
        disk = self._disk(node)
        disk.boot(self._home.kafka)
        self._world.add_node(
            NodeSpec(
                name=self.node_name(node),
                network=self.spec.network,
                address=self.spec.addresses[node],
                prefix_length=IPv4Network(self.spec.subnet_prefix).prefixlen,
                hostname=self.host_name(node),
                hosts=self._hosts(),
                overlays=disk.mounts(),
            )
        )
        self._agents[node] = NodeAgent(
            self._world, self.node_name(node), self.host_name(node), self.spec.addresses[node], disk
        )

    def _hosts(self) -> dict[str, str]:
        return {self.host_name(node): address for node, address in self.spec.addresses.items()}

    def _remove_nodes(self, nodes: Iterable[str]) -> None:
        present = set(self._world.nodes())
        for node in nodes:
            if self.node_name(node) in present:
                self._world.remove_node(self.node_name(node))
            self._agents.pop(node, None)
            if self._disk(node).folder.exists():
                shutil.rmtree(self._disk(node).folder)

    def _start_worker(self, node: str) -> None:
        self._boot(node)
        ambari, host = self._running_ambari, self.host_name(node)
        ambari.add_host(self._agents[node], [], _BROKER)
        for command in ("INSTALL", "START"):
            task = ambari.carry_out(command, host, _BROKER)
            if task.status != "COMPLETED":
                raise StartFailed(f"{_BROKER} on {host} was not started:\n{task.stderr}")
        await_broker(self._agents[node], self._disk(node).logs / "kafka" / "server.log")

    def _remove_from_ambari(self, nodes: Iterable[str]) -> None:
        """Removes hosts from Ambari, even while their brokers run."""
        ambari = self._running_ambari
        with ambari.lock:
            for host in (self.host_name(node) for node in nodes):
                if ambari.topology.find_host(host):
                    ambari.set_heartbeat(host, lost=True)
                    ambari.remove_host(host)

    def _initial_configs(self) -> dict[str, dict[str, str]]:
        """The configuration with which the cluster was created."""
        return default_configs(
            zookeepers=[self.host_name(_ZOOKEEPER_NODE)],
            log_dirs=[f"{data_disk(number)}/kafka" for number in range(self.spec.disks_per_worker)],
            data_dir=ZOOKEEPER_DATA,
            kafka_broker=self.spec.kafka_broker,
        )

    def _make_ambari(self) -> AmbariCluster:
        components = {self.host_name(node): [_BROKER] for node in workers(self.spec.addresses)}
        components[self.host_name(_ZOOKEEPER_NODE)] = [_ZOOKEEPER]
        return AmbariCluster(
            Store(self._state),
            self.spec.name,
            list(self._agents.values()),
            components,
            self._initial_configs(),
            {self.spec.user: self.spec.password},
            with_metrics=True,
            status_interval=_STATUS_INTERVAL,
            metrics_slice=_METRICS_SLICE,
        )

    def _start_services(self) -> list[StartFailed]:
        try:
            if self._start(_ZOOKEEPER_NODE, _ZOOKEEPER):
                self._await_zookeeper()
        except StartFailed as failure:
            return [failure]
        nodes = workers(self.spec.addresses)
        with ThreadPoolExecutor() as brokers:
            failures = [failure for failure in brokers.map(self._start_broker, nodes) if failure]
        try:
            await_controller([self._agents[node] for node in nodes if self._agents[node].running(_BROKER)])
        except StartFailed as failure:
            failures.append(failure)
        return failures

    def _await_zookeeper(self) -> None:
        log = self._disk(_ZOOKEEPER_NODE).logs / "zookeeper" / "zookeeper.log"
        await_zookeeper(self._world, self.node_name(_ZOOKEEPER_NODE), self._agents[_ZOOKEEPER_NODE], log)

    def _start_broker(self, node: str) -> StartFailed | None:
        try:
            if self._start(node, _BROKER):
                await_broker(self._agents[node], self._disk(node).logs / "kafka" / "server.log")
        except StartFailed as failure:
            return failure
        return None

    def _start(self, node: str, component: str) -> bool:
        """Starts a component unless it was stopped through Ambari. Returns whether. Raises StartFailed."""
        agent = self._agents[node]
        ambari = self._running_ambari
        with ambari.lock:
            record = ambari.topology.component(agent.host_name, component)
        if record is None or record.desired_state != "STARTED":
            return False
        outcome = agent.start(component, self.configs(node))
        if not outcome.ok:
            raise StartFailed(f"{component} on {agent.host_name} was not started:\n{outcome.stderr}")
        return True

    def _not_running(self) -> str:
        return f"cluster {self.spec.name} is neither created nor revived"

    def _disk(self, node: str) -> NodeDisk:
        return NodeDisk(self._folder / node, self.spec.disks_per_worker if node.startswith("wn") else 0)
