"""The emulated cluster, with the interface that scenarios use."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.home import Home
from emulator.kubernetes.cluster import Image, KubernetesCluster, PullRefused
from emulator.kubernetes.provider.provider import Kubernetes
from emulator.kubernetes.server.objects import Key, Object
from emulator.network.world import World
from emulator.ports import LOOPBACK
from emulator.providers.server import ProviderServer
from emulator.registry import base
from emulator.tests.kubernetes_world import QUICK, SPEC
from emulator.tls import Authority
from judge import behaviours
from judge.api import Api

PROGRAM = Path(__file__).parent / "image" / "app.py"


class EmulatedCluster:
    """A cluster of the emulator, with the emulator's provider in place of pulumi-kubernetes."""

    name = "emulated"

    def __init__(self, cluster: KubernetesCluster, authority: Path, port: int) -> None:
        """`port`: that of the provider."""
        self._cluster = cluster
        server = f"https://{LOOPBACK}:{cluster.identity.port}"
        self.api = Api(server, authority, cluster.token)
        self._port = port

    @property
    def kubeconfig(self) -> str:
        return self._cluster.kubeconfig()

    @property
    def environment(self) -> Mapping[str, str]:
        return {"PULUMI_DEBUG_PROVIDERS": f"kubernetes:{self._port}"}

    def list(self, kind: str, namespace: str) -> Sequence[Object]:
        items = self._cluster.objects.list([kind])
        return [item for item in items if item["metadata"].get("namespace", "") == namespace]

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        return self._cluster.objects.get(Key(kind, namespace, name))

    def create(self, item: Object) -> Object:
        return self._cluster.objects.create(item)

    def patch(self, item: Object, changes: Mapping[str, Any]) -> None:
        metadata = item["metadata"]
        key = Key(item["kind"], metadata.get("namespace", ""), metadata["name"])
        while (current := self._cluster.objects.get(key)) is not None:
            if self._cluster.objects.replace(merged(current, changes)):
                return

    def delete(self, item: Object) -> None:
        metadata = item["metadata"]
        self._cluster.objects.delete(Key(item["kind"], metadata.get("namespace", ""), metadata["name"]))

    def evict(self, pod: Object) -> None:
        self.api.evict(pod)


def merged(item: Object, changes: Mapping[str, Any]) -> Object:
    """The object after a JSON Merge Patch (RFC 7396)."""
    result = dict(item)
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            former = result.get(name)
            result[name] = merged(former if isinstance(former, dict) else {}, value)
        else:
            result[name] = value
    return result


@contextlib.contextmanager
def emulated_cluster(folder: Path) -> Iterator[EmulatedCluster]:
    """An emulated cluster, which runs as long as the context lasts."""
    home = Home(folder / "home")
    world = World.start(home)
    try:
        world.add_network("aks", ["10.20.0.0/16"])
        images = ScenarioImages(folder / "image")
        authority = Authority(home.tls)
        cluster = KubernetesCluster(home, world, authority, images, SPEC, QUICK)
        cluster.create()
        server = ProviderServer(Kubernetes(lambda: [cluster]))
        server.start()
        yield EmulatedCluster(cluster, authority.certificate, server.port)
        server.stop()
        cluster.close()
    finally:
        world.close()


class ScenarioImages:
    """A registry with an image for each behaviour except MISSING."""

    def __init__(self, folder: Path) -> None:
        base.lay_base(folder)
        for program in (PROGRAM, Path(behaviours.__file__)):
            shutil.copy(program, folder)
        self._folder = folder

    def pull(self, reference: str, puller: str) -> Image:
        repository, _, behaviour = reference.rpartition(":")
        if repository != behaviours.REPOSITORY or behaviour == behaviours.MISSING:
            raise PullRefused(f"{reference}: not found")
        return Image(
            folder=self._folder,
            entrypoint=["python", f"/{PROGRAM.name}"],
            environment={**base.environment(), "BEHAVIOUR": behaviour},
            user="10001",
            binds=base.binds(),
        )
