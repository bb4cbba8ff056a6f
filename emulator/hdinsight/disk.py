"""The file systems of a node, as folders of this machine: software in /usr/hdp, logs, pid files, data."""

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
    """The folder of this machine with a node's files, which outlast the node's processes."""

    folder: Path
    data_disks: int = 0

    @property
    def hdp(self) -> Path:
        """The folder that the node mounts at /usr/hdp."""
        return self.folder / "hdp"

    @property
    def logs(self) -> Path:
        """The folder whose subfolders `kafka` and `zookeeper` the node mounts below /var/log."""
        return self.folder / "log"

    @property
    def task_output(self) -> Path:
        """The folder with the output of the agent's last task, in files `output` and `errors`."""
        return self.folder / "agent"

    def mounts(self) -> dict[str, str]:
        """The node's mounts: folders of this machine by mount point."""
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
        """Prepares the folder for a node that starts: installs the software, and removes old pid files.

        jars: the folder with the jars of Kafka and ZooKeeper.
        """
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
        # One folder under two names: Ambari's scripts use config, Azure's instructions use conf.
        _link(root / "conf", "config")
        _link(root / libraries, str(jars))
        for name in scripts:
            shutil.copy(_SCRIPTS / name, root / "bin" / name)


def _link(path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)
