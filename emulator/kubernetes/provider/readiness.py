"""Whether pulumi-kubernetes takes an object for ready, and its message if not (provider/pkg/await).

The functions here judge one moment; the module `waiting` follows an object over time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from emulator.kubernetes.controllers.deployment import current_replica_set
from emulator.kubernetes.server.objects import (
    JOB,
    POD,
    REPLICA_SET,
    Object,
    annotations_of,
    condition_of,
    deleting,
    has_ended,
    is_true,
    owned_by,
    qualified_name,
    selects,
)

# collectJobConditionErrors in cloud-ready-checks, pkg/kubernetes/job/check.go
_FINAL_REASONS = ("BackoffLimitExceeded", "DeadlineExceeded")


@dataclass(frozen=True)
class Readiness:
    """Whether an object is ready, or has failed for good; and what it lacks, as lines of the message."""

    ready: bool = False
    failed: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endpoints:
    """The pods behind a Service as its Endpoints object lists them: those that are ready, and the others."""

    ready: tuple[str, ...]
    not_ready: tuple[str, ...]


def deployment_readiness(item: Object, neighbours: Sequence[Object]) -> Readiness:
    """Whether a Deployment is rolled out (deploymentInitAwaiter.checkAndLogStatus and errorMessages).

    `neighbours`: all objects of its namespace.
    """
    replica_sets = [one for one in neighbours if one["kind"] == REPLICA_SET.name]
    current = current_replica_set(item, replica_sets)
    revision = annotations_of(item).get("deployment.kubernetes.io/revision")
    observed = item["status"].get("observedGeneration") == item["metadata"]["generation"]
    progressed = condition_of(item, "Progressing")
    complete = progressed is not None and progressed["reason"] == "NewReplicaSetAvailable"
    scaled = current is not None and (
        current["status"].get("readyReplicas", 0) >= current["spec"]["replicas"] == item["spec"]["replicas"]
    )
    if observed and is_true(item, "Available") and complete and scaled:
        return Readiness(ready=True)
    missing = [
        _condition_text(one) for one in item["status"].get("conditions", []) if one["status"] == "False"
    ]
    if not is_true(item, "Available"):
        missing.append("Minimum number of live Pods was not attained")
    elif revision != "1" and complete:
        missing.append(
            "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"
        )
    else:
        missing.append("Minimum number of Pods to consider the application live was not attained")
    pods = [one for one in neighbours if one["kind"] == POD.name and current and owned_by(current, one)]
    return Readiness(missing=(*missing, *pod_warnings(pods)))


def job_readiness(item: Object) -> Readiness:
    """Whether a Job is complete or has failed (jobInitAwaiter.processJobEvent).

    A Job that failed for a reason outside `_FINAL_REASONS` is still waited for.
    """
    if is_true(item, "Complete"):
        return Readiness(ready=True)
    failure = condition_of(item, "Failed")
    if failure is not None and failure["status"] == "True" and failure["reason"] in _FINAL_REASONS:
        return Readiness(failed=True, missing=(_condition_text(failure),))
    return Readiness()


def is_unready_job(item: Object) -> bool:
    """Whether `pulumi.com/replaceUnready` replaces it: a Job that isn't complete (kubeProvider.Diff)."""
    return item["kind"] == JOB.name and not is_true(item, "Complete")


def endpoints_of(service: Object, neighbours: Sequence[Object]) -> Endpoints:
    """The Service's endpoints: selected pods that are scheduled, and have neither ended nor been deleted."""
    pods = [
        pod
        for pod in neighbours
        if pod["kind"] == POD.name
        and selects(service["spec"]["selector"], pod)
        and "nodeName" in pod["spec"]
        and not has_ended(pod)
        and not deleting(pod)
    ]
    names = {pod["metadata"]["name"]: is_true(pod, "Ready") for pod in pods}
    return Endpoints(
        ready=tuple(sorted(name for name, ready in names.items() if ready)),
        not_ready=tuple(sorted(name for name, ready in names.items() if not ready)),
    )


def pod_warnings(pods: Sequence[Object]) -> list[str]:
    """What cloud-ready-checks says of pods that are not ready (podReady in pkg/kubernetes/pod/check.go)."""
    return [warning for pod in pods if (warning := _pod_warning(pod))]


def _condition_text(condition: Object) -> str:
    return f"[{condition.get('reason', '')}] {condition.get('message', '')}"


def _pod_warning(pod: Object) -> str | None:
    ready = condition_of(pod, "Ready")
    if ready is None or ready["status"] == "True" or pod["status"]["phase"] == "Succeeded":
        return None
    statuses = pod["status"].get("containerStatuses", [])
    errors = [error for status in statuses for error in _container_errors(status)]
    message = ready["message"] if ready.get("reason") and ready.get("message") else ""
    if not errors and not ready.get("message"):
        return None
    return f"[Pod {qualified_name(pod)}]: {message}" + "\n".join(errors)


def _container_errors(status: Object) -> list[str]:
    """containerStatusErrors in pkg/kubernetes/pod/check.go."""
    if status.get("ready"):
        return []
    errors = []
    waiting = status["state"].get("waiting")
    if waiting and waiting["reason"] != "ContainerCreating":
        errors.append(f"[{waiting['reason']}] {waiting.get('message', '')}")
    ended = status["state"].get("terminated")
    if ended and ended.get("message"):
        errors.append(f"[{ended['reason']}] {ended['message']}")
    elif ended:
        errors.append(f'Container "{status["name"]}" completed with exit code {ended["exitCode"]}')
    last = status["lastState"].get("terminated")
    if last:
        how = f"{last['reason']}: exit code {last['exitCode']}"
        errors.append(f'Container "{status["name"]}" terminated at {last["finishedAt"]} ({how})')
        errors += [last["message"]] if last.get("message") else []
    return errors
