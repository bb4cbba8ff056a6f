"""What a pod needs from the node that it runs on."""

from pathlib import Path
from typing import Protocol

from emulator.kubernetes.controllers.backoff import Timing
from emulator.kubernetes.node.image import Image
from emulator.kubernetes.node.machines import Machine
from emulator.kubernetes.server.api import ObjectStore
from emulator.network.world import World


class Host(Protocol):
    """The cluster node a pod runs on, and what it shares with the others."""

    world: World
    objects: ObjectStore
    timing: Timing
    cluster: str

    def pull(self, node: str, reference: str, policy: str) -> Image:
        """Raises PullRefused."""
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
