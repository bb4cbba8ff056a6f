"""The home: the folder in which an emulated world is stored."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from tools.build_cache import cache_folder

CHECKOUT = Path(__file__).resolve().parents[1]

HOME_VARIABLE = "AKS_KAFKA_EMULATOR_HOME"

_KAFKA_LOCK = CHECKOUT / "emulator" / "hdinsight" / "distribution.lock"


class HomeUnusable(Exception):
    """The path can't be the home of a world; the message says why."""


@dataclass(frozen=True)
class Home:
    """The folder of one emulated world. The emulator writes everything into it, except cached downloads."""

    root: Path

    @classmethod
    def locate(cls, folder: str | os.PathLike[str] | None = None) -> "Home":
        """The home in `folder`, else in AKS_KAFKA_EMULATOR_HOME, else in the checkout's .emulator.

        Raises HomeUnusable where that is a file, or lies below one.
        """
        chosen = folder or os.environ.get(HOME_VARIABLE) or CHECKOUT / ".emulator"
        root = Path(os.path.abspath(chosen))
        for path in (root, *root.parents):
            if path.is_file():
                raise HomeUnusable(f"{path} is a file: a world needs a folder, which may be a new one.")
        return cls(root)

    @property
    def state(self) -> Path:
        """The documents of the emulated services, in one folder for each service."""
        return self.root / "state"

    @property
    def nodes(self) -> Path:
        """The disks of the nodes, by cluster and node."""
        return self.root / "nodes"

    @property
    def logs(self) -> Path:
        """The logs of the daemon and of processes on nodes."""
        return self.root / "logs"

    @property
    def registry(self) -> Path:
        """The images, by login server, repository and tag."""
        return self.root / "registry"

    @property
    def tls(self) -> Path:
        """The certificate authority, and the bundle of trusted certificates with it."""
        return self.root / "tls"

    @property
    def control_socket(self) -> Path:
        """The daemon's control socket, which `emulator.control` reaches however long the path is."""
        return self.root / "control.sock"

    @property
    def lock(self) -> Path:
        """The lock file that the daemon holds; the kernel releases the lock when the daemon ends."""
        return self.root / "daemon.lock"

    @property
    def use_lock(self) -> Path:
        """The lock file that a running `up` or `down` holds."""
        return self.root / "use.lock"

    @property
    def backend(self) -> Path:
        """The folder of the engine's backend: stacks and their history."""
        return self.root / "pulumi"

    @property
    def engine_home(self) -> Path:
        """The engine's PULUMI_HOME, in place of ~/.pulumi."""
        return self.root / "pulumi-home"

    @property
    def kafka(self) -> Path:
        """Kafka's jars, in the user's cache, shared by all checkouts that have the same distribution.lock."""
        lock = hashlib.sha256(_KAFKA_LOCK.read_bytes()).hexdigest()
        return cache_folder() / "kafka" / lock[:20]
