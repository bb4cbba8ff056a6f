"""The disruption controller: counts how many of a budget's pods may be evicted now.

https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

import datetime
import math
from collections.abc import Sequence

from emulator.kubernetes.controllers.plan import Plan, SetStatus, with_condition
from emulator.kubernetes.server.objects import Object, deleting, has_ended, is_true, selects, timestamp


def plan_disruption_budget(budget: Object, pods: Sequence[Object], now: datetime.datetime) -> Plan:
    """Plans the budget's status. `pods`: those of its namespace."""
    selector = (budget["spec"].get("selector") or {}).get("matchLabels") or {}
    counted = [pod for pod in pods if selects(selector, pod) and not has_ended(pod)]
    healthy = sum(is_true(pod, "Ready") and not deleting(pod) for pod in counted)
    desired = _desired(budget["spec"], len(counted))
    allowed = max(0, healthy - desired) if counted else 0
    former = budget.get("status") or {}
    status = {
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "disruptionsAllowed": allowed,
        "expectedPods": len(counted),
        "observedGeneration": budget["metadata"]["generation"],
        "conditions": with_condition(
            former.get("conditions", []),
            timestamp(now),
            "DisruptionAllowed",
            allowed > 0,
            "SufficientPods" if allowed else "InsufficientPods",
            "",
        ),
    }
    return Plan([SetStatus(budget, status)] if status != former else [])


def _desired(specification: Object, expected: int) -> int:
    if "minAvailable" in specification:
        return _count(specification["minAvailable"], expected)
    return max(0, expected - _count(specification.get("maxUnavailable", 1), expected))


def _count(value: int | str, of: int) -> int:
    """A number, or a percentage, which is rounded up."""
    return value if isinstance(value, int) else math.ceil(int(value.rstrip("%")) * of / 100)
