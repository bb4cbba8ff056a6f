"""The daemon: runs the world, and serves the providers for the engine and the control socket."""

import logging
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

from emulator.ambari.server.faults import Fault
from emulator.azure.authorization.role_assignments import list_assignments
from emulator.azure.hdinsight.operations import HdinsightOperations
from emulator.azure.network.operations import NetworkOperations
from emulator.azure.provider.catalogue import RESOURCE_TYPES
from emulator.azure.provider.provider import AzureNative
from emulator.azure.registry.operations import RegistryOperations
from emulator.azure.registry.registries import refusal_to_pull
from emulator.azure.resource_manager.manager import ProvisioningFailed, ResourceManager
from emulator.azure.resource_manager.refusals import NotModelled, Refused
from emulator.clusters import Clusters
from emulator.code import digest
from emulator.command.provider import Command
from emulator.control import CommandFailed, ControlServer
from emulator.entrance import into_container
from emulator.hdinsight.cluster import HdinsightCluster
from emulator.home import Home
from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.provider.provider import Kubernetes
from emulator.lifecycle import single_instance
from emulator.logs import all_logs
from emulator.network.names import find
from emulator.network.world import NodeUnknown, World
from emulator.providers.provider import Provider
from emulator.providers.server import ProviderServer
from emulator.registry.images import Images
from emulator.status import describe
from emulator.store import Store
from emulator.tls import Authority

log = logging.getLogger(__name__)

_HOME_CHECK_INTERVAL = 2.0  # seconds

_REVIVAL_DEADLINE = 60.0  # seconds


def serve(home: Home, ready: Callable[[], None]) -> None:
    """Revives the world in `home` and serves it until SIGTERM, SIGINT or the command `stop`.

    Calls `ready` once everything is served. Raises StartFailed when a daemon runs in the home already, and
    WorldRefused where the kernel forbids namespaces.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with single_instance(home), _world(home, ended) as world, ExitStack() as services:
        daemon = _Daemon(home, world, ended)
        daemon.revive()
        daemon.start_providers(services)
        refusals = (NodeUnknown, Refused, NotModelled, ProvisioningFailed)
        control = ControlServer(home, daemon.commands(), refusals)
        control.start()
        services.callback(control.stop)
        ready()
        log.info("serving %s", daemon.ports)
        _wait(home, ended)
        log.info("ending")


def _wait(home: Home, ended: threading.Event) -> None:
    """Waits until the daemon is to end, or its home was removed: then no client could reach it any more."""
    while home.control_socket.exists() and not ended.wait(_HOME_CHECK_INTERVAL):
        pass


@contextmanager
def _world(home: Home, ended: threading.Event) -> Iterator[World]:
    world = World.start(home)
    threading.Thread(target=_await_end, args=(world.init, ended), daemon=True).start()
    try:
        yield world
    finally:
        ended.set()
        world.close()


def _await_end(init: int, ended: threading.Event) -> None:
    """Ends the daemon when the world's init has ended: the next start of the daemon revives the world."""
    descriptor = os.pidfd_open(init)
    select.select([descriptor], [], [])
    os.close(descriptor)
    if not ended.is_set():
        log.error("the world has ended")
        ended.set()


class _Daemon:
    def __init__(self, home: Home, world: World, ended: threading.Event) -> None:
        self.ports: dict[str, int] = {}
        self._home = home
        self._world = world
        self._ended = ended
        self._code = digest()
        self._authority = Authority(home.tls)
        images = Images(home.registry, self._pull_refusal)
        clusters = Clusters(home, world, self._authority, images)
        self.cloud = ResourceManager(world, Store(home.state / "azure"), clusters, RESOURCE_TYPES)

    def revive(self) -> None:
        """Starts all resources again that are on disk, and waits until they serve."""
        self.cloud.revive()
        for cluster in self._kubernetes_clusters():
            if not cluster.wait_until_available(_REVIVAL_DEADLINE):
                log.warning("deployments in %s are not available after the revival", cluster.spec.name)

    def start_providers(self, services: ExitStack) -> None:
        """Serves the providers on the ports that they had before, or others where these are taken."""
        providers = [AzureNative(self.cloud), Kubernetes(self._kubernetes_clusters), Command()]
        store = Store(self._home.state / "daemon")
        before = store.get("ports") or {}
        for provider in providers:
            server = _served(provider, before.get(provider.name, 0))
            services.callback(server.stop)
            self.ports[provider.name] = server.port
        store.put("ports", self.ports)

    def commands(self) -> dict[str, Callable[..., Any]]:
        """The commands of the control socket by name."""
        hdinsight, network = HdinsightOperations(self.cloud), NetworkOperations(self.cloud)
        registries = RegistryOperations(self.cloud)
        return {
            "hello": self._hello,
            "stop": self._ended.set,
            "status": self._status,
            "enter": self._enter,
            "logs": self._logs,
            "login": registries.login,
            "registry": registries.show,
            "registry-update": registries.update,
            "networks": network.networks,
            "peering-delete": network.delete_peerings,
            "peering-create": network.create_peering,
            "hdinsight-show": hdinsight.show,
            "hdinsight-delete": hdinsight.delete,
            "hdinsight-resize": hdinsight.resize,
            "hdinsight-credentials": hdinsight.update_gateway,
            "hdinsight-patch": hdinsight.patch,
            "role-assignments": self._role_assignments,
            "ambari-fault": self._ambari_fault,
            "ambari-log": self._ambari_log,
        }

    def _hello(self) -> dict[str, Any]:
        return {"pid": os.getpid(), "ports": self.ports, "code": self._code}

    def _status(self) -> dict[str, Any]:
        return describe(self._home, self._world, os.getpid())

    def _enter(self, node: str) -> dict[str, Any]:
        """The beginning of a command line that enters a node, and its environment; None: the client's own."""
        name = self._world.resolve(node)
        entrance = self._world.enter(name)
        for cluster in self._kubernetes_clusters():
            if process := cluster.process_of(name):
                return {
                    "command": into_container(entrance, process),
                    "environment": dict(process.environment),
                }
        return {"command": entrance, "environment": None}

    def _logs(self, node: str) -> list[str]:
        logs = all_logs(self._hdinsight_clusters(), self._kubernetes_clusters(), self._world.nodes())
        found = find(node, list(logs))
        if found is None:
            known = f"there are logs of {', '.join(logs)}" if logs else "there are none yet"
            raise CommandFailed(f"no logs of {node}; {known}")
        return [str(path) for path in logs[found]]

    def _role_assignments(self, role: str, scope: str) -> list[dict[str, Any]]:
        return list_assignments(self.cloud, role, scope)

    def _ambari_fault(self, cluster: str, fault: dict[str, Any]) -> None:
        self._ambari(cluster).faults.add(Fault(**fault))

    def _ambari_log(self, cluster: str, mark: int = 0) -> dict[str, Any]:
        requests = self._ambari(cluster).log
        return {"mark": requests.mark, "requests": [asdict(entry) for entry in requests.since(mark)]}

    def _ambari(self, cluster: str) -> Any:
        for running in self._hdinsight_clusters():
            if running.spec.name == cluster:
                return running.ambari
        raise CommandFailed(f"There is no HDInsight cluster {cluster}.")

    def _hdinsight_clusters(self) -> list[HdinsightCluster]:
        return [each for each in self.cloud.hdinsight.values() if isinstance(each, HdinsightCluster)]

    def _kubernetes_clusters(self) -> list[KubernetesCluster]:
        return [each for each in self.cloud.kubernetes.values() if isinstance(each, KubernetesCluster)]

    def _pull_refusal(self, server: str, puller: str) -> str | None:
        return refusal_to_pull(self.cloud, server, puller)


def _served(provider: Provider, port: int) -> ProviderServer:
    try:
        server = ProviderServer(provider, port)
    except RuntimeError:
        log.warning("port %d of %s is taken by another process", port, provider.name)
        server = ProviderServer(provider)
    server.start()
    return server
