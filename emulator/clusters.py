"""Makes the clusters that the resource manager asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulator.hdinsight.cluster import ClusterSpec, HdinsightCluster
from emulator.home import Home
from emulator.kubernetes.cluster import KubernetesCluster, KubernetesSpec
from emulator.kubernetes.node.image import ImageSource
from emulator.network.world import World
from emulator.tls import Authority


@dataclass(frozen=True)
class Clusters:
    """Handles of clusters in one world; see `emulator.azure.resource_manager.runtimes.Runtimes`."""

    home: Home
    world: World
    authority: Authority
    images: ImageSource

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
    ) -> HdinsightCluster:
        spec = ClusterSpec(
            name=name,
            network=network,
            subnet_prefix=subnet_prefix,
            addresses=addresses,
            domain=domain,
            user=user,
            password=password,
            ambari_address=ambari_address,
            workers_disks=workers_disks,
            kafka_broker=kafka_broker,
        )
        return HdinsightCluster(self.home, self.world, self.authority, spec)

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
    ) -> KubernetesCluster:
        spec = KubernetesSpec(
            name=name,
            network=network,
            subnet_prefix=subnet_prefix,
            reserved=reserved,
            node_count=node_count,
            service_cidr=service_cidr,
            kubelet_identity=kubelet_identity,
            version=version,
            pod_cidr=pod_cidr,
        )
        return KubernetesCluster(self.home, self.world, self.authority, self.images, spec)
