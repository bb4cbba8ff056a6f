"""When pulumi-kubernetes takes an object for ready, and what it says when it isn't (provider/pkg/await)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from emulator.kubernetes.controllers.deployment import current_replica_set
from emulator.kubernetes.controllers.job import is_finished
from emulator.kubernetes.server.objects import (
    DEPLOYMENT,
    JOB,
    POD,
    REPLICA_SET,
    SERVICE,
    Object,
    condition_of,
    is_true,
    owned_by,
    qualified_name,
)
from emulator.kubernetes.services.frontends import FrontEnd
from emulator.kubernetes.services.service import ingress_address

ReadLog = Callable[[Object], str]
"""The last lines that a pod has printed."""


@dataclass(frozen=True)
class Readiness:
    """Whether waiting is over: well, or (`failed`) for good without success. Otherwise what is missing."""

    ready: bool = False
    failed: bool = False
    missing: tuple[str, ...] = ()


def readiness(item: Object, items: Sequence[Object], front_end: FrontEnd, read_log: ReadLog) -> Readiness:
    """The readiness of `item` among all objects of its cluster. `front_end`: that of a Service."""
    if item["kind"] == SERVICE.name:
        return _service(item, front_end)
    namespace = item["metadata"].get("namespace")
    neighbours = [one for one in items if one["metadata"].get("namespace") == namespace]
    judge = _JUDGES.get(item["kind"])
    return judge(item, neighbours, read_log) if judge else Readiness(ready=True)


def _deployment(item: Object, items: Sequence[Object], read_log: ReadLog) -> Readiness:
    replica_sets = [one for one in items if one["kind"] == REPLICA_SET.name]
    current = current_replica_set(item, replica_sets)
    observed = item["status"].get("observedGeneration") == item["metadata"]["generation"]
    progressed = condition_of(item, "Progressing")
    complete = progressed is not None and progressed["reason"] == "NewReplicaSetAvailable"
    scaled = current is not None and (
        current["status"].get("readyReplicas", 0) >= current["spec"]["replicas"] == item["spec"]["replicas"]
    )
    if observed and is_true(item, "Available") and complete and scaled:
        return Readiness(ready=True)
    missing = [_reported(one) for one in item["status"].get("conditions", []) if one["status"] == "False"]
    if not is_true(item, "Available"):
        missing.append("Minimum number of live Pods was not attained")
    elif len(replica_sets) > 1:
        missing.append(
            "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"
        )
    else:
        missing.append("Minimum number of Pods to consider the application live was not attained")
    pods = [one for one in items if one["kind"] == POD.name and current and owned_by(current, one)]
    return Readiness(missing=(*missing, *_pod_errors(pods, read_log)))


def _job(item: Object, items: Sequence[Object], read_log: ReadLog) -> Readiness:
    if is_true(item, "Complete"):
        return Readiness(ready=True)
    pods = [one for one in items if one["kind"] == POD.name and owned_by(item, one)]
    errors = _pod_errors(pods[-1:], read_log)
    if is_finished(item):
        failure = condition_of(item, "Failed")
        assert failure is not None
        return Readiness(failed=True, missing=(_reported(failure), *errors))
    status = item["status"]
    counts = " | ".join(
        f"{name.capitalize()}: {status.get(name, 0)}" for name in ("active", "succeeded", "failed")
    )
    return Readiness(missing=(f'Waiting for Job "{qualified_name(item)}" to succeed ({counts})', *errors))


def _service(item: Object, front_end: FrontEnd) -> Readiness:
    if front_end.problem is not None:
        return Readiness(failed=True, missing=(front_end.problem,))
    missing = []
    if ingress_address(item) is None:
        missing.append("Service was not allocated an IP address; does your cloud provider support this?")
    if item["spec"].get("selector") and not front_end.reaches_pods:
        missing.append(
            "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may "
            "not match labels on any Pods"
        )
    return Readiness(ready=not missing, missing=tuple(missing))


def _reported(condition: Object) -> str:
    return f"[{condition.get('reason', '')}] {condition.get('message', '')}"


def _pod_errors(pods: Sequence[Object], read_log: ReadLog) -> list[str]:
    return [error for pod in pods if (error := _pod_error(pod, read_log))]


def _pod_error(pod: Object, read_log: ReadLog) -> str | None:
    if is_true(pod, "Ready") or pod["status"]["phase"] == "Succeeded":
        return None
    ready = condition_of(pod, "Ready")
    parts = [ready["message"]] if ready and ready.get("message") else []
    explained = False
    for status in pod["status"].get("containerStatuses", []):
        parts += _container_errors(status)
        explained = explained or "message" in _termination(status)
    printed = "" if explained else read_log(pod)
    if printed:
        parts.append("last lines of its log:\n" + printed)
    return f"[Pod {qualified_name(pod)}]: " + "\n".join(parts)


def _container_errors(status: Object) -> list[str]:
    errors = []
    waiting = status["state"].get("waiting")
    if waiting and waiting["reason"] != "ContainerCreating":
        errors.append(f"[{waiting['reason']}] {waiting.get('message', '')}")
    ended = status["state"].get("terminated")
    if ended and ended.get("message"):
        errors.append(f"[{ended['reason']}] {ended['message']}")
    elif ended:
        errors.append(f'container "{status["name"]}" completed with exit code {ended["exitCode"]}')
    last = status["lastState"].get("terminated")
    if last:
        how = f"{last['reason']}: exit code {last['exitCode']}"
        errors.append(f'container "{status["name"]}" terminated at {last["finishedAt"]} ({how})')
        errors += [last["message"]] if last.get("message") else []
    return errors


def _termination(status: Object) -> Object:
    return status["state"].get("terminated") or status["lastState"].get("terminated") or {}


_JUDGES = {DEPLOYMENT.name: _deployment, JOB.name: _job}
