"""What the resource manager has others do: route packets, run brokers, run pods."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

PullDecision = Callable[[str, str], str | None]
"""Login server of a registry and object id of whoever pulls, to the reason why not, or None."""


class NetworkWorld(Protocol):
    """The part of `emulator.network.world.World` that virtual networks need."""

    def add_network(self, name: str, prefixes: Sequence[str]) -> None: ...
    def resize_network(self, name: str, prefixes: Sequence[str]) -> None: ...
    def remove_network(self, name: str) -> None: ...
    def set_peers(self, name: str, peers: Mapping[str, Sequence[str]]) -> None: ...


class HdinsightRuntime(Protocol):
    """A Kafka cluster that runs."""

    def create(self) -> None: ...
    def revive(self) -> None: ...
    def delete(self) -> None: ...
    def add_workers(self, addresses: Mapping[str, str]) -> None: ...
    def set_password(self, password: str) -> None: ...


class KubernetesRuntime(Protocol):
    """A Kubernetes cluster that runs."""

    def create(self) -> None: ...
    def revive(self) -> None: ...
    def delete(self) -> None: ...
    def kubeconfig(self) -> str: ...


class Runtimes(Protocol):
    """Makes handles of clusters; what a handle stands for need not run yet."""

    def hdinsight(
        self,
        *,
        name: str,
        network: str,
        subnet_prefix: str,
        addresses: Mapping[str, str],
        domain: str,
        user: str,
        password: str,
        ambari_address: tuple[str, int],
        workers_disks: int,
        kafka_broker: Mapping[str, str],
    ) -> HdinsightRuntime:
        """See `emulator.hdinsight.cluster.ClusterSpec`."""
        ...

    def kubernetes(
        self,
        *,
        name: str,
        network: str,
        subnet_prefix: str,
        reserved: Sequence[str],
        node_count: int,
        service_cidr: str,
        kubelet_identity: str,
        version: str,
        pod_cidr: str | None,
    ) -> KubernetesRuntime:
        """See `emulator.kubernetes.cluster.KubernetesSpec`."""
        ...
