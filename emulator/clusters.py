"""Creates handles of the clusters in one world, for the resource manager."""

from dataclasses import dataclass

from emulator.hdinsight.cluster import HdinsightCluster
from emulator.home import Home
from emulator.kubernetes.cluster import KubernetesCluster
from emulator.kubernetes.node.image import ImageSource
from emulator.network.world import World
from emulator.specifications import HdinsightSpec, KubernetesSpec
from emulator.tls import Authority


@dataclass(frozen=True)
class Clusters:
    """Creates handles of clusters. Implements `emulator.azure.resource_manager.runtimes.Runtimes`."""

    home: Home
    world: World
    authority: Authority
    images: ImageSource

    def hdinsight(self, spec: HdinsightSpec) -> HdinsightCluster:
        return HdinsightCluster(self.home, self.world, self.authority, spec)

    def kubernetes(self, spec: KubernetesSpec) -> KubernetesCluster:
        return KubernetesCluster(self.home, self.world, self.authority, self.images, spec)
