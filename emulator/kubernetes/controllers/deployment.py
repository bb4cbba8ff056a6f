"""The Deployment controller: a ReplicaSet per version of the template, and the rollout between them."""

import copy
import datetime
from collections.abc import Sequence

from emulator.kubernetes.controllers.plan import (
    Change,
    Create,
    Delete,
    Plan,
    Replace,
    SetStatus,
    with_condition,
)
from emulator.kubernetes.controllers.rollout import Limits, Replicas, recreate, rolling_update
from emulator.kubernetes.server.objects import (
    REPLICA_SET,
    Object,
    annotations_of,
    condition_of,
    deleting,
    labels_of,
    moment_of,
    owned_by,
    owner_reference,
    template_hash,
    timestamp,
)

REVISION = "deployment.kubernetes.io/revision"
_HASH_LABEL = "pod-template-hash"


def plan_deployment(
    deployment: Object, replica_sets: Sequence[Object], pods: Sequence[Object], now: datetime.datetime
) -> Plan:
    """Plans which ReplicaSets to create, scale or delete, and the Deployment's revision and status.

    `replica_sets` and `pods`: those of its namespace.
    """
    if deleting(deployment):
        return Plan()
    owned = sorted(
        (one for one in replica_sets if owned_by(deployment, one) and not deleting(one)), key=_revision
    )
    current = next((one for one in owned if _has_template(one, deployment)), None)
    old = [one for one in owned if one is not current]
    revision = max(_revision(current) if current else 0, max(map(_revision, old), default=0) + 1)
    new_count, old_counts = _counts(deployment, current, old, pods)
    changes: list[Change] = []
    if current is None:
        changes.append(Create(_replica_set(deployment, revision, new_count)))
    else:
        changes += _adjust(current, new_count, revision, deployment["spec"])
    for replica_set, count in zip(old, old_counts, strict=True):
        changes += _adjust(replica_set, count, _revision(replica_set), deployment["spec"])
    if annotations_of(deployment).get(REVISION) != str(revision):
        changes.append(Replace(_annotated(deployment, revision)))
    status, wake = _status(deployment, current, owned, now)
    if status != deployment.get("status"):
        changes.append(SetStatus(deployment, status))
    changes += [Delete(one) for one in _outdated(deployment, old)]
    return Plan(changes, wake)


def current_replica_set(deployment: Object, replica_sets: Sequence[Object]) -> Object | None:
    """The ReplicaSet with the Deployment's present template; None until the controller has created it."""
    owned = (one for one in replica_sets if owned_by(deployment, one) and not deleting(one))
    return next((one for one in owned if _has_template(one, deployment)), None)


def _counts(
    deployment: Object, current: Object | None, old: Sequence[Object], pods: Sequence[Object]
) -> tuple[int, list[int]]:
    desired = deployment["spec"]["replicas"]
    strategy = deployment["spec"]["strategy"]
    new = _replicas(current) if current else Replicas(0, 0, 0)
    former = [_replicas(one) for one in old]
    if strategy["type"] == "Recreate":
        old_pods = sum(any(owned_by(one, pod) for one in old) for pod in pods)
        return recreate(desired, new, former, old_pods)
    rolling = strategy["rollingUpdate"]
    limits = Limits.of(desired, rolling["maxSurge"], rolling["maxUnavailable"])
    return rolling_update(desired, limits, new, former)


def _replicas(replica_set: Object) -> Replicas:
    status = replica_set.get("status", {})
    return Replicas(
        replica_set["spec"]["replicas"], status.get("replicas", 0), status.get("availableReplicas", 0)
    )


def _replica_set(deployment: Object, revision: int, replicas: int) -> Object:
    template = copy.deepcopy(deployment["spec"]["template"])
    digest = template_hash(template)
    template["metadata"]["labels"] = {**labels_of(template), _HASH_LABEL: digest}
    selector = copy.deepcopy(deployment["spec"]["selector"])
    selector["matchLabels"] = {**selector.get("matchLabels", {}), _HASH_LABEL: digest}
    return {
        "apiVersion": REPLICA_SET.api_version,
        "kind": REPLICA_SET.name,
        "metadata": {
            "name": f"{deployment['metadata']['name']}-{digest}",
            "namespace": deployment["metadata"]["namespace"],
            "labels": dict(template["metadata"]["labels"]),
            "annotations": {REVISION: str(revision)},
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": replicas,
            "selector": selector,
            "template": template,
            **_min_ready(deployment["spec"]),
        },
        "status": {"replicas": 0},
    }


def _has_template(replica_set: Object, deployment: Object) -> bool:
    template = copy.deepcopy(replica_set["spec"]["template"])
    template["metadata"]["labels"].pop(_HASH_LABEL)
    return template == deployment["spec"]["template"]


def _revision(replica_set: Object) -> int:
    return int(annotations_of(replica_set).get(REVISION, "0"))


def _adjust(replica_set: Object, replicas: int, revision: int, specification: Object) -> list[Change]:
    changed = _annotated(replica_set, revision)
    changed["spec"] |= {"replicas": replicas, **_min_ready(specification)}
    return [Replace(changed)] if changed != replica_set else []


def _min_ready(specification: Object) -> Object:
    return {name: specification[name] for name in ("minReadySeconds",) if name in specification}


def _annotated(item: Object, revision: int) -> Object:
    changed = copy.deepcopy(item)
    changed["metadata"]["annotations"] = {**annotations_of(item), REVISION: str(revision)}
    return changed


def _status(
    deployment: Object, current: Object | None, owned: Sequence[Object], now: datetime.datetime
) -> tuple[Object, datetime.datetime | None]:
    desired = deployment["spec"]["replicas"]
    counts = {
        name: sum(one.get("status", {}).get(name, 0) for one in owned)
        for name in ("replicas", "readyReplicas", "availableReplicas")
    }
    counts["updatedReplicas"] = current.get("status", {}).get("replicas", 0) if current else 0
    counts["unavailableReplicas"] = max(0, desired - counts["availableReplicas"])
    shown = {name: count for name, count in counts.items() if count}
    former = {name: count for name, count in deployment.get("status", {}).items() if name in counts}
    generation = deployment["metadata"]["generation"]
    moved = shown != former or deployment.get("status", {}).get("observedGeneration") != generation
    available = _available(deployment, counts["availableReplicas"], now)
    progressing, wake = _progressing(deployment, current, counts, moved, now)
    conditions = [*available, progressing]
    return {"observedGeneration": generation, **shown, "conditions": conditions}, wake


def _available(deployment: Object, available: int, now: datetime.datetime) -> list[Object]:
    desired = deployment["spec"]["replicas"]
    unavailable = 0
    if deployment["spec"]["strategy"]["type"] == "RollingUpdate":
        rolling = deployment["spec"]["strategy"]["rollingUpdate"]
        unavailable = Limits.of(desired, rolling["maxSurge"], rolling["maxUnavailable"]).unavailable
    enough = available >= desired - unavailable
    former = condition_of(deployment, "Available")
    return with_condition(
        [former] if former else [],
        timestamp(now),
        "Available",
        enough,
        "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
        f"Deployment {'has' if enough else 'does not have'} minimum availability.",
    )


def _progressing(
    deployment: Object,
    current: Object | None,
    counts: dict[str, int],
    moved: bool,
    now: datetime.datetime,
) -> tuple[Object, datetime.datetime | None]:
    """The condition Progressing, and when its deadline ends.

    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
    """
    desired = deployment["spec"]["replicas"]
    name = current["metadata"]["name"] if current else ""
    former = condition_of(deployment, "Progressing")
    complete = current is not None and all(
        counts[count] == desired for count in ("replicas", "updatedReplicas", "availableReplicas")
    )
    if complete:
        reason, message = "NewReplicaSetAvailable", f'ReplicaSet "{name}" has successfully progressed.'
        return _progress_condition(former, now, True, reason, message, updated=moved), None
    finished = former is not None and former["reason"] == "NewReplicaSetAvailable"
    if former and finished and counts["replicas"] == counts["updatedReplicas"]:
        # The rollout is complete; pods that fail later, or a new replica count, don't start another.
        return former, None
    if moved or former is None or finished:
        message = f'ReplicaSet "{name}" is progressing.'
        condition = _progress_condition(former, now, True, "ReplicaSetUpdated", message, updated=True)
    else:
        condition = former
    deadline = moment_of(condition["lastUpdateTime"]) + datetime.timedelta(
        seconds=deployment["spec"]["progressDeadlineSeconds"]
    )
    if condition["status"] == "False":
        return condition, None
    if now < deadline:
        return condition, deadline
    message = f'ReplicaSet "{name}" has timed out progressing.'
    return _progress_condition(former, now, False, "ProgressDeadlineExceeded", message, updated=True), None


def _progress_condition(
    former: Object | None, now: datetime.datetime, status: bool, reason: str, message: str, updated: bool
) -> Object:
    moment = timestamp(now)
    condition = with_condition([former] if former else [], moment, "Progressing", status, reason, message)[0]
    kept = former if former and not updated and former["reason"] == reason else None
    return {**condition, "lastUpdateTime": kept["lastUpdateTime"] if kept else moment}


def _outdated(deployment: Object, old: Sequence[Object]) -> list[Object]:
    """Old ReplicaSets without pods, beyond those that are kept for a roll back; `old`: oldest first."""
    idle = [
        one for one in old if one["spec"]["replicas"] == 0 and one.get("status", {}).get("replicas", 0) == 0
    ]
    kept = deployment["spec"]["revisionHistoryLimit"]
    return idle[: max(0, len(idle) - kept)]
