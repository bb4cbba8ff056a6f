"""One pod's life: pull, sandbox, container, probes, restarts, and a graceful end."""

import datetime
import logging
import queue
import signal
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.kubernetes.node import podstatus
from emulator.kubernetes.node.addresses import NoAddressLeft
from emulator.kubernetes.node.asking import Answer, Asked
from emulator.kubernetes.node.container import (
    ConfigurationError,
    arguments,
    container_of,
    environment_of,
    root_of,
    user_of,
)
from emulator.kubernetes.node.containerlog import ContainerLog
from emulator.kubernetes.node.hosts import hosts_of
from emulator.kubernetes.node.image import Image, PullRefused
from emulator.kubernetes.node.logs import last_lines, termination_message
from emulator.kubernetes.node.podhost import Host
from emulator.kubernetes.node.podstatus import ContainerReport, Placement
from emulator.kubernetes.node.probe import ContainerHealth
from emulator.kubernetes.node.prober import Prober
from emulator.kubernetes.server.objects import Object, ProbeName, timestamp
from emulator.network.specification import NodeSpec, ProcessSpec
from emulator.network.world import Process, WorldEnded

log = logging.getLogger(__name__)

_TERMINATION_LOG = "/dev/termination-log"
_KILLED = 128 + signal.SIGKILL


@dataclass(frozen=True)
class _Exited:
    code: int


@dataclass(frozen=True)
class _Probed:
    run: float
    name: ProbeName
    answer: Answer


@dataclass(frozen=True)
class _Stop:
    """The pod is to end; gracefully, or because the world ends anyway."""

    grace: float | None


class _Stopped(Exception):
    def __init__(self, stop: _Stop) -> None:
        super().__init__()
        self.stop = stop


@dataclass(frozen=True)
class _Run:
    """One run of the container. `began`: monotonic; `offset`: where its output begins in the log."""

    process: Process
    asked: Asked
    began: float
    started_at: str
    offset: int


class PodWorker:
    """Runs one pod in a thread of its own, and keeps its status up to date."""

    def __init__(self, pod: Object, host: Host) -> None:
        self.process: ProcessSpec | None = None
        """How the container was started last."""
        self._pod = pod
        self._host = host
        self._container = container_of(pod)
        metadata = pod["metadata"]
        self.node = f"{host.cluster}/{metadata['namespace']}/{metadata['name']}"
        """The pod's node in the world."""
        self._machine = host.machine(pod["spec"]["nodeName"])
        self._placement = Placement(pod["spec"]["nodeName"], self._machine.node.address)
        self._report = ContainerReport(podstatus.waiting("ContainerCreating"))
        self._health = ContainerHealth({})
        self.log = ContainerLog(host.log_of(self.node))
        self._events: queue.SimpleQueue[_Exited | _Probed | _Stop] = queue.SimpleQueue()
        self._ordered: _Stop | None = None
        """The end that was asked for last."""
        self._thread = threading.Thread(target=self._work, name=self.node, daemon=True)

    def start(self) -> None:
        """Begins the pod's life."""
        self._thread.start()

    def stop(self, grace: float | None) -> None:
        """Ends the pod, `grace` seconds after SIGTERM at the latest. None: at once, and its object stays."""
        self._ordered = _Stop(grace)
        self._events.put(self._ordered)

    def join(self) -> None:
        """Waits until the pod has ended."""
        self._thread.join()

    def _work(self) -> None:
        try:
            self._live_and_tell()
            # What failed may have been on its way to the end that was asked for, which nobody asks for again.
            while self._ordered is None:
                self._next_event(None)
            raise _Stopped(self._ordered)
        except _Stopped as stopped:
            if stopped.stop.grace is not None:
                self._publish(self._last_phase())
                self._host.objects.remove(self._pod)
        except WorldEnded:
            # Nobody is to blame, least of all the pod: its status stays for whoever revives it.
            log.info("pod %s ends with the world", self.node)

    def _live_and_tell(self) -> None:
        try:
            self._live()
        except (_Stopped, WorldEnded):
            raise
        except Exception as error:
            log.exception("pod %s", self.node)
            self._wait_in("EmulatorFailed", f"{type(error).__name__}: {error}")

    def _live(self) -> None:
        image = self._pulled()
        address = self._leased()
        try:
            self._placement = replace(self._placement, address=address)
            self._add_node(self._node_specification(image, address))
            try:
                phase = self._keep_running(image)
            finally:
                self._host.world.remove_node(self.node)
                self._host.termination_log_of(self.node).unlink()
        finally:
            self._machine.addresses.release(address)
        self._publish(phase)

    def _add_node(self, node: NodeSpec) -> None:
        while True:
            try:
                return self._host.world.add_node(node)
            except OSError as error:
                self._wait_in("FailedCreatePodSandBox", str(error))
                self._pause(self._host.timing.configuration)

    def _pulled(self) -> Image:
        failures = 0
        name, policy = self._container["image"], self._container["imagePullPolicy"]
        self._wait_in("ContainerCreating")
        while True:
            try:
                return self._host.pull(self._pod["spec"]["nodeName"], name, policy)
            except PullRefused as refused:
                failures += 1
                if policy == "Never":
                    self._wait_in("ErrImageNeverPull", str(refused))
                else:
                    self._wait_in("ErrImagePull", str(refused))
                    self._wait_in(
                        "ImagePullBackOff", f'Back-off pulling image "{name}": ErrImagePull: {refused}'
                    )
                self._pause(self._host.timing.image_pull.delay(failures))

    def _leased(self) -> str:
        while True:
            try:
                return self._machine.addresses.lease()
            except NoAddressLeft as error:
                self._wait_in("FailedCreatePodSandBox", str(error))
                self._pause(self._host.timing.configuration)

    def _node_specification(self, image: Image, address: str) -> NodeSpec:
        return NodeSpec(
            name=self.node,
            network=self._machine.node.network,
            address=address,
            prefix_length=self._machine.addresses.prefix.prefixlen,
            hostname=self._pod["metadata"]["name"],
            behind=self._machine.way_out,
            seen_as=self._machine.seen_as,
            hosts_file=hosts_of(self._pod, address),
            overlays={_TERMINATION_LOG: str(self._emptied_termination_log())},
            root=root_of(self._pod, image),
        )

    def _keep_running(self, image: Image) -> str:
        """Runs the container as often as the restart policy says; returns the pod's last phase."""
        failures = 0
        while True:
            self.process = self._configured(image)
            began = time.monotonic()
            code = self._run(self.process)
            policy = self._pod["spec"]["restartPolicy"]
            if policy == "Never" or (policy == "OnFailure" and code == 0):
                return "Succeeded" if code == 0 else "Failed"
            if time.monotonic() - began >= self._host.timing.restart_reset:
                failures = 0
            failures += 1
            self._back_off(self._host.timing.restart.delay(failures))

    def _configured(self, image: Image) -> ProcessSpec:
        """The process to run, as soon as everything it refers to is there."""
        pod = {**self._pod, "status": self._status("Pending")}
        while True:
            try:
                environment = environment_of(pod, image, self._host.objects.get)
                user = user_of(pod, image)
                return ProcessSpec(
                    argv=arguments(self._container, image, environment, user),
                    environment=environment,
                    folder=self._container.get("workingDir") or image.folder_in,
                    # The world's root needs no change of user, nor may an ordinary user's world make one.
                    user=user or None,
                    log=self.log.path,
                )
            except ConfigurationError as error:
                self._wait_in("CreateContainerConfigError", str(error))
                self._pause(self._host.timing.configuration)

    def _run(self, process: ProcessSpec) -> int:
        """Runs the container once; returns its exit code."""
        self._emptied_termination_log()
        with self.log.run() as offset:
            return self._run_from(process, offset)

    def _run_from(self, process: ProcessSpec, offset: int) -> int:
        started_at = _now()
        try:
            started = self._host.world.spawn(self.node, process)
        except OSError as error:
            message = f"failed to create containerd task: {error}"
            self._end(podstatus.terminated(128, "StartError", started_at, _now(), message))
            return 128
        asked = Asked(
            self._host.world,
            self._machine.node.name,
            self.node,
            self._placement.address,
            self._container,
            process,
        )
        run = _Run(started, asked, time.monotonic(), started_at, offset)
        threading.Thread(target=self._watch, args=(started,), name=f"{self.node} exit", daemon=True).start()
        code = self._attend(run)
        self._end(self._terminated(run, code))
        return code

    def _attend(self, run: _Run) -> int:
        """Sees the container through until it ends; returns its exit code."""
        self._health = ContainerHealth.of(self._container)
        self._report = replace(self._report, state=podstatus.running(run.started_at))
        self._publish_health()
        prober = Prober(
            self._container,
            run.asked,
            lambda: self._health,
            lambda name, answer: self._events.put(_Probed(run.began, name, answer)),
        )
        try:
            while True:
                event = self._next_event(None)
                if isinstance(event, _Exited):
                    return event.code
                if event.run != run.began:
                    continue
                self._health = self._health.record(event.name, event.answer.success)
                self._publish_health()
                if self._health.verdict:
                    prober.stop()
                    log.info("%s: %s failed: %s", self.node, self._health.verdict, event.answer.message)
                    return self._shut_down(run, self._pod["spec"]["terminationGracePeriodSeconds"])
        except _Stopped as stopped:
            prober.stop()
            if stopped.stop.grace is not None:
                self._end(self._terminated(run, self._shut_down(run, stopped.stop.grace)))
            raise
        finally:
            prober.stop()

    def _last_phase(self) -> str:
        """That of a pod which was asked to end: pods that never ran have failed, too."""
        ended = self._report.state.get("terminated", {})
        return "Succeeded" if ended.get("exitCode") == 0 else "Failed"

    def _shut_down(self, run: _Run, grace: float) -> int:
        """preStop, SIGTERM, and SIGKILL at the end of the grace period; returns the exit code."""
        deadline = time.monotonic() + grace
        hook = (self._container.get("lifecycle") or {}).get("preStop")
        if hook and "sleep" in hook:
            code = self._exit_code(min(deadline, time.monotonic() + hook["sleep"]["seconds"]))
            if code is not None:
                return code
        elif hook:
            run.asked.ask(hook, max(0.0, deadline - time.monotonic()))
        run.process.signal(signal.SIGTERM)
        code = self._exit_code(deadline)
        if code is None:
            run.process.signal(signal.SIGKILL)
            code = self._exit_code(None)
        return _KILLED if code is None else code

    def _exit_code(self, deadline: float | None) -> int | None:
        """The exit code, as soon as the container ends; None at the deadline (monotonic)."""
        while True:
            try:
                remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
                event = self._events.get(timeout=remaining)
            except queue.Empty:
                return None
            if isinstance(event, _Exited):
                return event.code
            if isinstance(event, _Stop) and event.grace is None:
                raise _Stopped(event)

    def _watch(self, process: Process) -> None:
        status = process.wait()
        # A process that a signal ended has a negative status here, and 128 plus the signal in a container.
        self._events.put(_Exited(status if status >= 0 else 128 - status))

    def _next_event(self, timeout: float | None) -> _Exited | _Probed:
        """The next event. Raises _Stopped when the pod is to end, queue.Empty after `timeout` seconds."""
        event = self._events.get(timeout=timeout)
        if isinstance(event, _Stop):
            raise _Stopped(event)
        return event

    def _pause(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                self._next_event(remaining)
            except queue.Empty:
                return

    def _wait_in(self, reason: str, message: str = "") -> None:
        self._report = replace(self._report, state=podstatus.waiting(reason, message))
        self._publish("Pending")

    def _back_off(self, delay: float) -> None:
        name = self._container["name"]
        message = f"back-off {delay:g}s restarting failed container={name} pod={self.node.partition('/')[2]}"
        self._report = replace(
            self._report,
            last_state=self._report.state,
            state=podstatus.waiting("CrashLoopBackOff", message),
            restarts=self._report.restarts + 1,
        )
        self._publish("Running")
        self._pause(delay)

    def _end(self, state: Object) -> None:
        self._report = replace(self._report, state=state, ready=False, started=False)
        self._publish("Running")

    def _terminated(self, run: _Run, code: int) -> Object:
        reason = "Completed" if code == 0 else "Error"
        message = termination_message(self._host.termination_log_of(self.node))
        if (
            not message
            and code != 0
            and self._container["terminationMessagePolicy"] == "FallbackToLogsOnError"
        ):
            message = last_lines(self.log.path, run.offset)
        return podstatus.terminated(code, reason, run.started_at, _now(), message)

    def _emptied_termination_log(self) -> Path:
        """Every run of the container begins with an empty one, which whoever it runs as may write to."""
        file = self._host.termination_log_of(self.node)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
        file.chmod(0o666)
        return file

    def _publish_health(self) -> None:
        self._report = replace(self._report, started=self._health.started, ready=self._health.ready)
        self._publish("Running")

    def _publish(self, phase: str) -> None:
        status = self._status(phase)
        if status != self._pod["status"]:
            self._pod = {**self._pod, "status": status}
            self._host.objects.set_status(self._pod, status)

    def _status(self, phase: str) -> Object:
        return podstatus.pod_status(self._pod, phase, self._placement, self._report, _now())


def _now() -> str:
    return timestamp(datetime.datetime.now(datetime.UTC))
