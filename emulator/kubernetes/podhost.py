"""What a pod needs from the node that it runs on."""

from pathlib import Path
from typing import Protocol

from emulator.kubernetes.api import ObjectStore
from emulator.kubernetes.backoff import Timing
from emulator.kubernetes.image import Image
from emulator.network.world import World


class Host(Protocol):
    """The cluster node a pod runs on, and what it shares with the others."""

    world: World
    objects: ObjectStore
    timing: Timing
    cluster: str
    network: str
    prefix_length: int

    def pull(self, node: str, reference: str, policy: str) -> Image:
        """Raises PullRefused."""
        ...

    def lease(self) -> str:
        """An address of the subnet. Raises NoAddressLeft."""
        ...

    def release(self, address: str) -> None:
        """Gives an address back."""
        ...

    def log_of(self, node: str) -> Path:
        """The file that a world node's output goes to."""
        ...

    def termination_log_of(self, node: str) -> Path:
        """The file in which a world node's container leaves its termination message."""
        ...

    def machine_of(self, node: str) -> str:
        """The world node of a cluster node."""
        ...

    def address_of(self, node: str) -> str:
        """The address of a cluster node."""
        ...
