"""A Kubernetes cluster: its objects, its API server, its nodes, and the loop that reconciles them."""

import contextlib
import datetime
import functools
import logging
import secrets
import shutil
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from emulator.home import Home
from emulator.kubernetes.controllers.backoff import Timing
from emulator.kubernetes.controllers.manager import plan_all
from emulator.kubernetes.controllers.plan import Change, Create, Delete, Remove, Replace, SetStatus
from emulator.kubernetes.node.image import Image, ImageSource, PullRefused
from emulator.kubernetes.node.kubelet import Kubelet
from emulator.kubernetes.node.machines import machines_of
from emulator.kubernetes.server.api import ApiError, ObjectStore
from emulator.kubernetes.server.apiserver import ApiServer
from emulator.kubernetes.server.kubeconfig import make_kubeconfig
from emulator.kubernetes.server.objects import (
    DEPLOYMENT,
    POD,
    REPLICA_SET,
    SERVICE,
    Object,
    has_ended,
    is_true,
    key_of,
)
from emulator.kubernetes.services.balancer import LoadBalancers
from emulator.kubernetes.services.frontends import FrontEnd, FrontEnds
from emulator.kubernetes.services.service import loopback_prefix
from emulator.network.specification import ProcessSpec
from emulator.network.world import World, WorldEnded
from emulator.ports import LOOPBACK, choose_port, require_free
from emulator.specifications import KubernetesSpec
from emulator.store import Store
from emulator.tls import Authority

__all__ = ["Image", "ImageSource", "KubernetesCluster", "PullRefused"]

log = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0  # seconds until the loop tries again


@dataclass(frozen=True)
class Identity:
    """A cluster's bearer token, and the port of this machine that its API server listens on."""

    token: str
    port: int


class KubernetesCluster:
    """An AKS cluster. `create` or `revive` starts it; its objects and its identity are kept on disk."""

    def __init__(
        self,
        home: Home,
        world: World,
        authority: Authority,
        images: ImageSource,
        spec: KubernetesSpec,
        timing: Timing | None = None,
    ) -> None:
        self.spec = spec
        self._home = home
        self._world = world
        self._authority = authority
        self._images = images
        self._timing = timing or Timing()
        self._folder = home.state / f"kubernetes-{spec.name}"
        self._logs = home.logs / spec.name
        self._machines = machines_of(spec)
        self._closing = False
        self._kubelet: Kubelet | None = None
        self._front_ends: FrontEnds | None = None
        self._api_server: ApiServer | None = None
        self._thread: threading.Thread | None = None

    @functools.cached_property
    def objects(self) -> ObjectStore:
        """The API server's objects."""
        return ObjectStore(Store(self._folder / "objects"))

    @functools.cached_property
    def identity(self) -> Identity:
        """The token and port that kubeconfigs name; the same until the cluster is deleted."""
        store = Store(self._folder)
        known = store.get("identity") or {"token": secrets.token_hex(32), "port": choose_port()}
        store.put("identity", known)
        return Identity(**known)

    @property
    def token(self) -> str:
        """The bearer token of the kubeconfig: the Pulumi provider finds the cluster by it.

        The API server authenticates its callers by it, too.
        """
        return self.identity.token

    def create(self) -> None:
        """Starts the cluster: its nodes, then its controllers."""
        self._closing = False
        require_free(self.identity.port, f"{self.spec.name}'s API server")
        for machine in self._machines.values():
            self._world.add_node(machine.node)
        self._front_ends = FrontEnds(
            self.objects,
            LoadBalancers(self._world, f"{self.spec.name}/{next(iter(self._machines))}"),
            loopback_prefix(str(self._home.root), self.spec.name),
        )
        self._kubelet = Kubelet(
            self._world,
            self._images,
            self.objects,
            self._timing,
            self._home.logs,
            self.spec.name,
            self._machines,
            self.spec.kubelet_identity,
        )
        context = self._authority.server_context(LOOPBACK, [LOOPBACK])
        self._api_server = ApiServer(self.objects, self._kubelet, self.token, self.identity.port, context)
        self._thread = threading.Thread(target=self._follow, name=f"kubernetes {self.spec.name}", daemon=True)
        self._thread.start()

    def revive(self) -> None:
        """Starts the cluster as it lies on disk, after its processes died with the daemon.

        Controllers replace the pods that ran. Pods that had ended stay as they are, so that a Job that is
        complete does not run again.
        """
        for pod in self.objects.list([POD.name]):
            if not has_ended(pod):
                self.objects.erase(pod)
        # The old status counts pods as ready that have died.
        for item in self.objects.list([REPLICA_SET.name, DEPLOYMENT.name]):
            self.objects.set_status(item, {})
        self.create()

    def close(self) -> None:
        """Stops the cluster and its processes; `revive` starts it again."""
        if self._thread is None or self._kubelet is None or self._front_ends is None:
            return
        if self._api_server is not None:
            self._api_server.close()
        self._closing = True
        self.objects.wake()
        self._thread.join()
        self._front_ends.close()
        self._kubelet.close()
        # A world that has ended has taken its nodes along.
        with contextlib.suppress(WorldEnded):
            for machine in self._machines.values():
                self._world.remove_node(machine.node.name)
        self._thread = None

    def delete(self) -> None:
        """Stops the cluster and deletes its files."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        for opened in ("objects", "identity"):
            self.__dict__.pop(opened, None)

    def kubeconfig(self) -> str:
        """What listManagedClusterUserCredentials returns, before base64."""
        server = f"https://{LOOPBACK}:{self.identity.port}"
        return make_kubeconfig(self.spec.name, server, self._authority.certificate, self.token)

    def wait_until_available(self, timeout: float) -> bool:
        """Waits until all Deployments have the condition Available; False after `timeout` seconds."""
        return self.objects.wait_until(
            lambda: all(is_true(one, "Available") for one in self.objects.list([DEPLOYMENT.name])), timeout
        )

    def process_of(self, node: str) -> ProcessSpec | None:
        """How the container of the pod with this world node was started; None when there is none."""
        return self._kubelet.process_of(node) if self._kubelet else None

    def logs(self) -> dict[str, Path]:
        """The logs of pods, also of those that are gone, by NAMESPACE/NAME: first what was written last."""
        paths = sorted(self._logs.glob("*/*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        return {f"{path.parent.name}/{path.stem}": path for path in paths}

    def front_end(self, service: Object) -> FrontEnd:
        """The state of a Service's load balancer."""
        return self._front_ends.state_of(key_of(service)) if self._front_ends else FrontEnd()

    def _follow(self) -> None:
        """The reconcile loop: plans and acts until nothing changes, then waits until something does."""
        while not self._closing:
            version = self.objects.version
            try:
                timeout = self._reconcile(datetime.datetime.now(datetime.UTC))
            except Exception:
                log.exception("cluster %s", self.spec.name)
                timeout = _RETRY_SECONDS
            self.objects.wait_beyond(version, timeout)

    def _reconcile(self, now: datetime.datetime) -> float | None:
        """Reconciles once; returns the seconds until the next round is due even if nothing changes."""
        assert self._kubelet is not None
        assert self._front_ends is not None
        items = self.objects.list()
        plan = plan_all(items, list(self._machines), now, self._timing)
        for change in plan.changes:
            self._carry_out(change)
        pods = [item for item in items if item["kind"] == POD.name]
        self._front_ends.sync([item for item in items if item["kind"] == SERVICE.name], pods)
        self._kubelet.sync(pods)
        if plan.wake is None:
            return None
        return max(0.0, plan.wake.timestamp() - time.time())

    def _carry_out(self, change: Change) -> None:
        match change:
            case Create(item):
                try:
                    self.objects.create(item)
                except ApiError as error:
                    # E.g. its namespace is going; what changed meanwhile starts another round.
                    log.info("cluster %s: %s", self.spec.name, error)
            case Replace(item):
                self.objects.replace(item)
            case SetStatus(item, status):
                self.objects.set_status(item, status)
            case Delete(item):
                self.objects.delete(key_of(item))
            case Remove(item):
                self.objects.remove(item)
