"""The ReplicaSet controller: keeps the requested number of pods of one template."""

import copy
import datetime
from collections.abc import Sequence

from emulator.kubernetes.controllers.plan import Change, Create, Delete, Plan, SetStatus, earliest
from emulator.kubernetes.server.objects import (
    POD,
    Object,
    condition_of,
    deleting,
    generated_name,
    has_ended,
    is_true,
    labels_of,
    moment_of,
    owned_by,
    owner_reference,
)


def plan_replica_set(replica_set: Object, pods: Sequence[Object], now: datetime.datetime) -> Plan:
    """Plans which pods to create or delete, and the set's status. `pods`: those of its namespace."""
    if deleting(replica_set):
        return Plan()
    active = [pod for pod in pods if owned_by(replica_set, pod) and _active(pod)]
    missing = replica_set["spec"]["replicas"] - len(active)
    changes: list[Change] = []
    if missing > 0:
        changes = [Create(pod_from_template(replica_set, now)) for _ in range(missing)]
    elif missing < 0:
        changes = [Delete(pod) for pod in sorted(active, key=_deletion_order)[:-missing]]
    status = _status(replica_set, active, now)
    if status != replica_set.get("status"):
        changes.append(SetStatus(replica_set, status))
    return Plan(
        changes,
        earliest(
            available_at(pod, _min_ready(replica_set)) for pod in active if _waits(pod, replica_set, now)
        ),
    )


def pod_from_template(owner: Object, now: datetime.datetime) -> Object:
    """A pod as the owner's template describes it, with a generated name."""
    template = copy.deepcopy(owner["spec"]["template"])
    metadata = template.get("metadata", {})
    kept = {name: metadata[name] for name in ("labels", "annotations") if metadata.get(name)}
    return {
        "apiVersion": POD.api_version,
        "kind": POD.name,
        "metadata": {
            "name": generated_name(f"{owner['metadata']['name']}-"),
            "namespace": owner["metadata"]["namespace"],
            **kept,
            "ownerReferences": [owner_reference(owner)],
        },
        "spec": template["spec"],
        "status": {"phase": "Pending"},
    }


def available_at(pod: Object, min_ready_seconds: int) -> datetime.datetime | None:
    """When the pod is (or will be, if it stays ready) available; None while it isn't ready."""
    if deleting(pod) or not is_true(pod, "Ready"):
        return None
    ready = condition_of(pod, "Ready")
    assert ready is not None
    return moment_of(ready["lastTransitionTime"]) + datetime.timedelta(seconds=min_ready_seconds)


def _status(replica_set: Object, active: Sequence[Object], now: datetime.datetime) -> Object:
    ready = [pod for pod in active if is_true(pod, "Ready")]
    template_labels = labels_of(replica_set["spec"]["template"])
    counts = {
        "replicas": len(active),
        "fullyLabeledReplicas": sum(template_labels.items() <= labels_of(pod).items() for pod in active),
        "readyReplicas": len(ready),
        "availableReplicas": sum(not _waits(pod, replica_set, now) for pod in ready),
    }
    # The API leaves out zeros, but for `replicas`.
    shown = {name: count for name, count in counts.items() if count or name == "replicas"}
    return {**shown, "observedGeneration": replica_set["metadata"]["generation"]}


def _active(pod: Object) -> bool:
    return not deleting(pod) and not has_ended(pod)


def _deletion_order(pod: Object) -> tuple[bool, bool, float]:
    # Pods that don't run yet are deleted first, then unready ones, then the newest.
    created = moment_of(pod["metadata"]["creationTimestamp"])
    return ("podIP" in pod["status"], is_true(pod, "Ready"), -created.timestamp())


def _min_ready(replica_set: Object) -> int:
    return replica_set["spec"].get("minReadySeconds", 0)


def _waits(pod: Object, replica_set: Object, now: datetime.datetime) -> bool:
    moment = available_at(pod, _min_ready(replica_set))
    return moment is not None and moment > now
