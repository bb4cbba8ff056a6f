"""The kubelets of a cluster: they run the pods of its nodes."""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from emulator.kubernetes.controllers.backoff import Timing
from emulator.kubernetes.node.image import Image, ImageSource, PullRefused
from emulator.kubernetes.node.machines import Machine
from emulator.kubernetes.node.podworker import PodWorker
from emulator.kubernetes.server.api import ObjectStore
from emulator.kubernetes.server.objects import Object, deleting, has_ended
from emulator.kubernetes.server.podlog import Line
from emulator.network.specification import ProcessSpec
from emulator.network.world import World


class Kubelet:
    """The kubelets of all nodes in one object, as they share the world and the registry."""

    def __init__(
        self,
        world: World,
        images: ImageSource,
        objects: ObjectStore,
        timing: Timing,
        logs: Path,
        cluster: str,
        machines: Mapping[str, Machine],
        identity: str,
    ) -> None:
        """`machines`: by name. `identity`: the kubelet identity, which pulls the images (an object id)."""
        self.world = world
        self.objects = objects
        self.timing = timing
        self.cluster = cluster
        self._images = images
        self._identity = identity
        self._logs = logs
        self._machines = dict(machines)
        self._pulled: dict[tuple[str, str], Image] = {}
        self._lock = threading.Lock()
        self._workers: dict[str, PodWorker] = {}
        self._ending: set[str] = set()

    def sync(self, pods: Sequence[Object]) -> None:
        """Starts the pods that should run and ends those that are deleted. Called by one thread only."""
        for pod in pods:
            uid = pod["metadata"]["uid"]
            if deleting(pod):
                self._end(pod)
            elif uid not in self._workers and _to_run(pod):
                self._workers[uid] = PodWorker(pod, self)
                self._workers[uid].start()
        for uid in self._workers.keys() - {pod["metadata"]["uid"] for pod in pods}:
            del self._workers[uid]
            self._ending.discard(uid)

    def process_of(self, node: str) -> ProcessSpec | None:
        """How the container of the pod with this world node was started; None when there is none."""
        workers = [worker for worker in list(self._workers.values()) if worker.node == node]
        return workers[0].process if workers else None

    def lines_of(self, pod: Object, previous: bool) -> Sequence[Line]:
        """The lines that the pod's container printed in its newest run, or in the one before.

        Empty for a pod that had ended before the daemon started.
        """
        worker = self._workers.get(pod["metadata"]["uid"])
        return worker.log.lines(previous) if worker else []

    def close(self) -> None:
        """Ends all pods at once, without a change of their objects."""
        for worker in self._workers.values():
            worker.stop(None)
        for worker in self._workers.values():
            worker.join()

    def pull(self, node: str, reference: str, policy: str) -> Image:
        """The image: from the node's cache if the policy allows it, else pulled. Raises PullRefused."""
        with self._lock:
            cached = self._pulled.get((node, reference))
        if cached is not None and policy != "Always":
            return cached
        if policy == "Never":
            raise PullRefused(f'Container image "{reference}" is not present with pull policy of Never')
        image = self._images.pull(reference, self._identity)
        with self._lock:
            self._pulled[(node, reference)] = image
        return image

    def log_of(self, node: str) -> Path:
        """The file that a world node's output goes to."""
        return self._logs / f"{node}.log"

    def termination_log_of(self, node: str) -> Path:
        """The file in which a world node's container leaves its termination message."""
        return self._logs / f"{node}.termination"

    def machine(self, name: str) -> Machine:
        """The cluster's node of that name."""
        return self._machines[name]

    def _end(self, pod: Object) -> None:
        uid, over = pod["metadata"]["uid"], has_ended(pod)
        if uid not in self._workers:
            if not over:
                self.objects.set_status(pod, {**pod["status"], "phase": "Failed"})
            self.objects.remove(pod)
        elif uid not in self._ending:
            self._ending.add(uid)
            self._workers[uid].stop(pod["spec"]["terminationGracePeriodSeconds"])
        elif over:
            # Its worker has ended. A finalizer that kept the pod may have been removed meanwhile.
            self.objects.remove(pod)


def _to_run(pod: Object) -> bool:
    return "nodeName" in pod["spec"] and not has_ended(pod)
