"""The home: the folder in which an emulated world is kept on disk."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from tools.build_cache import cache_folder

CHECKOUT = Path(__file__).resolve().parents[1]

HOME_VARIABLE = "AKS_KAFKA_EMULATOR_HOME"

_KAFKA_LOCK = CHECKOUT / "emulator" / "hdinsight" / "distribution.lock"


class HomeUnusable(Exception):
    """No world can lie at the path; the message says why."""


@dataclass(frozen=True)
class Home:
    """The folder that holds one emulated world. Everything the emulator writes lies in it."""

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
        """Documents of the emulated services, one folder a service."""
        return self.root / "state"

    @property
    def nodes(self) -> Path:
        """Disks of the nodes, one folder a node."""
        return self.root / "nodes"

    @property
    def logs(self) -> Path:
        """Logs of the daemon and of the processes on the nodes."""
        return self.root / "logs"

    @property
    def registry(self) -> Path:
        """Images, by login server, repository and tag."""
        return self.root / "registry"

    @property
    def tls(self) -> Path:
        """The certificate authority, and the bundle that trusts it."""
        return self.root / "tls"

    @property
    def control_socket(self) -> Path:
        """The daemon's socket. `emulator.control` reaches it also where the path is too long for AF_UNIX."""
        return self.root / "control.sock"

    @property
    def lock(self) -> Path:
        """Held by the daemon while it lives; the kernel lets go of it when the daemon dies."""
        return self.root / "daemon.lock"

    @property
    def use_lock(self) -> Path:
        """Held by the `up` or `down` that is under way."""
        return self.root / "use.lock"

    @property
    def backend(self) -> Path:
        """The engine's backend: stacks and their history."""
        return self.root / "pulumi"

    @property
    def engine_home(self) -> Path:
        """What the engine would otherwise write into ~/.pulumi."""
        return self.root / "pulumi-home"

    @property
    def kafka(self) -> Path:
        """Kafka's jars, in the user's cache: shared by all homes of all checkouts that have the same lock."""
        lock = hashlib.sha256(_KAFKA_LOCK.read_bytes()).hexdigest()
        return cache_folder() / "kafka" / lock[:20]
