"""The real cluster, with the interface that scenarios use."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.engine import search_path
from judge.api import Api, Object
from judge.control_plane import ControlPlane


class RealCluster:
    """A cluster of Kubernetes' own programs, with Pulumi's own provider."""

    name = "real"

    def __init__(self, control_plane: ControlPlane, plugins: Path) -> None:
        """`plugins`: a folder with the provider alone."""
        self.api: Api = control_plane.api
        self._control_plane = control_plane
        self._plugins = plugins

    @property
    def kubeconfig(self) -> str:
        return self._control_plane.kubeconfig

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "PATH": f"{self._plugins}{os.pathsep}{search_path()}",
            # This version of the provider ignores the setting enablePatchForce of the program.
            "PULUMI_K8S_ENABLE_PATCH_FORCE": "true",
        }

    def list(self, kind: str, namespace: str) -> Sequence[Object]:
        return self.api.list(kind, namespace)

    def get(self, kind: str, namespace: str, name: str) -> Object | None:
        return self.api.get(kind, namespace, name)

    def create(self, item: Object) -> Object:
        return self.api.create(item)

    def patch(self, item: Object, changes: Mapping[str, Any]) -> None:
        self.api.patch(item, changes)

    def delete(self, item: Object) -> None:
        self.api.delete(item)

    def evict(self, pod: Object) -> None:
        self.api.evict(pod)


@contextlib.contextmanager
def real_cluster(binaries: Path, folder: Path) -> Iterator[RealCluster]:
    """A real cluster, which runs as long as the context lasts."""
    plugins = folder / "plugins"
    plugins.mkdir(parents=True)
    plugin = "pulumi-resource-kubernetes"
    (plugins / plugin).symlink_to(binaries / plugin)
    control_plane = ControlPlane(binaries, folder / "control-plane")
    try:
        control_plane.start()
        yield RealCluster(control_plane, plugins)
    finally:
        control_plane.stop()
