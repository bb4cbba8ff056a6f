"""The garbage collector: deletes the dependents of a deleted object, then removes the object."""

from collections.abc import Sequence

from emulator.kubernetes.controllers.plan import Change, Delete, Plan, Remove
from emulator.kubernetes.server.objects import NAMESPACE, POD, Object, deleting, owned_by


def plan_garbage(items: Sequence[Object]) -> Plan:
    """Plans the deletion of dependents, and the removal of deleted objects that have none left.

    A pod is removed by its kubelet, once its processes are gone.
    """
    changes: list[Change] = []
    for item in filter(deleting, items):
        dependents = [other for other in items if _depends(other, item)]
        changes += [Delete(one) for one in dependents if not deleting(one)]
        if not dependents and item["kind"] != POD.name:
            changes.append(Remove(item))
    return Plan(changes)


def _depends(item: Object, other: Object) -> bool:
    if other["kind"] == NAMESPACE.name:
        return item["metadata"].get("namespace") == other["metadata"]["name"]
    return owned_by(other, item)
