"""Eviction: deletes a pod as the drain of its node does, if its disruption budget allows it.

https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

import datetime
from collections.abc import Sequence

from emulator.kubernetes.server.api import ApiError, NotFound, ObjectStore, TooManyRequests
from emulator.kubernetes.server.objects import (
    DISRUPTION_BUDGET,
    POD,
    Key,
    Object,
    deleting,
    is_true,
    selects,
    timestamp,
)

_UNGUARDED_PHASES = ("Pending", "Succeeded", "Failed")


def evict(objects: ObjectStore, namespace: str, name: str) -> None:
    """Marks the pod as DisruptionTarget and deletes it (pkg/registry/core/pod/storage/eviction.go).

    Raises NotFound, TooManyRequests where its budget allows no disruption now, ApiError where two budgets
    select it.
    """
    key = Key(POD.name, namespace, name)
    with objects.locked():
        pod = objects.get(key)
        if pod is None:
            raise NotFound(f'pods "{name}" not found')
        if not _ignores_budget(pod):
            _consume_budget(objects, _budgets(objects, pod), pod)
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "EvictionByEvictionAPI",
            "message": "Eviction API: evicting",
            "lastTransitionTime": timestamp(datetime.datetime.now(datetime.UTC)),
        }
        others = [one for one in pod["status"].get("conditions", []) if one["type"] != condition["type"]]
        objects.set_status(pod, {**pod["status"], "conditions": [*others, condition]})
        objects.delete(key)


def _ignores_budget(pod: Object) -> bool:
    """canIgnorePDB: the end of a pod that does not run disrupts nothing."""
    return deleting(pod) or pod["status"]["phase"] in _UNGUARDED_PHASES


def _budgets(objects: ObjectStore, pod: Object) -> list[Object]:
    return [
        budget
        for budget in objects.list([DISRUPTION_BUDGET.name])
        if budget["metadata"]["namespace"] == pod["metadata"]["namespace"]
        and selects((budget["spec"].get("selector") or {}).get("matchLabels") or {}, pod)
    ]


def _consume_budget(objects: ObjectStore, budgets: Sequence[Object], pod: Object) -> None:
    """checkAndDecrement: counts this disruption against the pod's budget."""
    if len(budgets) > 1:
        raise ApiError(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    for budget in budgets:
        status = budget.get("status") or {}
        if not is_true(pod, "Ready") and _allows_unready(budget, status):
            continue
        current = status.get("observedGeneration", 0) >= budget["metadata"]["generation"]
        if not current or status["disruptionsAllowed"] < 1:
            raise TooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.")
        objects.set_status(budget, {**status, "disruptionsAllowed": status["disruptionsAllowed"] - 1})


def _allows_unready(budget: Object, status: Object) -> bool:
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    return status.get("currentHealthy", 0) >= status.get("desiredHealthy", 0) > 0
