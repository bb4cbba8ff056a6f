"""The interface of the kubelet that the worker of a pod uses."""

from pathlib import Path
from typing import Protocol

from emulator.kubernetes.controllers.backoff import Timing
from emulator.kubernetes.node.image import Image
from emulator.kubernetes.node.machines import Machine
from emulator.kubernetes.server.api import ObjectStore
from emulator.network.world import World


class Host(Protocol):
    """The kubelet of a pod's node, with what all nodes of the cluster share."""

    world: World
    objects: ObjectStore
    timing: Timing
    cluster: str

    def pull(self, node: str, reference: str, policy: str) -> Image:
        """The image `reference`, pulled by the node as `policy` says. Raises PullRefused."""
        ...

    def log_of(self, node: str) -> Path:
        """The file that a world node's output goes to."""
        ...

    def termination_log_of(self, node: str) -> Path:
        """The file in which a world node's container leaves its termination message."""
        ...

    def machine(self, name: str) -> Machine:
        """The cluster's node of that name."""
        ...
