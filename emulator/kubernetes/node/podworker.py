"""Runs one pod: image pull, sandbox, container, probes, restarts, and graceful termination."""

import logging
import queue
import signal
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.kubernetes.node import podstatus
from emulator.kubernetes.node.addresses import NoAddressLeft
from emulator.kubernetes.node.container import (
    ConfigurationError,
    arguments,
    container_of,
    environment_of,
    root_of,
    user_of,
)
from emulator.kubernetes.node.containerlog import ContainerLog
from emulator.kubernetes.node.handlers import Answer, HandlerTarget
from emulator.kubernetes.node.hosts import hosts_of
from emulator.kubernetes.node.image import Image, PullRefused
from emulator.kubernetes.node.logs import last_lines, termination_message
from emulator.kubernetes.node.podhost import Host
from emulator.kubernetes.node.podreporter import PodReporter, now
from emulator.kubernetes.node.podstatus import Placement
from emulator.kubernetes.node.probe import ContainerHealth
from emulator.kubernetes.node.prober import Prober
from emulator.kubernetes.server.objects import Object, ProbeName
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
    """The pod is to end within `grace` seconds; None: at once, as the whole cluster ends."""

    grace: float | None


class _Stopped(Exception):
    def __init__(self, stop: _Stop) -> None:
        super().__init__()
        self.stop = stop


@dataclass(frozen=True)
class _Run:
    """One run of the container. `began`: monotonic; `offset`: where its output begins in the log."""

    process: Process
    target: HandlerTarget
    began: float
    started_at: str
    offset: int


class PodWorker:
    """Runs one pod in a thread of its own, and keeps its status up to date."""

    def __init__(self, pod: Object, host: Host) -> None:
        self.process: ProcessSpec | None = None
        """How the container was started last."""
        self._pod = pod
        """The pod as it was assigned to its node; the reporter has its present status."""
        self._host = host
        self._container = container_of(pod)
        metadata = pod["metadata"]
        self.node = f"{host.cluster}/{metadata['namespace']}/{metadata['name']}"
        """The pod's node in the world."""
        self._machine = host.machine(pod["spec"]["nodeName"])
        placement = Placement(pod["spec"]["nodeName"], self._machine.node.address)
        self._reporter = PodReporter(pod, host.objects, placement)
        self._health = ContainerHealth({})
        self.log = ContainerLog(host.log_of(self.node))
        self._events: queue.SimpleQueue[_Exited | _Probed | _Stop] = queue.SimpleQueue()
        self._stop_request: _Stop | None = None
        """The latest request to end."""
        self._thread = threading.Thread(target=self._work, name=self.node, daemon=True)

    def start(self) -> None:
        """Starts the pod's thread."""
        self._thread.start()

    def stop(self, grace: float | None) -> None:
        """Ends the pod with a grace period of `grace` seconds. None: at once, and its object stays."""
        self._stop_request = _Stop(grace)
        self._events.put(self._stop_request)

    def join(self) -> None:
        """Waits until the pod has ended."""
        self._thread.join()

    def _work(self) -> None:
        try:
            self._run_pod_and_report_errors()
            # The failure may have come after the request to end was taken from the queue.
            while self._stop_request is None:
                self._next_event(None)
            raise _Stopped(self._stop_request)
        except _Stopped as stopped:
            if stopped.stop.grace is not None:
                self._reporter.publish(self._reporter.last_phase())
                self._host.objects.remove(self._reporter.pod)
        except WorldEnded:
            # The pod itself has not failed: its status stays, so that `revive` finds it as it was.
            log.info("pod %s ends with the world", self.node)

    def _run_pod_and_report_errors(self) -> None:
        try:
            self._run_pod()
        except (_Stopped, WorldEnded):
            raise
        except Exception as error:
            log.exception("pod %s", self.node)
            self._reporter.waits("EmulatorFailed", f"{type(error).__name__}: {error}")

    def _run_pod(self) -> None:
        image = self._pull_image()
        address = self._lease_address()
        try:
            self._reporter.placement = replace(self._reporter.placement, address=address)
            self._add_node(self._node_specification(image, address))
            try:
                phase = self._keep_running(image)
            finally:
                self._host.world.remove_node(self.node)
                self._host.termination_log_of(self.node).unlink()
        finally:
            self._machine.addresses.release(address)
        self._reporter.publish(phase)

    def _add_node(self, node: NodeSpec) -> None:
        while True:
            try:
                return self._host.world.add_node(node)
            except OSError as error:
                self._reporter.waits("FailedCreatePodSandBox", str(error))
                self._pause(self._host.timing.configuration)

    def _pull_image(self) -> Image:
        failures = 0
        name, policy = self._container["image"], self._container["imagePullPolicy"]
        self._reporter.waits("ContainerCreating")
        while True:
            try:
                return self._host.pull(self._pod["spec"]["nodeName"], name, policy)
            except PullRefused as refused:
                failures += 1
                if policy == "Never":
                    self._reporter.waits("ErrImageNeverPull", str(refused))
                else:
                    self._reporter.waits("ErrImagePull", str(refused))
                    self._reporter.waits(
                        "ImagePullBackOff", f'Back-off pulling image "{name}": ErrImagePull: {refused}'
                    )
                self._pause(self._host.timing.image_pull.delay(failures))

    def _lease_address(self) -> str:
        while True:
            try:
                return self._machine.addresses.lease()
            except NoAddressLeft as error:
                self._reporter.waits("FailedCreatePodSandBox", str(error))
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
            hosts_file=hosts_of(self._reporter.pod, address),
            overlays={_TERMINATION_LOG: str(self._emptied_termination_log())},
            root=root_of(self._pod, image),
        )

    def _keep_running(self, image: Image) -> str:
        """Runs the container as often as the restart policy demands; returns the pod's last phase."""
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
        """The process to run, once the Secrets and ConfigMaps it refers to exist."""
        pod = {**self._pod, "status": self._reporter.status("Pending")}
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
                self._reporter.waits("CreateContainerConfigError", str(error))
                self._pause(self._host.timing.configuration)

    def _run(self, process: ProcessSpec) -> int:
        """Runs the container once; returns its exit code."""
        self._emptied_termination_log()
        with self.log.run() as offset:
            return self._run_from(process, offset)

    def _run_from(self, process: ProcessSpec, offset: int) -> int:
        started_at = now()
        try:
            started = self._host.world.spawn(self.node, process)
        except OSError as error:
            message = f"failed to create containerd task: {error}"
            self._reporter.ends(podstatus.terminated(128, "StartError", started_at, now(), message))
            return 128
        target = HandlerTarget(
            self._host.world,
            self._machine.node.name,
            self.node,
            self._reporter.placement.address,
            self._container,
            process,
        )
        run = _Run(started, target, time.monotonic(), started_at, offset)
        threading.Thread(target=self._watch, args=(started,), name=f"{self.node} exit", daemon=True).start()
        code = self._probe_until_end(run)
        self._reporter.ends(self._terminated(run, code))
        return code

    def _probe_until_end(self, run: _Run) -> int:
        """Probes the running container until it ends; returns its exit code."""
        self._health = ContainerHealth.of(self._container)
        self._reporter.runs(run.started_at, self._health)
        prober = Prober(
            self._container,
            run.target,
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
                self._reporter.health_changes(self._health)
                if self._health.failed_probe:
                    prober.stop()
                    log.info("%s: %s failed: %s", self.node, self._health.failed_probe, event.answer.message)
                    return self._shut_down(run, self._pod["spec"]["terminationGracePeriodSeconds"])
        except _Stopped as stopped:
            prober.stop()
            if stopped.stop.grace is not None:
                self._reporter.ends(self._terminated(run, self._shut_down(run, stopped.stop.grace)))
            raise
        finally:
            prober.stop()

    def _shut_down(self, run: _Run, grace: float) -> int:
        """Runs preStop, sends SIGTERM, then SIGKILL after the grace period; returns the exit code."""
        deadline = time.monotonic() + grace
        hook = (self._container.get("lifecycle") or {}).get("preStop")
        if hook and "sleep" in hook:
            code = self._exit_code(min(deadline, time.monotonic() + hook["sleep"]["seconds"]))
            if code is not None:
                return code
        elif hook:
            run.target.ask(hook, max(0.0, deadline - time.monotonic()))
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

    def _back_off(self, delay: float) -> None:
        name = self._container["name"]
        message = f"back-off {delay:g}s restarting failed container={name} pod={self.node.partition('/')[2]}"
        self._reporter.backs_off(message)
        self._pause(delay)

    def _terminated(self, run: _Run, code: int) -> Object:
        reason = "Completed" if code == 0 else "Error"
        message = termination_message(self._host.termination_log_of(self.node))
        if (
            not message
            and code != 0
            and self._container["terminationMessagePolicy"] == "FallbackToLogsOnError"
        ):
            message = last_lines(self.log.path, run.offset)
        return podstatus.terminated(code, reason, run.started_at, now(), message)

    def _emptied_termination_log(self) -> Path:
        """The container's termination log, emptied, and writable by the user the container runs as."""
        file = self._host.termination_log_of(self.node)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
        file.chmod(0o666)
        return file
