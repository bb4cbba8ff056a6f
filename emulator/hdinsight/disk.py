"""The disks of a node: the tree /usr/hdp, logs, process ids, data."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KAFKA_HOME = "current/kafka-broker"
ZOOKEEPER_HOME = "current/zookeeper-server"
ZOOKEEPER_DATA = "/hadoop/zookeeper"

_SCRIPTS = Path(__file__).with_name("scripts")
_RUN = {"kafka": "/run/kafka", "zookeeper": "/run/zookeeper"}  # /var/run is a link to /run


def data_disk(number: int) -> str:
    """The mount point of data disk `number`, counted from 0."""
    return f"/data_disk_{number}"


@dataclass(frozen=True)
class NodeDisk:
    """A folder of this machine that holds a node's files. It is kept when the node's processes end."""

    folder: Path
    data_disks: int = 0

    @property
    def hdp(self) -> Path:
        """The folder that the node mounts at /usr/hdp."""
        return self.folder / "hdp"

    @property
    def logs(self) -> Path:
        """The folder whose parts `kafka` and `zookeeper` the node mounts below /var/log."""
        return self.folder / "log"

    @property
    def task_output(self) -> Path:
        """The folder of the agent's last task, with its files `output` and `errors`."""
        return self.folder / "agent"

    def mounts(self) -> dict[str, str]:
        """Mount point in the node -> folder of the machine."""
        services = {f"/var/log/{name}": self.logs / name for name in _RUN}
        run = {target: self._run / name for name, target in _RUN.items()}
        disks = {data_disk(number): self.folder / f"disk{number}" for number in range(self.data_disks)}
        folders = {
            "/usr/hdp": self.hdp,
            ZOOKEEPER_DATA: self.folder / "zookeeper",
            **services,
            **run,
            **disks,
        }
        return {target: str(folder) for target, folder in folders.items()}

    def boot(self, jars: Path) -> None:
        """Prepares the disk for a node that starts: installs the software, removes old process ids."""
        shutil.rmtree(self._run, ignore_errors=True)
        for folder in self.mounts().values():
            Path(folder).mkdir(parents=True, exist_ok=True)
        self.task_output.mkdir(exist_ok=True)
        self._install(KAFKA_HOME, "libs", jars, ["kafka", "daemon"])
        self._install(ZOOKEEPER_HOME, "lib", jars, ["zookeeper-server", "daemon"])

    def write_config(self, home: str, files: Mapping[str, str]) -> None:
        """Writes files into a component's config folder."""
        for name, text in files.items():
            (self.hdp / home / "config" / name).write_text(text)

    @property
    def _run(self) -> Path:
        return self.folder / "run"

    def _install(self, home: str, libraries: str, jars: Path, scripts: list[str]) -> None:
        root = self.hdp / home
        for name in ("config", "bin"):
            (root / name).mkdir(parents=True, exist_ok=True)
        # Ambari says config, Azure's own instructions conf: one folder.
        _link(root / "conf", "config")
        _link(root / libraries, str(jars))
        for name in scripts:
            shutil.copy(_SCRIPTS / name, root / "bin" / name)


def _link(path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)
